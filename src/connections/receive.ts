import { findAction } from "../actions/action";
import { readAnswer } from "../actions/answer";
import { questionField } from "../actions/conditions";
import { wordingHash } from "../actions/consent";
import { isStopped } from "../actions/public-found";
import { snapshotFor } from "../actions/serving";
import type { ActionSnapshot, Kind } from "../actions/types";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { identityHash, intakeTarget, takeAction } from "../intake/participation";
import type { Participation } from "../intake/types";
import { fieldsOf } from "../people/custom-field";
import { isForgotten } from "../people/edit";
import { askToIndexNews } from "../people/search-index";
import { ensureTags, TAGS_MAX, tagKey } from "../people/tag";
import { keepWording } from "../people/wording";
import type { Context } from "../platform/context";
import { sha256, toHex } from "../platform/crypto";
import type { FormValues } from "../platform/forms";
import { idToHex, newId, type PersonId } from "../platform/ids";
import { askPeople } from "../subscriptions/confirmation";
import { translator } from "../ui/i18n";
import { type Mapped, mapped } from "./mapped";
import type { Payload } from "./payload";
import { wordsAt } from "./payload-path";
import { isOffList, selectUnknownTags, storeArrival } from "./store-arrivals";
import { claim, dropClaim, insertDelivery, settleClaim } from "./store-deliveries";
import { type Hook, KEPT_BYTES_MAX, type Outcome, type Reason } from "./types";

const DAY_MS = 86_400_000;
/** The same body is the same delivery for so long; the same id for longer, since tools send again for days. */
const BODY_SAME_MS = DAY_MS;
const ID_SAME_MS = 30 * DAY_MS;
/** Whoever began with a delivery and has not ended by then was broken off. */
const CLAIM_MS = 60_000;
const HASH_BYTES = 16;
/** How consent was asked, as wordings are kept: by a form of somebody else's. */
const HOOK_MODE = "connection";

export type Received = { outcome: Outcome; reason: Reason };

/** What a delivery would come to, for the page and for test. */
export type Plan = Received & {
  person: Mapped;
  snapshot: ActionSnapshot | null;
  kind: Kind | null;
  participation: Participation | null;
};

const because = (code: Reason["code"], more: Partial<Reason> = {}): Reason => ({
  code,
  fields: [],
  words: [],
  ...more,
});

/** Whether a form elsewhere can ask all that an action of this kind must know. */
export function takesHooks(kind: Kind): boolean {
  return !kind.take && !kind.readFields && !kind.capacities;
}

/** Reads a payload as the hook's mapping says, and what would become of it. Changes nothing. */
export async function plan(
  ctx: Context,
  { group, hook, kinds }: { group: Group; hook: Hook; kinds: readonly Kind[] },
  payload: Payload["json"],
): Promise<Plan> {
  const db = dbFor(ctx.env, group);
  const { mapping } = hook;
  const fields = mapping.custom.length > 0 ? await fieldsOf(db) : [];
  const place = { country: group.country, locale: group.locale };
  const { person, areTagsLeft } = await withTagsThatFit(db, mapped(payload, mapping, fields, place));
  const nothing = { person, snapshot: null, kind: null, participation: null };
  if (!mapping.fields.email) return { ...nothing, outcome: "unmapped", reason: because("unmapped") };
  if (person.email === null) return { ...nothing, outcome: "refused", reason: because("email") };
  const left = because("none", { fields: person.leftOut });
  if (mapping.actionId === "") return { ...nothing, outcome: "accepted", reason: left };
  const found = await openAction(ctx, group, kinds, mapping.actionId);
  if ("code" in found) return { ...nothing, outcome: "refused", reason: found };
  const { kind, snapshot } = found;
  const t = translator(snapshot.action.locale);
  const answer = readAnswer(t, snapshot, valuesOf(person, snapshot), addressOf(hook));
  if (answer.is === "invalid") {
    const reason = because("form", {
      fields: Object.keys(answer.errors),
      words: Object.values(answer.errors),
    });
    return { ...nothing, snapshot, kind, outcome: "refused", reason };
  }
  const { f = [] } = answer.participation;
  const custom = [...f, ...person.custom];
  const participation = { ...answer.participation, ...(custom.length > 0 ? { f: custom } : {}) };
  return {
    person,
    snapshot,
    kind,
    participation,
    outcome: "accepted",
    reason: because("none", { fields: areTagsLeft ? ["tags"] : [] }),
  };
}

