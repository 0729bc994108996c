import { actionByNo } from "../actions/action";
import { refreshPage } from "../actions/publication";
import { withdrawFiles } from "../exports/export";
import { recordAct } from "../groups/audit";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { dropFilesWith } from "../imports/import";
import { forgetReplyFiles } from "../inbound/reply";
import { erasePerson, forgetIn, identitiesOf } from "../intake/erasure";
import type { IntakeTarget } from "../intake/types";
import { changeGift, findSubscription } from "../payments/subscription";
import type { PaymentId } from "../payments/types";
import { runStepsNow, type Step, type StepDone, startWork, type Work } from "../people/work";
import type { Context } from "../platform/context";
import { toHex } from "../platform/crypto";
import { parseId } from "../platform/ids";
import * as store from "./store-erasure";

/** Actions told of an erasure in one step; each is a few calls to objects. */
const TOLD_PER_STEP = 10;

export type Asked = { is: "erased"; isWhole: boolean } | { is: "gone" };

/**
 * Forgets a person as they or an organiser asked: their rows at once, then whatever objects hold. What cannot be reached now
 * is told again behind, until it is. Leaves counts right, and of each address a keyed hash, so that neither a late drain nor
 * an import brings the person back.
 * @param by the organiser's account; null when the person asked themselves
 * @returns `isWhole`: nothing is left to be told
 */
export async function eraseAsAsked(
  ctx: Context,
  group: Group,
  personNo: number,
  by: number | null,
): Promise<Asked> {
  const db = dbFor(ctx.env, group);
  const person = await store.selectPerson(db, personNo);
  if (!person || person.erasedAt !== null || person.mergedInto !== null) return { is: "gone" };
  const identities = await identitiesOf(ctx, group, personNo);
  await recordAct(ctx, {
    ...{ groupNo: group.no, accountNo: by, act: "person.erased", subject: person.id },
    detail: by === null ? { reason: "own" } : {},
  });
  // Written down before anything is changed, so that whoever dies half-way is finished by somebody else.
  const detail = { identities: identities.map(toHex) };
  const work = await startWork(ctx, db, { sort: "privacy.erase", subject: personNo, detail, startedBy: by });
  return { is: "erased", isWhole: await runStepsNow(ctx, group, work, erasureSteps) };
}

export const erasureSteps: Readonly<Record<"privacy.erase", Step>> = {
  "privacy.erase": (ctx, group, work) =>
    work.cursor === 0 ? eraseRows(ctx, group, work) : tellActions(ctx, group, work),
};

/** The cursor is 1 and the number of the last action that was told. */
const ROWS_DONE = 1;

async function eraseRows(ctx: Context, group: Group, work: Work): Promise<StepDone> {
  const db = dbFor(ctx.env, group);
  // As of when they asked: whoever signs again afterwards is somebody new.
  const asOf = { ...ctx, now: work.startedAt };
  const gifts = await endGifts(ctx, group, await store.selectGiftsOn(db, work.subject));
  const taken = await store.selectActionsTaken(db, work.subject);
  await forgetReplyFiles(ctx, db, work.subject);
  await dropFilesWith(ctx, group, [work.subject]);
  await erasePerson(asOf, group, work.subject, [], [], {
    more: store.forgetElsewhere(db, work.subject),
    identities: identitiesIn(work),
  });
  await withdrawFiles(ctx, group);
  for (const { actionNo, isShown } of taken) {
    const action = isShown ? await actionByNo(db, actionNo) : null;
    if (action) await refreshPage(ctx, group, action);
  }
  return { cursor: ROWS_DONE, done: 1, isOver: false, detail: { ...work.detail, gifts } };
}

/** Ends regular gifts; gives those that the provider would not end now. */
async function endGifts(ctx: Context, group: Group, ids: readonly PaymentId[]): Promise<PaymentId[]> {
  const goOn: PaymentId[] = [];
  for (const id of ids) {
    const gift = await findSubscription(ctx, group, id);
    if (!gift || gift.state === "ended") continue;
    if (!(await changeGift(ctx, group, gift, { to: "ended" }))) goOn.push(id);
  }
  return goOn;
}

async function tellActions(ctx: Context, group: Group, work: Work): Promise<StepDone> {
  const db = dbFor(ctx.env, group);
  const actions = await store.selectActionPage(db, work.cursor - ROWS_DONE, TOLD_PER_STEP);
  const identities = identitiesIn(work);
  await Promise.all(actions.map((action) => forgetIn(ctx, targetOf(group, action), identities)));
  const isOver = actions.length < TOLD_PER_STEP;
  // Nobody is charged whom nobody knows any more: the work is not over before the provider has ended every gift.
  if (isOver && (await endGifts(ctx, group, giftsIn(work))).length > 0)
    throw new Error("the provider would not end a regular gift");
  return {
    cursor: (actions.at(-1)?.no ?? 0) + ROWS_DONE,
    done: actions.length,
    isOver,
    ...(isOver ? { detail: {} } : {}),
  };
}

function identitiesIn({ detail }: Work): Uint8Array[] {
  const hashes = Array.isArray(detail.identities) ? detail.identities : [];
  return hashes.filter((hash) => typeof hash === "string").map((hash) => Uint8Array.fromHex(hash));
}

function giftsIn({ detail }: Work): PaymentId[] {
  const ids = Array.isArray(detail.gifts) ? detail.gifts : [];
  return ids.flatMap((id) => (typeof id === "string" ? (parseId<PaymentId>(id) ?? []) : []));
}

/** What the objects of an action must know to forget somebody. */
export function targetOf(group: Group, action: store.ActionHead): IntakeTarget {
  return {
    ...{ groupNo: group.no, groupId: group.id, shard: group.shard, jurisdiction: group.jurisdiction },
    ...{ actionNo: action.no, actionId: action.id, kind: action.kind },
    ...{ isOnce: true, tagNos: [], hasReceipt: true },
    keepsDrained: group.settings.keepsForRecovery || undefined,
  };
}
