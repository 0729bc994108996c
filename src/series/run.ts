import { isOtherThanAgreed } from "../delivery/agreed-words";
import { lackOf } from "../delivery/allowance";
import { deliveryOf, fingerprintNow, operatorReason, sendMailing } from "../delivery/delivery";
import type { SendResult } from "../delivery/types";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { duplicateMailing, mailingById } from "../mailings/mailing";
import type { Mailing, Target } from "../mailings/types";
import type { Context } from "../platform/context";
import { formatDate } from "../ui/format";
import { translator } from "../ui/i18n";
import { ownerOf } from "./owner";
import { hasErrors, isChangedSince } from "./series";
import * as store from "./store";
import * as runStore from "./store-runs";
import type { HeldNote, Run, Series } from "./types";

/** What becomes of a run by one step. */
export type Ending =
  | { is: "later"; inMs: number }
  | { is: "asked"; recipients: number | null }
  | { is: "held"; note: HeldNote }
  | { is: "sent"; recipients: number | null }
  | { is: "empty" }
  | { is: "called_off" };

type Due = {
  series: Series;
  run: Run;
  /** The mailing it is a copy of. */
  pattern: Mailing;
  target: Target;
  /** How many people it goes to, as was just counted. */
  expected: number;
};

/**
 * Makes the mailing of a run, unless it is there, and has it sent like any other: under every limit there is. Whoever comes again after a
 * crash finds the same mailing by its id, and goes on from how it stands.
 */
export async function sendRun(ctx: Context, group: Group, due: Due): Promise<Ending> {
  const db = dbFor(ctx.env, group);
  const { series, run, expected } = due;
  const mailing = (await mailingById(db, run.mailingId)) ?? (await copied(ctx, group, due));
  await runStore.noteMailing(db, run);
  if (mailing.status !== "draft") return { is: "asked", recipients: expected };
  const owner = await ownerOf(ctx, group, series);
  if (!owner) return { is: "held", note: "owner" };
  if (expected > series.recipientsMax) return { is: "held", note: "too_many" };
  const lack = await lackOf(ctx, group, { by: owner.no, approvedBy: null, recipients: expected });
  // That somebody agreed once lifts no ceiling that was lowered since.
  if (lack?.is === "ceiling") return { is: "held", note: "ceiling" };
  if (await hasErrors(ctx, group, mailing)) return { is: "held", note: "errors" };
  // Before it is asked whether anything changed since: what changes after is found out when the run is prepared.
  const fingerprint = series.approvedBy === null ? null : await fingerprintNow(ctx, group, mailing);
  const { approvedWords = null } = due.pattern;
  const isOther =
    fingerprint !== null && isOtherThanAgreed({ approvedBy: series.approvedBy, approvedWords }, fingerprint);
  if (isOther || (await isChangedSince(db, series, due.pattern))) return { is: "held", note: "changed" };
  // Counting takes a while, and a series that is stopped in it sends nothing more.
  const standing = await store.selectSeriesByNo(db, series.no);
  if (standing?.status !== "active" && standing?.status !== "ended") return { is: "called_off" };
  const agreed = {
    by: series.approvedBy,
    upTo: series.recipientsMax,
    fingerprint,
    run: { series: series.id, nth: run.nth },
  };
  return endingOf(await sendMailing(ctx, group, mailing, { by: owner.no, startAt: null, agreed }), expected);
}

function copied(ctx: Context, group: Group, { series, run, pattern, target }: Due): Promise<Mailing> {
  const t = translator(group.locale);
  const name = pattern.internalTitle || pattern.subject;
  const title = t("series.run.title", {
    name,
    day: formatDate(run.dueAt, group.locale, series.plan.timeZone),
  });
  const by = { no: series.ownerNo };
  return duplicateMailing(ctx, group, pattern, by, {
    for: "same",
    title,
    run: { id: run.mailingId, target },
  });
}

function endingOf(sent: SendResult, recipients: number): Ending {
  switch (sent.is) {
    case "scheduled":
    case "not_a_draft":
      return { is: "asked", recipients };
    case "needs_approval":
      return { is: "held", note: sent.from };
    case "over_ceiling":
      return { is: "held", note: "ceiling" };
    case "over_quota":
      return { is: "held", note: "quota" };
    case "problems":
      return { is: "held", note: sent.problems[0] ?? "errors" };
    case "counting":
      return { is: "later", inMs: 0 };
  }
}

/** What became of a run that is on its way: it has left when its audience is frozen and no brake held it. */
export async function watchRun(db: GroupDb, run: Run): Promise<Ending> {
  const mailing = await mailingById(db, run.mailingId);
  const delivery = mailing && (await deliveryOf(db, mailing.no));
  if (!delivery) return { is: "called_off" };
  const { pauseNote } = delivery;
  switch (delivery.status) {
    case "scheduled":
    case "preparing":
      return { is: "asked", recipients: null };
    case "waiting":
      return { is: "held", note: pauseNote === "needs_operator" ? "operator" : waitsFor(pauseNote) };
    case "draft":
      if (pauseNote === "not_built" || pauseNote === "mirrors_too_large")
        return { is: "held", note: pauseNote };
      return operatorReason(pauseNote) === null ? { is: "called_off" } : { is: "held", note: "sent_back" };
    case "sending":
    case "paused":
    case "sent":
    case "stopped":
      return { is: "sent", recipients: delivery.frozen?.recipients ?? null };
  }
}

/** Whom a mailing waits for that turned out larger when it was frozen. */
function waitsFor(pauseNote: string): HeldNote {
  if (pauseNote === "words_changed") return "words";
  return pauseNote === "needs_ceiling" ? "ceiling" : "colleague";
}