/** A group has only so many tags: of those nobody has yet there is room for some, and of the others it is said that they are left out. */
async function withTagsThatFit(
  db: GroupDb,
  person: Mapped,
): Promise<{ person: Mapped; areTagsLeft: boolean }> {
  if (person.tags.length === 0) return { person, areTagsLeft: false };
  const { unknown, count } = await selectUnknownTags(db, person.tags.map(tagKey).filter(Boolean));
  const over = new Set([...new Set(unknown)].slice(Math.max(0, TAGS_MAX - count)));
  if (over.size === 0) return { person, areTagsLeft: false };
  const tags = person.tags.filter((name) => !over.has(tagKey(name)));
  return { person: { ...person, tags, leftOut: [...person.leftOut, "tags"] }, areTagsLeft: true };
}

async function openAction(ctx: Context, group: Group, kinds: readonly Kind[], id: string) {
  const action = await findAction(ctx, group, id);
  const kind = kinds.find(({ name }) => name === action?.kind);
  if (!action || !kind || !takesHooks(kind)) return because("actionGone");
  const serving = await snapshotFor(ctx, group, kind, action.slug);
  if (serving.is !== "shown") return because("actionGone");
  const { snapshot } = serving;
  const isOpen =
    snapshot.action.status === "published" && !isStopped(snapshot) && !kind.isOver?.(snapshot, ctx.now);
  return isOpen ? { kind, snapshot } : because("closed");
}

/** The answer as the action's own form would send it. A box for consent is none here: the wording is another form's. */
function valuesOf(person: Mapped, { action, group }: ActionSnapshot): FormValues {
  const { country } = action.settings.fields;
  const questions = Object.entries(person.questions).map(([key, value]) => [questionField(key), value]);
  return {
    ...(country === "required" ? { country: group.country } : {}),
    ...person.sent,
    ...(person.details.country ? { country: person.details.country } : {}),
    email: person.email ?? "",
    comment: person.comment,
    ...Object.fromEntries(questions),
    ...(action.settings.consent.mode === "explicit" ? { consent: "no" } : {}),
  };
}

/** Where the source of an answer is read from. */
function addressOf({ no }: Hook): URL {
  return new URL(`https://hook.invalid/?source=connection-${no}`);
}

/**
 * Takes one delivery: it is stored, or refused with a reason, and noted either way. The same delivery again is a repeat.
 * @throws when something that must store is away: nothing was promised, and the same delivery may come again
 */
export async function receive(
  ctx: Context,
  subject: { group: Group; hook: Hook; kinds: readonly Kind[] },
  payload: Payload,
): Promise<Received> {
  const { group, hook } = subject;
  const db = dbFor(ctx.env, group);
  const planned = await plan(ctx, subject, payload.json);
  const { email } = planned.person;
  const log = async (received: Received): Promise<Received> => {
    const body =
      payload.text.length <= KEPT_BYTES_MAX && received.outcome !== "repeated" ? payload.text : null;
    await insertDelivery(db, hook.no, { at: ctx.now, ...received, email, body });
    return received;
  };
  if (hook.state === "test" && planned.outcome === "accepted") return log({ ...planned, outcome: "test" });
  if (planned.outcome !== "accepted") return log(planned);
  const same = await sameOf(hook, payload);
  const claimed = await claim(db, hook.no, same.hash, { now: ctx.now, claimMs: CLAIM_MS });
  if (claimed === "busy") throw new Error("the same delivery is under way");
  if (claimed === "done") return log({ outcome: "repeated", reason: because("none") });
  try {
    const received = await store(ctx, group, hook, planned);
    if (received.outcome === "accepted") await settleClaim(db, hook.no, same.hash, ctx.now + same.ms);
    else await dropClaim(db, hook.no, same.hash);
    return await log(received);
  } catch (error) {
    await dropClaim(db, hook.no, same.hash).catch(() => undefined);
    throw error;
  }
}

