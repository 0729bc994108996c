import { Hono } from "hono";
import { breakdownOf, draftReport, listBreakdowns } from "../breakdowns/breakdown";
import { deliveryOf, estimateAudience, operatorReason, sendMailing } from "../delivery/delivery";
import type { SendResult } from "../delivery/types";
import { can } from "../groups/roles";
import { type MemberEnv, memberCan } from "../groups/web";
import { coveringOf } from "../mailings/combining";
import {
  buildVersions,
  checkAudience,
  checkVersions,
  fieldsOf,
  NO_ROW,
  RenderError,
} from "../mailings/content";
import { isWritten } from "../mailings/content/merge-fields";
import type { MergeValues } from "../mailings/content/types";
import { saveSettings, versionsOf, wrapperOf } from "../mailings/mailing";
import { askedAudience } from "../mailings/mirroring";
import type { Mailing, MailingVersion } from "../mailings/types";
import { listWrappers } from "../mailings/wrapper";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { topicName, topicsOf } from "../subscriptions/topic";
import { formatNumber } from "../ui/format";
import { askedWords } from "./audience-words";
import { dayNote } from "./day-note";
import { EstimateWords, languagesOf } from "./estimate-views";
import { mergeFieldsFor } from "./merge-fields";
import { isOpen, operatorWords } from "./parts";
import {
  AHEAD_MAX_MS,
  type ReviewProblems,
  type ReviewValues,
  readReview,
  reviewOf,
  typedReview,
} from "./review-form";
import type { ReviewProps, ShownAs } from "./review-props";
import { ReviewPage } from "./review-views";
import { oneOf, sampleOf } from "./sample";
import { numberOf } from "./settings-routes";
import { inboxOf } from "./shown-as";
import { selectProofs } from "./store-proofs";
import { presenceIn } from "./version-routes";
import { flashOf, hrefOf, MAILING_PATH, type MemberContext, mailingIn, pageOf, shardOf } from "./web";

const FORM_BYTES_MAX = 64 * 1024;
/** From so many people on the number is asked for, so that nobody mails a whole list by a slip. */
const TYPE_BACK_FROM = 1_000;
/** The number somebody read and the number now may differ by so much: people come and go while one reads. */
const DRIFT_SHARE = 0.01;

/** The third step: a last look, a test, and the button. */
export const reviewRoutes = new Hono<MemberEnv>();

reviewRoutes.get(`${MAILING_PATH}/review`, memberCan("mailings.view"), async (c) => {
  const mailing = await mailingIn(c);
  if (!isOpen(mailing)) return c.redirect(hrefOf(c, mailing, "progress"), 303);
  return c.html(<ReviewPage {...(await reviewing(c, mailing, {}))} />);
});

/** The count alone, taken further. */
reviewRoutes.get(`${MAILING_PATH}/estimate`, memberCan("mailings.view"), async (c) => {
  const { ctx, t, locale, group } = c.var;
  const mailing = await mailingIn(c);
  if (!mailing.target) throw new AppError("not_found");
  const [estimate, versions] = await Promise.all([
    estimateAudience(ctx, group, mailing.target, mailing.settings, startIn(c, mailing)),
    versionsOf(shardOf(c), mailing.no),
  ]);
  return c.html(<EstimateWords {...{ t, locale, estimate }} languages={languagesOf(versions)} />);
});

/** What the count of a mailing depends on beside itself: when it is to begin, as the page that is open has it. */
function startIn(c: MemberContext, { no }: Mailing): { mailingNo: number; startAt: number | null } {
  const at = Number(c.req.query("at"));
  return { mailingNo: no, startAt: Math.abs(at - c.var.ctx.now) < AHEAD_MAX_MS ? at : null };
}

type State = {
  typed?: ReviewValues;
  problems?: ReviewProblems;
  errors?: Record<string, string>;
  refusal?: string;
  /** When somebody wants it to begin; null or nothing: now. */
  startAt?: number | null;
};

