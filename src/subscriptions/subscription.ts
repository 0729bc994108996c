import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { changeSubscription } from "../people/person";
import { type SubscriptionCause, subscriptionStatus } from "../people/types";
import type { Context } from "../platform/context";
import * as store from "./store-departures";
import { type MailWishes, type Recipient, selectRecipient, selectWishes } from "./store-recipient";
import { refusalStatements } from "./store-topics";
import {
  FEWER_WEEKLY_MAX,
  type LeaveChoice,
  type LeaveReason,
  type LeaveWay,
  leaveChoices,
  PAUSE_MS,
} from "./types";

export type { MailWishes, Recipient } from "./store-recipient";

type OfGroup = Pick<Group, "no" | "shard">;

/** Whoever a copy of a mail went to, as they are now: of somebody merged since, whom they turned out to be. Null once forgotten. */
export function recipientOf(db: GroupDb, personNo: number): Promise<Recipient | null> {
  return selectRecipient(db, personNo);
}

export type Leaving = {
  personNo: number;
  /** The mailing that made them leave; null when it was none, or nobody knows. */
  mailingNo: number | null;
  cause: SubscriptionCause;
  /** For their history: in their own words, or what the mail program said; "" for nothing. */
  reason: string;
  way?: LeaveWay;
  /** All mail unless told. */
  choice?: LeaveChoice;
  /** Which of the reasons we offer. */
  why?: LeaveReason | null;
  /** When they said so, in ms; now unless told. */
  at?: number;
};

/**
 * Somebody wants less of a group's mail: none at all unless told otherwise. In D1 before it returns; the claim of a mailing
 * asks for it right before each mail. May be called again with the same. Of somebody whose address bounced or who complained,
 * that stays: they get nothing either way.
 * @returns "unknown" when the group has no such person any more
 * @throws when D1 cannot be reached: whoever promised it keeps it (tracking/opt-out.ts)
 */
export async function leaveList(ctx: Context, group: OfGroup, leaving: Leaving): Promise<"left" | "unknown"> {
  const db = dbFor(ctx.env, group);
  const at = leaving.at ?? ctx.now;
  const person = await selectRecipient(db, leaving.personNo);
  if (!person) return "unknown";
  const said: store.Departure = {
    personNo: leaving.personNo,
    mailingNo: leaving.mailingNo ?? 0,
    way: leaving.way ?? "mail",
    choice: leaving.choice ?? "all",
    reason: leaving.why ?? null,
    comment: leaving.reason,
    at,
  };
  // What they asked for comes first: the note why may be missing, the deed may not.
  if (said.choice === "all") await stop(db, person, leaving, at);
  await db.d1.batch([...store.departureStatements(db, said), ...wished(db, said)]);
  return "left";
}

async function stop(db: GroupDb, person: Recipient, { cause, reason }: Leaving, at: number): Promise<void> {
  const { unsubscribed, bounced } = subscriptionStatus;
  if (person.emailStatus >= bounced) return;
  // The same word once more, or one that was noted while D1 was away and has been written by another since.
  if (person.emailStatus === unsubscribed && (person.emailStatusAt ?? 0) >= at) return;
  const change = { channel: "email" as const, status: "unsubscribed" as const, cause, reason, by: null, at };
  await changeSubscription(db, person.personNo, change);
}

function wished(db: GroupDb, said: store.Departure): D1PreparedStatement[] {
  switch (said.choice) {
    case "all":
      return [];
    case "topic":
      return [store.refuseTopicOfStatement(db, said)];
    case "pause":
      return [store.wishStatement(db, said.personNo, { pausedUntil: said.at + PAUSE_MS }, said.at)];
    case "fewer":
      return [store.wishStatement(db, said.personNo, { weeklyMax: FEWER_WEEKLY_MAX }, said.at)];
  }
}

/**
 * They did not mean to: takes back what a departure by this mail changed.
 * @returns false when there is nothing to take back, or they may not be mailed for another reason
 */
export async function comeBack(
  ctx: Context,
  group: OfGroup,
  { personNo, mailingNo }: { personNo: number; mailingNo: number },
): Promise<boolean> {
  const db = dbFor(ctx.env, group);
  const [person, left] = await Promise.all([
    selectRecipient(db, personNo),
    store.selectDeparture(db, { personNo, mailingNo }),
  ]);
  if (!person || !left || left.backS !== null) return false;
  if (left.choice === leaveChoices.all && !(await resubscribe(ctx, db, person))) return false;
  const undone = store.returnStatements(db, { personNo, mailingNo }, ctx.now);
  if (left.choice === leaveChoices.topic)
    undone.push(store.acceptTopicOfStatement(db, { personNo, mailingNo }));
  if (left.choice === leaveChoices.pause)
    undone.push(store.wishStatement(db, personNo, { pausedUntil: null }, ctx.now));
  if (left.choice === leaveChoices.fewer)
    undone.push(store.wishStatement(db, personNo, { weeklyMax: null }, ctx.now));
  await db.d1.batch(undone);
  return true;
}

/** Whether somebody whose address is blocked asked for no more mail since: then nobody but they can undo it. */
export function hasLeftSince(db: GroupDb, { personNo, emailStatusAt }: Recipient): Promise<boolean> {
  return store.selectHasLeft(db, personNo, emailStatusAt ?? 0);
}

/** Puts somebody on the list at their own word. False for an address that bounced or complained: that is not theirs to undo. */
export async function resubscribe(ctx: Context, db: GroupDb, person: Recipient): Promise<boolean> {
  if (person.emailStatus >= subscriptionStatus.bounced) return false;
  if (person.emailStatus === subscriptionStatus.subscribed) return true;
  return changeSubscription(db, person.personNo, {
    channel: "email",
    status: "subscribed",
    cause: "page",
    reason: "",
    by: null,
    at: ctx.now,
  });
}

/** What somebody wishes of the group's mail, for whoever looks at their record. */
export function wishesOf(db: GroupDb, personNo: number): Promise<MailWishes> {
  return selectWishes(db, personNo);
}

/** What somebody wishes on the page of their preferences. `shown`: the topics that page had. */
export type Preferences = {
  pausedUntil: number | null;
  weeklyMax: number | null;
  topics: { shown: readonly number[]; wanted: readonly number[] };
};

/** Keeps what somebody wishes of their mail. */
export async function savePreferences(
  ctx: Context,
  db: GroupDb,
  personNo: number,
  { pausedUntil, weeklyMax, topics }: Preferences,
): Promise<void> {
  await db.d1.batch([
    store.wishStatement(db, personNo, { pausedUntil, weeklyMax }, ctx.now),
    ...refusalStatements(db, personNo, topics, ctx.now),
  ]);
}
