import { Hono } from "hono";
import { memberNames } from "../actions/web";
import {
  approveMailing,
  chooseWinner,
  deliveryOf,
  fingerprintNow,
  operatorReason,
  pauseMailing,
  progressOf,
  rescheduleMailing,
  resumeMailing,
  stopMailing,
  takeBack,
  waitsFor,
} from "../delivery/delivery";
import { listMembers } from "../groups/member";
import { can } from "../groups/roles";
import { type MemberEnv, memberCan } from "../groups/web";
import { versionsOf } from "../mailings/mailing";
import { COMBINATIONS_MAX, type Mailing } from "../mailings/types";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { localTimeAt, momentOf, parseLocalTime } from "../platform/local-time";
import { named } from "../platform/named";
import type { FlashMessage } from "../ui/flash";
import type { Key } from "../ui/i18n";
import { askedWords } from "./audience-words";
import { cohortsDone } from "./cohort-routes";
import { dayNote } from "./day-note";
import { operatorWords } from "./parts";
import type { ProgressProps } from "./progress-props";
import { ProgressPage } from "./progress-views";
import { hrefOf, MAILING_PATH, type MemberContext, mailingIn, pageOf, shardOf } from "./web";

const FORM_BYTES_MAX = 16 * 1024;

/** A mailing on its way: how far it is, and the buttons that stop it. */
export const progressRoutes = new Hono<MemberEnv>();

progressRoutes.get(`${MAILING_PATH}/progress`, memberCan("mailings.view"), async (c) => {
  const mailing = await mailingIn(c);
  if (mailing.status === "draft") return c.redirect(await draftHref(c, mailing), 303);
  return c.html(<ProgressPage {...(await progressing(c, mailing))} />);
});

async function progressing(c: MemberContext, mailing: Mailing): Promise<ProgressProps> {
  const { ctx, t, group, role, account } = c.var;
  const [page, numbers, members, versions] = await Promise.all([
    pageOf(c),
    progressOf(ctx, group, mailing),
    listMembers(ctx, group),
    versionsOf(shardOf(c), mailing.no),
  ]);
  const nameOf = memberNames(t, members);
  return {
    ...{ ...page, mailing, numbers, versions },
    href: hrefOf(c, mailing),
    audience: await askedWords(c, mailing),
    dayNote: await noteOf(c, mailing),
    askedBy: mailing.askedBy === null ? null : nameOf(mailing.askedBy),
    approvedBy: mailing.approvedBy === null ? null : nameOf(mailing.approvedBy),
    isOwn: mailing.askedBy === account.no,
    maySend: can(role, "mailings.send"),
    fingerprint: mailing.status === "waiting" ? await fingerprintNow(ctx, group, mailing) : "",
    waitsFor: await waitsFor(ctx, group, mailing, numbers.pauseNote),
    pauseWords: pauseWords(c, numbers.pauseNote),
    startAt: numbers.startAt === null ? "" : localTimeAt(numbers.startAt, group.timeZone),
    ...flashIn(c),
  };
}

function noteOf(c: MemberContext, { no, startAt, status }: Mailing) {
  const isComing = status === "waiting" || status === "scheduled";
  return isComing && startAt !== null ? dayNote(c, { no, startAt }) : null;
}

/** Of a draft that an operator sent back the page that says why. */
async function draftHref(c: MemberContext, mailing: Mailing): Promise<string> {
  const delivery = await deliveryOf(shardOf(c), mailing.no);
  const isSentBack = operatorReason(delivery?.pauseNote ?? "") !== null;
  return isSentBack ? hrefOf(c, mailing, "review") : hrefOf(c, mailing);
}

/** What stands behind a pause or a stop: a known cause, or an operator's own words. */
function pauseWords({ var: { t } }: MemberContext, note: string): string {
  const reason = operatorReason(note);
  if (reason !== null) return operatorWords(t, reason);
  const known = notes.find((each) => each === note);
  return known ? t(`composer.pauseNote.${known}`) : "";
}

const notes = [
  "needs_ceiling",
  "needs_colleague",
  "needs_operator",
  "words_changed",
  "bounces",
  "complaints",
  "group_limited",
  "no_transport",
  "sender_refused",
  "most_refused",
  "most_unknown",
  "unsubscribed",
  "no_cohort",
] as const;

const done: Record<string, Key> = {
  named: "composer.done.named",
  paused: "composer.done.paused",
  resumed: "composer.done.resumed",
  stopped: "composer.done.stopped",
  approved: "composer.done.approved",
  rescheduled: "composer.done.rescheduled",
  winner: "composer.done.winner",
  ...cohortsDone,
};
const undone: Record<string, Key> = {
  moved_on: "composer.undone.movedOn",
  own: "composer.undone.own",
  words: "composer.undone.words",
  ceiling: "composer.undone.ceiling",
  quota: "composer.undone.quota",
  counting: "composer.undone.counting",
  choose: "composer.undone.choose",
  no_cohort: "composer.undone.noCohort",
  time: "composer.problem.startAt",
};

