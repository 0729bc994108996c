import { createDraft } from "../src/actions/action";
import { prepareAnswers, writeSnapshot } from "../src/actions/publication";
import { actionByNo } from "../src/actions/store";
import { type Action, type Kind, type Question, question } from "../src/actions/types";
import { form, survey } from "../src/forms/form";
import { dbFor } from "../src/groups/shard";
import { publishSite } from "../src/groups/tenant";
import type { Group } from "../src/groups/types";
import { rowBody } from "../src/intake/drain";
import { storeParticipations } from "../src/intake/store";
import type { Participation } from "../src/intake/types";
import { idToHex, newId } from "../src/platform/ids";
import { contextOf, makeGroup } from "./groups";
import { changePetition } from "./petitions";
import { publicSite } from "./public-site";

/** Questions as tests write them: a key, and what is special. */
export type Asked = Partial<Question> & { key: string };

export function questionsOf(asked: readonly Asked[]): Question[] {
  return asked.map((each) => question.parse({ label: `About ${each.key}`, type: "text", ...each }));
}

/** A published form or survey of a group. */
export async function makeForm(
  group: Group,
  kind: Kind,
  asked: readonly Asked[],
  settings: Record<string, unknown> = {},
  locale: Action["locale"] = "en",
): Promise<Action> {
  const ctx = contextOf();
  const db = dbFor(ctx.env, group);
  const draft = await createDraft(ctx, group, kind, { title: `A ${kind.name}`, by: 1 });
  if (!draft) throw new Error("no draft was made");
  await changePetition(group, draft.no, {
    status: "published",
    publishedAt: 1_700_000_000_000,
    locale,
    settings: kind.settings.parse({ ...draft.settings, ...settings, questions: questionsOf(asked) }),
  });
  const action = await actionByNo(db, draft.no);
  if (!action) throw new Error("the form is gone");
  await prepareAnswers(ctx, db, action);
  await writeSnapshot(ctx, db, action.no);
  return action;
}

/** A group with one form or survey, published at its host, and the pages that serve it. */
export async function makeFormSite(
  kind: Kind,
  asked: readonly Asked[],
  settings: Record<string, unknown> = {},
  locale: Action["locale"] = "en",
) {
  const { group, host } = await makeGroup();
  const action = await makeForm(group, kind, asked, settings, locale);
  await publishSite(contextOf(), group);
  const site = publicSite(undefined, [form, survey]);
  return { ...site, group, action, url: `http://${host}:8787/${kind.path}/${action.slug}` };
}

type Said = {
  email: string;
  at?: number;
  answers?: Record<string, string | string[]>;
  fields?: [fieldNo: number, value: string][];
};

/** Stores answers of a once-only action as its drain does, in the order given, one page. Gives the rows, to be stored again. */
export async function storeAnswers(group: Group, actionNo: number, said: readonly Said[]): Promise<string[]> {
  const rows = said.map(({ email, at = Date.UTC(2026, 0, 1), answers, fields }) => {
    const participation: Participation = {
      ...{ e: email, la: "en", co: 2, w: "0".repeat(16), nm: 0 },
      o: answers ? { answers } : {},
      ...(fields ? { f: fields } : {}),
    };
    const identity = new TextEncoder().encode(email.padEnd(16, "_").slice(0, 16));
    return rowBody(JSON.stringify(participation), idToHex(newId()), at, identity, 0, false);
  });
  await storeParticipations(dbFor(contextOf().env, group), actionNo, [], rows);
  return rows;
}

/** The number of the person with an email. */
export async function personNoOf(group: Group, email: string): Promise<number> {
  const row = await dbFor(contextOf().env, group)
    .d1.prepare("SELECT person_no FROM identities WHERE group_no = ? AND kind = 1 AND value = ?")
    .bind(group.no, email)
    .first<{ person_no: number }>();
  if (!row) throw new Error(`nobody has ${email}`);
  return row.person_no;
}