/** What tells this delivery from others: the id it carries, or all of it. */
async function sameOf({ mapping }: Hook, { json, text }: Payload): Promise<{ hash: Uint8Array; ms: number }> {
  const id = mapping.id === "" ? "" : wordsAt(json, mapping.id);
  const hash = await sha256(id === "" ? `body ${text}` : `id ${id}`);
  return { hash: hash.slice(0, HASH_BYTES), ms: id === "" ? BODY_SAME_MS : ID_SAME_MS };
}

async function store(
  ctx: Context,
  group: Group,
  hook: Hook,
  { person, reason, ...plan }: Plan,
): Promise<Received> {
  const db = dbFor(ctx.env, group);
  const email = person.email ?? "";
  const hash = toHex(await identityHash(ctx.config.IDENTITY_PEPPER, group.id, email));
  if (await isForgotten(db, email, hash)) return { outcome: "refused", reason: because("forgotten") };
  const { consent, isToAsk } = await consentOf(ctx, db, group, hook, person);
  const silence = { co: 0, w: "" } as const;
  if (plan.participation && plan.snapshot && plan.kind) {
    const target = intakeTarget(plan.snapshot, plan.kind);
    const said = { ...plan.participation, ...(isToAsk ? silence : consent) };
    const { outcome } = await takeAction(ctx, target, said, undefined);
    if (outcome === "closed") return { outcome: "refused", reason: because("closed") };
    if (person.tags.length === 0 && !isToAsk) return { outcome: "accepted", reason };
  }
  const actionNo = plan.snapshot?.action.no ?? 0;
  const tagNos = person.tags.length > 0 ? await ensureTags(db, person.tags, ctx.now) : [];
  const id = newId<PersonId>();
  const isAlone = plan.participation === null;
  const personNo = await storeArrival(
    db,
    {
      ...{ i: idToHex(id), e: email, h: hash, t: ctx.now, n: 0 },
      ...(person.language ? { la: person.language } : {}),
      // What the action's own form said is on its way already, and so is what was agreed to, unless that is still to be asked about.
      o: isAlone ? person.details : {},
      ...(isAlone || isToAsk ? consent : silence),
      ...(isAlone && person.custom.length > 0 ? { f: person.custom } : {}),
    },
    { actionNo, tagNos },
  );
  // An action's people are indexed by its news; these have none.
  if (personNo !== null) ctx.later(askToIndexNews(ctx, { no: group.no, shard: group.shard }, [personNo]));
  if ((isToAsk || (isAlone && consent.co === 3)) && personNo !== null)
    await askPeople(ctx, group, actionNo, [personNo]);
  return { outcome: "accepted", reason };
}

/**
 * What was agreed to, with the wording that was asked kept as evidence before anything points at it. Whoever is off the list is asked
 * by mail whether it is they, whatever the group asks of others: a delivery may come again long after they left (P5).
 */
async function consentOf(
  ctx: Context,
  db: GroupDb,
  group: Group,
  { mapping }: Hook,
  person: Mapped,
): Promise<{ consent: Pick<Participation, "co" | "w">; isToAsk: boolean }> {
  if (person.consent === null) return { consent: { co: 0, w: "" }, isToAsk: false };
  const text = mapping.consent.wording;
  const hash = await wordingHash(HOOK_MODE, group.locale, text);
  await keepWording(db, { hash, mode: HOOK_MODE, locale: group.locale, text }, ctx.now);
  if (!person.consent) return { consent: { co: 2, w: hash }, isToAsk: false };
  const isToAsk = await isOffList(db, person.email ?? "");
  return { consent: { co: isToAsk || group.settings.mail.doubleOptIn ? 3 : 1, w: hash }, isToAsk };
}
