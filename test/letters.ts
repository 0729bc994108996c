import { env } from "cloudflare:workers";
import { eq } from "drizzle-orm";
import { actionByNo } from "../src/actions/action";
import { actions } from "../src/actions/tables";
import { dbFor } from "../src/groups/shard";
import type { Group } from "../src/groups/types";
import { participations } from "../src/intake/tables";
import type { IntakeTarget } from "../src/intake/types";
import { keepTexts } from "../src/letters/store";
import { letters } from "../src/letters/tables";
import { textHash } from "../src/letters/text";
import { letterSettings, letterStates } from "../src/letters/types";
import { people } from "../src/people/tables";
import { idFromHex, newId, type ParticipationId } from "../src/platform/ids";
import { fakeEmail } from "./fake-mail";
import { contextOf, makeGroup } from "./groups";

export const T0 = Date.parse("2030-03-01T12:00:00Z");
export const MINUTE = 60_000;
export const DAY = 86_400_000;
export const text = {
  subject: "The night bus, {{target_name}}",
  body: "Dear {{target_name}},\n\nfund it.\n\n{{first_name}}",
};
export const mayor = { k: "mayor", n: "Helen Brandt", t: "Mayor", o: "", e: "mayor@city.example", l: "en" };
export const clerk = { k: "clerk", n: "The clerk", t: "", o: "", e: "clerk@city.example", l: "en" };
export const byHand = { k: "senator", n: "The senator", t: "", o: "", e: "", l: "en" };

export type LettersWorld = Awaited<ReturnType<typeof lettersWorld>>;

/** A group with one letter action and nobody who wrote yet. */
export async function lettersWorld(settings: Record<string, unknown> = {}, its?: Group) {
  const group = its ?? (await makeGroup({ settings: { replyTo: "hello@group.example" } })).group;
  const db = dbFor(env, group);
  await db.db.insert(actions).values({
    ...{
      groupNo: group.no,
      actionNo: 1,
      id: newId(),
      kind: "letter",
      slug: "night-bus",
      status: "published",
    },
    ...{ title: "The night bus", locale: "en", version: 1, createdBy: 1, createdAt: 1, updatedAt: 1 },
    settings: letterSettings.parse({ variants: [text], ...settings }),
  });
  await keepTexts(db, [{ ...text, hash: await textHash(text) }]);
  const action = await actionByNo(db, 1);
  if (!action) throw new Error("no action");
  return { group, db, action };
}

function idAt(ms: number): ParticipationId {
  return idFromHex(ms.toString(16).padStart(12, "0") + newId().replaceAll("-", "").slice(12));
}

/** Stores people who wrote to these targets. */
export async function write(
  { group, db }: LettersWorld,
  count: number,
  options: { from?: number; to?: readonly object[]; said?: object; at?: number } = {},
) {
  const { from = 1, to = [mayor], at = T0 } = options;
  const said = options.said ?? { v: await textHash(text) };
  const taken = Array.from({ length: count }, (_, n): [number, ParticipationId] => [from + n, idAt(at)]);
  for (const [no, id] of taken) {
    const email = `p${no}-g${group.no}@supporters.example`;
    await db.db.batch([
      db.db.insert(people).values({ groupNo: group.no, personNo: no, id: newId(), email, createdAt: at }),
      db.db.insert(participations).values({
        ...{
          groupNo: group.no,
          personNo: no,
          actionNo: 1,
          nth: no,
          id,
          actedAt: at,
          revisedAt: at,
          isNamed: 0,
        },
        answer: {
          givenName: `Person${no}`,
          familyName: "Sow",
          postalCode: "M4M 2T1",
          own: { to, d: "", text: { en: said } },
        },
      }),
    ]);
  }
  return taken;
}

export function lane(answer?: Parameters<typeof fakeEmail>[0]) {
  const email = fakeEmail(answer);
  return { email, at: (now = T0) => contextOf({ ...env, EMAIL: email.binding }, now) };
}

export async function states({ group, db }: LettersWorld) {
  const rows = await db.db.select().from(letters).where(eq(letters.groupNo, group.no));
  return rows.map(({ state }) => Object.entries(letterStates).find(([, no]) => no === state)?.[0]).toSorted();
}

export const targetOf = ({ group, action }: LettersWorld) =>
  ({ groupNo: group.no, shard: group.shard, actionNo: 1, actionId: action.id }) as IntakeTarget;