/** Why it is a draft again: it was to leave and could not be made, or an operator sent it back. */
function cameBack({ var: { t } }: MemberContext, note: string): string {
  const reason = operatorReason(note);
  if (reason !== null) return operatorWords(t, reason);
  if (note === "mirrors_too_large") return t("composer.pauseNote.mirrors_too_large");
  return note === "not_built" ? t("composer.pauseNote.not_built") : "";
}

/** All that the page of a review shows. */
export async function reviewing(c: MemberContext, mailing: Mailing, state: State): Promise<ReviewProps> {
  const { ctx, locale, group, role } = c.var;
  const db = shardOf(c);
  const { target, settings } = mailing;
  const [page, versions, wrapper, topics, wrappers, presence, delivery] = await Promise.all([
    pageOf(c),
    versionsOf(db, mailing.no),
    wrapperOf(db, settings.wrapperNo),
    topicsOf(db),
    listWrappers(db),
    presenceIn(c, mailing),
    deliveryOf(db, mailing.no),
  ]);
  const startAt = state.startAt ?? null;
  const refusal = state.refusal ?? cameBack(c, delivery?.pauseNote ?? "");
  const estimate =
    target && (await estimateAudience(ctx, group, target, settings, { mailingNo: mailing.no, startAt }));
  const problems = await checkVersions(ctx, group, mailing, versions, wrapper);
  const variantNo = variantIn(c, versions);
  const shown = await shownIn(c, mailing, estimate?.recipients ?? 0, versions);
  const { approvalFrom } = group.settings.mail;
  const recipients = estimate?.recipients ?? 0;
  const language = shown.as?.language ?? group.locale;
  const first =
    versions.find((each) => each.variantNo === variantNo && each.language === language) ??
    versions.find((each) => each.variantNo === variantNo);
  return {
    ...{ ...page, mailing, versions, estimate, problems, variantNo, presence, wrappers },
    ...shown,
    ...(await blanksIn(
      c,
      mailing,
      versions,
      problems.some(({ isError }) => isError),
    )),
    href: hrefOf(c, mailing),
    audience: await askedWords(c, mailing),
    startAt,
    proofs: await selectProofs(db, mailing.no),
    ...(await breakdownIn(c, mailing, startAt)),
    dayNote: await dayNote(c, { no: mailing.no, startAt: startAt ?? ctx.now }),
    values: state.typed ?? reviewOf(settings, mailing.startAt, group.timeZone),
    errors: { ...inWords(c, state.problems ?? {}), ...state.errors },
    topics: topics.map((topic) => ({ no: topic.no, name: topicName(topic, locale) })),
    inbox: await inboxOf(c, mailing, first, shown.as?.personNo ?? null),
    typeBack: recipients >= TYPE_BACK_FROM ? recipients : null,
    isAsking: approvalFrom > 0 && recipients >= approvalFrom,
    mayWrite: can(role, "mailings.edit"),
    ...flashOf(c, {
      saved: "composer.done.saved",
      named: "composer.done.named",
      tested: "composer.done.tested",
      wanted: "composer.proofs.done",
      taken_back: "composer.done.takenBack",
    }),
    ...(refusal ? { refusal } : {}),
  };
}

/** Its people told apart, where a breakdown is shown. */
async function breakdownIn(c: MemberContext, mailing: Mailing, startAt: number | null) {
  const { ctx, group } = c.var;
  const db = shardOf(c);
  const [breakdowns, shown] = await Promise.all([listBreakdowns(db), breakdownOf(db, mailing)]);
  const how = { startAt, seesPeople: can(c.var.role, "people.view") };
  return { breakdowns, draftReport: shown && (await draftReport(ctx, group, mailing, shown, how)) };
}

function inWords({ var: { t } }: MemberContext, found: ReviewProblems): Record<string, string> {
  return Object.fromEntries(Object.entries(found).map(([name, key]) => [name, t(key)]));
}

/** Which version an address means. */
export function variantIn(c: MemberContext, versions: readonly MailingVersion[]): number {
  const asked = Number(c.req.query("variant"));
  return versions.some(({ variantNo }) => variantNo === asked) ? asked : 1;
}

