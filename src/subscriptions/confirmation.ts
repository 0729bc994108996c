import { groupByNo } from "../groups/group";
import { dbFor, type GroupDb, shardNames } from "../groups/shard";
import type { Group } from "../groups/types";
import type { FollowUpWindow, ParticipationsRecorded } from "../intake/types";
import type { Context } from "../platform/context";
import { groupOrigin } from "../platform/http";
import { sendLater } from "../platform/mail/mail";
import { MAIL_PATH, mailKey } from "../platform/mail-keys";
import { isLocale } from "../ui/i18n";
import { confirmationMail } from "./email";
import * as store from "./store-confirmations";
import { selectRecipient } from "./store-recipient";
import { resubscribe } from "./subscription";

const DAY_MS = 86_400_000;
/** Between a mail and the one that reminds of it. */
export const REMIND_AFTER_MS = 2 * DAY_MS;
/** A claim whose mail is not on the queue by then has lost its owner. */
const CLAIM_MS = 15 * 60_000;
/** Reminders of one shard at one turn of the clock. */
const REMINDERS_MAX = 500;
/** Whom one look back asks at most; the window is looked at again. */
const FORGOTTEN_MAX = 500;

/**
 * Asks those of a page of participations who said yes to mail, in a group whose new people confirm it, whether it was they: one
 * mail a person, in the lane of receipts. May be called again with the same page.
 */
export async function askToConfirm(ctx: Context, news: ParticipationsRecorded): Promise<void> {
  const { target, people } = news;
  const group = await groupByNo(ctx.directory, target.groupNo);
  if (!group?.settings.mail.doubleOptIn || group.status === "suspended") return;
  await askPeople(
    ctx,
    group,
    target.actionNo,
    people.map(([no]) => no),
  );
}

/** Asks people of an action, or of no action (0), who said yes and are to confirm it. May be called again. */
export async function askPeople(
  ctx: Context,
  group: Group,
  actionNo: number,
  people: readonly number[],
): Promise<void> {
  const db = dbFor(ctx.env, group);
  const again = { now: ctx.now, againBefore: ctx.now - CLAIM_MS };
  const claimed = await store.claimConfirmations(db, actionNo, people, again);
  await mailTo(ctx, group, db, claimed);
}

async function mailTo(ctx: Context, group: Group, db: GroupDb, people: readonly number[]): Promise<void> {
  if (people.length === 0) return;
  const { confirmationReminders } = group.settings.mail;
  for (const person of await store.selectToAsk(db, people)) {
    await sendLater(ctx, await mailFor(ctx, group, person), "notice");
    const isMore = person.mailCount < confirmationReminders;
    await store.noteAsked(db, person.personNo, isMore ? ctx.now + REMIND_AFTER_MS : null);
  }
}

async function mailFor(ctx: Context, group: Group, person: store.ToAsk) {
  const { personNo, email, title, mailCount } = person;
  const locale = isLocale(person.language) ? person.language : group.locale;
  const copy = { groupNo: group.no, mailingNo: 0, personNo, isProof: false };
  const key = await mailKey(ctx.config.SIGNING_KEYS, copy, ctx.now);
  const href = `${groupOrigin(ctx.config, group.slug)}${MAIL_PATH}/${key}/confirm?lang=${locale}`;
  return confirmationMail(group, { to: email, href, title, locale, isReminder: mailCount > 0 });
}

/** Reminds those who have not answered, where the group wants that. For the clock. */
export async function remindToConfirm(ctx: Context): Promise<void> {
  for (const shard of shardNames(ctx.env)) {
    const due = await store.takeDue(dbFor(ctx.env, { no: 0, shard }).d1, ctx.now, REMINDERS_MAX);
    for (const [groupNo, people] of Map.groupBy(due, (each) => each.groupNo)) {
      const group = await groupByNo(ctx.directory, groupNo);
      if (!group?.settings.mail.doubleOptIn || group.status === "suspended") continue;
      await mailTo(
        ctx,
        group,
        dbFor(ctx.env, group),
        people.map(({ personNo }) => personNo),
      );
    }
  }
}

/** Asks those of a window again whose mail was lost on the way. Gives how many; ask until it is 0. */
export async function findMissingConfirmations(
  ctx: Context,
  { target, sinceMs, untilMs }: FollowUpWindow,
): Promise<number> {
  const group = await groupByNo(ctx.directory, target.groupNo);
  if (!group?.settings.mail.doubleOptIn || group.status === "suspended") return 0;
  const found = await store.selectForgotten(dbFor(ctx.env, group), target.actionNo, {
    fromHex: `${timeHex(sinceMs - 1)}${"f".repeat(20)}`,
    untilHex: `${timeHex(untilMs)}${"f".repeat(20)}`,
    againBefore: ctx.now - CLAIM_MS,
    limit: FORGOTTEN_MAX,
  });
  if (found.length > 0) await askPeople(ctx, group, target.actionNo, found);
  return found.length;
}

/** The first 48 bits of a UUIDv7 made at that moment (RFC 9562 §5.7). */
function timeHex(ms: number): string {
  return Math.max(ms, 0).toString(16).padStart(12, "0");
}

/**
 * What somebody answers to the mail: on the list from here on, or not. The proof is a word of consent of its own.
 * @returns "over" when nobody asked them
 */
export async function confirm(
  ctx: Context,
  group: Pick<Group, "no" | "shard">,
  personNo: number,
  answer: "yes" | "no",
): Promise<"done" | "over"> {
  const db = dbFor(ctx.env, group);
  const person = await selectRecipient(db, personNo);
  const asked = person && (await store.selectConfirmation(db, personNo));
  if (!person || !asked) return "over";
  if (answer === "yes" && !(await resubscribe(ctx, db, person))) return "over";
  await store.answerConfirmation(db, personNo, answer === "yes" ? 1 : 2, ctx.now);
  return "done";
}

/** People who were asked, and what they said. */
export function confirmationNumbers(db: GroupDb) {
  return store.countConfirmations(db);
}