function flashIn(c: MemberContext): { flash?: FlashMessage } {
  const { t } = c.var;
  const good = named(done, c.req.query("done"));
  if (good) return { flash: { kind: "good", text: t(good) } };
  const bad = named(undone, c.req.query("not"));
  return bad ? { flash: { kind: "warn", text: t(bad) } } : {};
}

function back(c: MemberContext, mailing: Mailing, how: { done: string } | { not: string }): Response {
  return c.redirect(`${hrefOf(c, mailing, "progress")}?${new URLSearchParams(how)}`, 303);
}

/** Whoever sends, or wrote it and asked for it to be sent, may stop it: stopping harms nobody. */
async function mailingToStop(c: MemberContext): Promise<Mailing> {
  const mailing = await mailingIn(c);
  const { role, account } = c.var;
  if (!can(role, "mailings.send") && mailing.askedBy !== account.no) throw new AppError("forbidden");
  return mailing;
}

progressRoutes.post(`${MAILING_PATH}/pause`, memberCan("mailings.edit"), async (c) => {
  const mailing = await mailingToStop(c);
  const { ctx, group, account } = c.var;
  const isDone = await pauseMailing(ctx, group, mailing, "organiser", { by: account.no });
  return back(c, mailing, isDone ? { done: "paused" } : { not: "moved_on" });
});

progressRoutes.post(`${MAILING_PATH}/stop`, memberCan("mailings.edit"), async (c) => {
  const mailing = await mailingToStop(c);
  const isDone = await stopMailing(c.var.ctx, c.var.group, mailing, { by: c.var.account.no });
  return back(c, mailing, isDone ? { done: "stopped" } : { not: "moved_on" });
});

progressRoutes.post(`${MAILING_PATH}/take-back`, memberCan("mailings.edit"), async (c) => {
  const mailing = await mailingToStop(c);
  const isDone = await takeBack(c.var.ctx, c.var.group, mailing, { by: c.var.account.no });
  if (!isDone) return back(c, mailing, { not: "moved_on" });
  return c.redirect(`${hrefOf(c, mailing, "review")}?done=taken_back`, 303);
});

progressRoutes.post(`${MAILING_PATH}/resume`, memberCan("mailings.send"), async (c) => {
  const mailing = await mailingIn(c);
  // What an operator stopped is an operator's to let go.
  if (mailing.pauseCause === "operator") throw new AppError("forbidden");
  const resumed = await resumeMailing(c.var.ctx, c.var.group, mailing, { by: c.var.account.no });
  if (resumed.is === "sending") return back(c, mailing, { done: "resumed" });
  return back(c, mailing, { not: resumed.is === "choose" ? "choose" : "moved_on" });
});

progressRoutes.post(`${MAILING_PATH}/approval`, memberCan("mailings.send"), async (c) => {
  const { ctx, group, account } = c.var;
  const mailing = await mailingIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const seen = single(values, "fingerprint");
  const approved = await approveMailing(ctx, group, mailing, { by: account.no, as: "colleague", seen });
  switch (approved.is) {
    case "scheduled":
    case "needs_approval":
      return back(c, mailing, { done: "approved" });
    case "own":
      return back(c, mailing, { not: "own" });
    case "words_changed":
      return back(c, mailing, { not: "words" });
    case "over_ceiling":
      return back(c, mailing, { not: "ceiling" });
    case "over_quota":
      return back(c, mailing, { not: "quota" });
    case "counting":
      return back(c, mailing, { not: "counting" });
    case "not_waiting":
      return back(c, mailing, { not: "moved_on" });
  }
});

progressRoutes.post(`${MAILING_PATH}/schedule`, memberCan("mailings.send"), async (c) => {
  const { ctx, group, account } = c.var;
  const mailing = await mailingIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const local = parseLocalTime(single(values, "startAt"));
  if (local === null) return back(c, mailing, { not: "time" });
  const startAt = momentOf(local, group.timeZone);
  const isDone = await rescheduleMailing(ctx, group, mailing, { startAt, by: account.no });
  return back(c, mailing, isDone ? { done: "rescheduled" } : { not: "moved_on" });
});

progressRoutes.post(`${MAILING_PATH}/winner`, memberCan("mailings.send"), async (c) => {
  const { ctx, group, account } = c.var;
  const mailing = await mailingIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const variantNo = Number(single(values, "variant"));
  // A sample can be so small that nobody in it got a variant, which may be chosen all the same: whether it was made is asked below.
  const isOne = Number.isInteger(variantNo) && variantNo >= 1 && variantNo <= COMBINATIONS_MAX;
  if (!isOne || !mailing.frozen) throw new AppError("bad_request");
  const result = await chooseWinner(ctx, group, mailing, variantNo, { by: account.no });
  return back(c, mailing, result === "chosen" ? { done: "winner" } : { not: result });
});