/** Whom the mail is shown as. Whoever may not see people sees it with stand-ins. */
async function shownIn(
  c: MemberContext,
  mailing: Mailing,
  count: number,
  versions: readonly MailingVersion[],
): Promise<{ shownAs: ShownAs[]; as: ShownAs | null }> {
  const { ctx, group, role } = c.var;
  const db = shardOf(c);
  const audience = can(role, "people.view") ? await askedAudience(db, mailing) : null;
  if (!audience) return { shownAs: [], as: null };
  const asked = Number(c.req.query("as")) || null;
  const one = asked === null ? null : await oneOf(ctx, group, asked);
  const sample = await sampleOf(ctx, group, db, audience, count);
  const people = one ? [one, ...sample.filter(({ personNo }) => personNo !== one.personNo)] : sample;
  const shownAs = people.map((person) => shownOf(c, person, versions));
  return { shownAs, as: shownAs[0] ?? null };
}

function shownOf(
  c: MemberContext,
  { personNo, email, language, fields }: MergeValues,
  versions: readonly MailingVersion[],
): ShownAs {
  const isThere = versions.some((version) => version.language === language);
  const name = typeof fields.full_name === "string" ? fields.full_name : email;
  return { personNo, name, language: isThere && language ? language : c.var.group.locale };
}

/** How many people of the audience lack what a mail says of them. What cannot be read is said elsewhere. */
async function blanksIn(
  c: MemberContext,
  mailing: Mailing,
  versions: readonly MailingVersion[],
  isBroken: boolean,
): Promise<Pick<ReviewProps, "blanks" | "notCounted" | "withoutRow" | "isBlanksWhole">> {
  const { ctx, group } = c.var;
  const nothing = { blanks: [], notCounted: [], withoutRow: 0, isBlanksWhole: true };
  const audience = isBroken ? null : await askedAudience(shardOf(c), mailing);
  if (!audience) return nothing;
  try {
    const wrapper = await wrapperOf(shardOf(c), mailing.settings.wrapperNo);
    const { builds } = await buildVersions(ctx, group, mailing, coveringOf(versions), wrapper);
    const { blanks, notCounted, isWhole } = await checkAudience(ctx, group, audience, fieldsOf(builds));
    const sources = builds.flatMap(({ fromName, subject, html, plain, amp }) => [
      fromName,
      subject,
      html,
      plain,
      amp ?? "",
    ]);
    // Who has a row in a file somebody wrote, or officials in a list of theirs, says who is on the list.
    const maySee = (name: string) => !/^(?:merge|targets)\b/.test(name) || can(c.var.role, "people.view");
    const labels = await mergeFieldsFor(c.var.t, c.var.locale, shardOf(c), mailing);
    const labelOf = (name: string) => labels.find((each) => each.name === `{{ ${name} }}`)?.label ?? name;
    return {
      blanks: Object.entries(blanks)
        .filter(([name]) => name !== NO_ROW && maySee(name) && isWritten(sources, name))
        .map(([name, count]) => ({ field: labelOf(name), count })),
      notCounted: notCounted.filter((name) => maySee(name) && isWritten(sources, name)).map(labelOf),
      ...{ withoutRow: maySee(NO_ROW) ? (blanks[NO_ROW] ?? 0) : 0, isBlanksWhole: isWhole },
    };
  } catch (error) {
    if (error instanceof RenderError) return nothing;
    throw error;
  }
}

