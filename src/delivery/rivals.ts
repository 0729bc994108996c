import { audienceSql, beyondSql, type Question } from "../audiences/audience";
import type { GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { mailingByNo } from "../mailings/mailing";
import { withMirrored } from "../mailings/mirroring";
import type { MailingSettings, MailingStatus } from "../mailings/types";
import type { Context } from "../platform/context";
import { type Rivals, rivalsOf } from "../ranking/ranking";
import { eitherSql, noRowSql } from "./rows-of-facts";
import { isAnyPreparing } from "./store-rivals";

/** A mailing of the day that comes first: whom it would mail if it were frozen now. */
export type Rival = {
  no: number;
  question: Question;
  /** SQL that is true of `p` when they are beyond its limit or have no row in its merge file; null when that is no matter. */
  beyond: string | null;
  /** By which it judges otherwise than the one that is frozen; null where both judge alike, so that nobody need be asked twice. */
  judging: Judged | null;
};

export type Judged = { topicNo: number | null; weeklyMax: number };

export type RivalQuestions = Pick<Rivals, "from" | "to"> & { above: Rival[] };

/** Until then a mailing may still take whom it is for; afterwards its rows say whom it has. */
const COMING: ReadonlySet<MailingStatus> = new Set(["waiting", "scheduled", "preparing"] as const);

/** A mailing that comes first is waited for while it is frozen, but not longer after the start than this. */
const WAITS_MS_MAX = 10 * 60_000;

/**
 * Whether a mailing is to begin a little later, since one that comes before it is being frozen right now: then its rows say whom it has,
 * also where the order was changed since it began.
 */
export async function waitsForRival(
  ctx: Context,
  db: GroupDb,
  group: Group,
  mailing: { no: number; startAt: number },
): Promise<boolean> {
  if (ctx.now - mailing.startAt > WAITS_MS_MAX) return false;
  const rivals = await rivalsOf(group, db, mailing);
  return rivals !== null && rivals.above.length > 0 && (await isAnyPreparing(db, rivals.above));
}

/** How many mails a person may get in a week for a mailing to reach them; 0 for any number. */
export function weeklyMaxOf(
  group: Group,
  { ignoresFatigue }: Pick<MailingSettings, "ignoresFatigue">,
): number {
  return ignoresFatigue ? 0 : group.settings.mail.weeklyMax;
}

/**
 * The rivals of a mailing as questions, with their audiences as they are now; null for none. Whoever a rival would not mail, because
 * of its topic, its limit or the cap of the week, is not kept for it.
 */
export async function rivalQuestions(
  ctx: Context,
  db: GroupDb,
  group: Group,
  rivals: Rivals | null,
  own: Judged,
): Promise<RivalQuestions | null> {
  if (!rivals) return null;
  const above: Rival[] = [];
  for (const no of rivals.above) {
    const mailing = await mailingByNo(db, no);
    if (!mailing?.target || !COMING.has(mailing.status)) continue;
    const { settings } = mailing;
    const { audience, most } = await withMirrored(db, mailing.target, settings);
    const judging = { topicNo: settings.topicNo, weeklyMax: weeklyMaxOf(group, settings) };
    const isAlike =
      (judging.topicNo === null || judging.topicNo === own.topicNo) && judging.weeklyMax === own.weeklyMax;
    above.push({
      no,
      question: await audienceSql(ctx, db, audience),
      beyond: eitherSql(
        most === null ? null : await beyondSql(ctx, db, audience, most),
        await noRowSql(db, mailing),
      ),
      judging: isAlike ? null : judging,
    });
  }
  return { from: rivals.from, to: rivals.to, above };
}
