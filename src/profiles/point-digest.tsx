import { type Account, accountOf } from "../accounts/account";
import { listMembers } from "../groups/member";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { ParticipationsRecorded } from "../intake/types";
import { hasPoints } from "../people/point-person";
import { type Step, startWork } from "../people/work";
import type { Context } from "../platform/context";
import { addToLocalTime, localTimeAt, momentOf } from "../platform/local-time";
import { LruCache } from "../platform/lru";
import { type MailMessage, sendLater } from "../platform/mail/mail";
import { PRODUCT_NAME } from "../ui/document";
import { renderEmail } from "../ui/email";
import { translator } from "../ui/i18n";
import * as store from "./store-point-digest";

const DIGEST_WORK = "profiles.point";

/** When a day's acts are mailed, on the reader's clock: before the day's work, and one mail a day at most. */
const AT = "08:00";
/** A mail that is late by this has lost its work, which the hourly look for overdue works would have found. */
const LOST_AFTER_MS = 2 * 3_600_000;
/** How long an isolate trusts that nobody of a group is looked after. */
const KNOWN_MS = 300_000;
const GROUPS_KEPT = 500;
/** Acts named in a mail; the list of one's people has the rest. */
const ACTS_SHOWN = 30;

const looksAfter = new LruCache<boolean>(GROUPS_KEPT);

/**
 * Those who look after somebody who has just acted hear of it the next morning. Costs nothing where nobody is looked after.
 * Never throws: losing it costs one line of a notice.
 */
export async function tellPointPeople(
  ctx: Context,
  { target, people }: ParticipationsRecorded,
): Promise<void> {
  try {
    const db = dbFor(ctx.env, { no: target.groupNo, shard: target.shard });
    const name = String(target.groupNo);
    const has = looksAfter.get(name, ctx.now) ?? (await hasPoints(db));
    looksAfter.set(name, has, ctx.now + KNOWN_MS);
    if (!has) return;
    const concerned = await store.selectConcerned(
      db,
      target.actionNo,
      people.map(([no]) => no),
    );
    for (const { accountNo, since } of concerned) {
      const account = await accountOf(ctx, accountNo);
      if (!account) continue;
      const dueAt = nextMorning(ctx.now, account.timeZone);
      const lostBefore = ctx.now - LOST_AFTER_MS;
      if (await store.noteDigest(db, { accountNo, since, dueAt, lostBefore }))
        await startWork(ctx, db, { sort: DIGEST_WORK, subject: accountNo, dueAt, startedBy: null });
    }
  } catch (error) {
    ctx.log.error("profiles.point", error, { groupNo: target.groupNo });
  }
}

function nextMorning(now: number, timeZone: string): number {
  const today = `${localTimeAt(now, timeZone).slice(0, 10)}T${AT}`;
  const at = momentOf(today, timeZone);
  return at > now ? at : momentOf(addToLocalTime(today, { days: 1 }), timeZone);
}

/** Mails what there is to tell. It is taken before the mail is queued: whatever is repeated, nobody is told twice. */
const step: Step = async (ctx, group, work) => {
  const over = { cursor: work.cursor + 1, done: 1, isOver: true };
  const db = dbFor(ctx.env, group);
  const [account, members] = await Promise.all([accountOf(ctx, work.subject), listMembers(ctx, group)]);
  const since = await store.claimDigest(db, work.subject, ctx.now);
  const member = members.find(({ accountNo }) => accountNo === work.subject);
  // Whoever left the team, or sees no people any more, is told nothing of them.
  if (since === null || !account || !member || !can(member.role, "people.view")) return over;
  const acts = await store.selectActs(db, account.no, since, ACTS_SHOWN + 1);
  if (acts.length > 0) await sendLater(ctx, digestMail(ctx, group, account, acts), "notice");
  return over;
};

export const pointSteps: Readonly<Record<string, Step>> = { [DIGEST_WORK]: step };

function digestMail(
  ctx: Pick<Context, "config">,
  group: Pick<Group, "name" | "slug">,
  account: Pick<Account, "email" | "locale">,
  acts: readonly store.Act[],
): MailMessage {
  const { locale } = account;
  const t = translator(locale);
  const count = new Set(acts.map(({ personNo }) => personNo)).size;
  const isMore = acts.length > ACTS_SHOWN;
  const subject = t(isMore ? "profiles.point.mail.subjectMany" : "profiles.point.mail.subject", {
    group: group.name,
    count,
  });
  const items = acts
    .slice(0, ACTS_SHOWN)
    .map(({ name, title }) => t("profiles.point.mail.act", { name, title }));
  const content = renderEmail({
    locale,
    subject,
    from: PRODUCT_NAME,
    blocks: [
      { kind: "heading", text: subject },
      { kind: "list", items },
      ...(isMore ? [{ kind: "text" as const, text: t("profiles.point.mail.more") }] : []),
      { kind: "text", text: t("profiles.point.mail.text") },
      {
        kind: "button",
        label: t("profiles.point.mail.button"),
        href: `${ctx.config.PLATFORM_ORIGIN}/groups/${group.slug}/people?point=me`,
      },
    ],
    footer: [t("profiles.point.mail.why", { group: group.name })],
  });
  return { ...content, to: account.email, fromName: PRODUCT_NAME };
}
