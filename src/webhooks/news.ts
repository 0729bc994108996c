import { locating } from "../api/location";
import type { Change } from "../changes/types";
import type { GroupDb } from "../groups/shard";
import { ownLetter } from "../letters/types";
import type { Context } from "../platform/context";
import { sha256, toHex } from "../platform/crypto";
import {
  bodyOf,
  type Hash,
  hashesOf,
  type Known,
  type Sponsor,
  subscriptionOf,
  typeOf,
  uploadOf,
} from "./payload";
import type { NewDelivery } from "./store";
import * as events from "./store-events";
import type { EventType, Webhook } from "./types";

const HOUR_MS = 3_600_000;
const SUBSCRIBED = 1;
const UNSUBSCRIBED = 2;

type Participation = Change & { what: "participation" };
type PersonChange = Change & { what: "person" };

/**
 * What of some changes a webhook tells, ready to be sent. The same changes give the same deliveries, under the same ids. A change that
 * cannot be told is logged and left out.
 * @param base the API's absolute address
 */
export async function newsFor(
  db: GroupDb,
  webhook: Webhook,
  changes: readonly Change[],
  { ctx, base, sponsor }: { ctx: Pick<Context, "env" | "log">; base: string; sponsor: Sponsor },
): Promise<NewDelivery[]> {
  // What cannot be read is written down and passed over: it must not hold up for ever what comes after it.
  const untold = (cursor: string, error: unknown) =>
    ctx.log.error("webhooks.untold", error, { groupNo: db.groupNo, webhookNo: webhook.no, cursor });
  const acts = changes.filter((change): change is Participation => isAct(webhook, change));
  const comings = changes.filter((change): change is PersonChange => isAboutPerson(webhook, change));
  const done =
    acts.length > 0
      ? await events.selectDone(
          db,
          acts.map(({ action, id }) => ({ actionNo: action.no, id })),
          (id, error) => untold(acts.find((act) => act.id === id)?.cursor ?? "", error),
        )
      : new Map();
  const people = await peopleIn(db, comings);
  const places = [...[...done.values()].map(({ answer }) => answer), ...people.values()].map(placeOf);
  const known: Known = {
    ...{ base, sponsor },
    fields: done.size > 0 ? await events.selectFieldNames(db) : new Map(),
    texts: await events.selectTexts(db, [...done.values()].flatMap(textsIn)),
    locate: await locating(ctx, places),
  };
  const found: NewDelivery[] = [];
  for (const change of changes) {
    try {
      const news =
        change.what === "participation"
          ? ofAct(webhook, done.get(change.id), known)
          : change.what === "person"
            ? ofPerson(webhook, change, people.get(change.no), known)
            : null;
      if (news) found.push(await deliveryOf(webhook, news, sponsor));
    } catch (error) {
      untold(change.cursor, error);
    }
  }
  return found;
}

function placeOf({ country, postalCode }: { country?: string | null; postalCode?: string | null }) {
  return { country: country ?? "", postalCode: postalCode ?? "" };
}

type News = { name: string; personNo: number; hashes: Hash[] };

function isAct(webhook: Webhook, change: Change): boolean {
  if (change.what !== "participation" || change.change !== "created" || change.cameBack) return false;
  return webhook.trigger === "action" ? change.action.no === webhook.action?.no : true;
}

function isAboutPerson({ trigger }: Webhook, change: Change): boolean {
  if (change.what !== "person" || change.isDrained || change.cameBack) return false;
  if (change.change === "deleted") return false;
  if (trigger === "everything") return true;
  return trigger === "subscriptions" && (change.status === SUBSCRIBED || change.status === UNSUBSCRIBED);
}

async function peopleIn(db: GroupDb, comings: readonly PersonChange[]): Promise<Map<number, events.Core>> {
  if (comings.length === 0) return new Map();
  return events.selectPeople(
    db,
    comings.map(({ no, at }) => [no, at]),
  );
}

function ofAct(webhook: Webhook, done: events.Done | undefined, known: Known): News | null {
  if (!done || isFromFile(done)) return null;
  const isSubscription = webhook.trigger === "subscriptions";
  if (isSubscription && done.consent !== SUBSCRIBED) return null;
  if (!passes(webhook, typeOf(done.action.kind), done.source)) return null;
  return { name: `act/${done.id}`, personNo: done.personNo, hashes: hashesOf(done, known) };
}

/** What a file says of earlier years is no news. */
function isFromFile({ answer }: events.Done): boolean {
  return "import" in answer;
}

function ofPerson(
  webhook: Webhook,
  change: PersonChange,
  core: events.Core | undefined,
  known: Known,
): News | null {
  if (!core || !isAboutPerson(webhook, change)) return null;
  const isUpload = webhook.trigger === "everything";
  if (isUpload && change.change !== "created" && !core.isImported) return null;
  if (!passes(webhook, isUpload ? "action_network:upload" : "action_network:action", null)) return null;
  // A file touches a row of somebody several times: that is one upload.
  const name = isUpload
    ? `upload/${core.personId}/${Math.floor(change.at / HOUR_MS)}`
    : `subscription/${core.personId}/${change.cursor}`;
  const hash = isUpload ? uploadOf(core, change.at, known) : subscriptionOf(core, change.at, known);
  return { name, personNo: core.personNo, hashes: [hash] };
}

function passes({ filters }: Webhook, type: EventType, source: string | null): boolean {
  if (filters.types.length > 0 && !filters.types.includes(type)) return false;
  return filters.source === "" || filters.source === source;
}

async function deliveryOf(webhook: Webhook, news: News, sponsor: Sponsor): Promise<NewDelivery> {
  const keys = await Promise.all(news.hashes.map((_, nth) => keyOf(`${webhook.id}/${news.name}/${nth}`)));
  const body = bodyOf(news.hashes, sponsor, keys);
  if (body.length > BODY_MAX) throw new Error("the news is too long for a row");
  return { id: keys[0] ?? "", personNo: news.personNo, body };
}

/** In characters, of which many are written as two bytes: a row of D1 may have 2 MB. */
const BODY_MAX = 700_000;

const KEY_DIGITS = 32;

/** 32 lower-case hexadecimal digits that are the same whenever the same news is told (osdi-api.md §5.2). */
export async function keyOf(name: string): Promise<string> {
  return toHex(await sha256(name)).slice(0, KEY_DIGITS);
}

function textsIn({ answer }: events.Done): string[] {
  const letter = ownLetter.safeParse(answer.own ?? {});
  if (!letter.success) return [];
  return Object.values(letter.data.text).flatMap((said) => (said && "v" in said ? [said.v] : []));
}