reviewRoutes.post(`${MAILING_PATH}/review`, memberCan("mailings.edit"), async (c) => {
  const { ctx, group } = c.var;
  const mailing = await mailingIn(c);
  if (!isOpen(mailing)) return c.redirect(hrefOf(c, mailing, "progress"), 303);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const typed = typedReview(values);
  const db = shardOf(c);
  const [topics, wrappers, versions] = await Promise.all([
    topicsOf(db),
    listWrappers(db),
    versionsOf(db, mailing.no),
  ]);
  const numbers = (list: readonly { no: number }[]) => list.map(({ no }) => no);
  const read = readReview(typed, {
    ...{ now: ctx.now, timeZone: group.timeZone },
    isTested: versions.some(({ variantNo }) => variantNo > 1),
    ...{ topics: numbers(topics), wrappers: numbers(wrappers) },
  });
  if (Object.keys(read.problems).length > 0)
    return c.html(
      <ReviewPage
        {...(await reviewing(c, mailing, { typed, problems: read.problems, startAt: read.startAt }))}
      />,
      422,
    );
  if (!(await saveSettings(ctx, group, mailing, { settings: read.settings })))
    return c.redirect(hrefOf(c, mailing, "progress"), 303);
  if (single(values, "do") === "repeat") return c.redirect(hrefOf(c, mailing, "repeat"), 303);
  if (single(values, "do") !== "send") return c.redirect(`${hrefOf(c, mailing, "review")}?done=saved`, 303);
  return send(c, typed, read.startAt, numberOf(single(values, "shown")));
});

/** The button was pressed. The words are checked once more, since a colleague may have changed them meanwhile. */
async function send(
  c: MemberContext,
  typed: ReviewValues,
  startAt: number | null,
  shown: number,
): Promise<Response> {
  const { ctx, t, group, account } = c.var;
  const db = shardOf(c);
  const mailing = await mailingIn(c);
  const again = async (state: State) =>
    c.html(<ReviewPage {...(await reviewing(c, mailing, { typed, startAt, ...state }))} />, 422);
  const wrapper = await wrapperOf(db, mailing.settings.wrapperNo);
  const versions = await versionsOf(db, mailing.no);
  const problems = await checkVersions(ctx, group, mailing, versions, wrapper);
  if (problems.some(({ isError }) => isError)) return again({ refusal: t("composer.send.broken") });
  const typeBack = await typeBackProblem(c, mailing, typed.typedBack, { shown, startAt });
  if (typeBack) return again({ errors: { typedBack: typeBack } });
  const sent = await sendMailing(ctx, group, mailing, { by: account.no, startAt });
  if (sent.is === "scheduled" || sent.is === "needs_approval" || sent.is === "not_a_draft")
    return c.redirect(hrefOf(c, mailing, "progress"), 303);
  return again({ refusal: refusalWords(c, sent) });
}

/** Null when the number was typed back, or need not be. */
async function typeBackProblem(
  c: MemberContext,
  mailing: Mailing,
  typedBack: string,
  { shown, startAt }: { shown: number; startAt: number | null },
): Promise<string | null> {
  const { ctx, t, locale, group } = c.var;
  if (!mailing.target) return null;
  const { recipients } = await estimateAudience(ctx, group, mailing.target, mailing.settings, {
    mailingNo: mailing.no,
    startAt,
  });
  if (recipients < TYPE_BACK_FROM) return null;
  const number = formatNumber(recipients, locale);
  if (Math.abs(recipients - shown) > recipients * DRIFT_SHARE)
    return t("composer.problem.changed", { number });
  const typed = numberOf(typedBack);
  return typed === shown || typed === recipients ? null : t("composer.problem.typeBack", { number });
}

type Refused = Exclude<SendResult, { is: "scheduled" | "needs_approval" | "not_a_draft" }>;

function refusalWords(c: MemberContext, sent: Refused): string {
  const { t, locale } = c.var;
  const number = (count: number) => formatNumber(count, locale);
  switch (sent.is) {
    case "over_ceiling":
      return sent.ceiling === 0
        ? t("composer.refusal.mayNot")
        : t("composer.refusal.ceiling", {
            ceiling: number(sent.ceiling),
            recipients: number(sent.recipients),
          });
    case "over_quota":
      return t("composer.refusal.quota", {
        ...{ left: number(sent.left), daily: number(sent.daily), recipients: number(sent.recipients) },
      });
    case "problems":
      return sent.problems.map((problem) => t(`composer.refusal.problems.${problem}`)).join(" ");
    case "counting":
      return t("composer.refusal.counting");
  }
}
