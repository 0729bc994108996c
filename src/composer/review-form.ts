import { type MailingSettings, mailingSettings } from "../mailings/types";
import { cleanLine } from "../platform/clean-text";
import { normaliseEmail } from "../platform/email-address";
import { type FormValues, single } from "../platform/forms";
import { localTimeAt, momentOf, parseLocalTime } from "../platform/local-time";
import type { Key } from "../ui/i18n";
import { cohortFields, cohortValuesOf, readCohorts } from "./cohort-form";
import { numberOf } from "./settings-routes";

/** The fields of the third step as they were typed. */
export const reviewFields = [
  "topicNo",
  "wrapperNo",
  "replyTo",
  "tracksOpens",
  "tracksClicks",
  "linkQuery",
  "hourlyMax",
  "ignoresFatigue",
  "isArchived",
  "test",
  "share",
  "measure",
  "hours",
  "isAutomatic",
  "unsubscribes",
  ...cohortFields,
  "when",
  "startAt",
  "isLocal",
  "localTime",
  "typedBack",
] as const;
export type ReviewValues = Record<(typeof reviewFields)[number], string>;
export type ReviewProblems = Partial<Record<keyof ReviewValues, Key>>;

const PERCENT = 100;
const WHOLE = 10_000;
/** Of the recipients, in hundredths of a percent. */
const USUAL_SHARE = 2_000;
/** A schedule further away is a slip of the pen. */
export const AHEAD_MAX_MS = 400 * 86_400_000;

export function typedReview(values: FormValues): ReviewValues {
  const text = (name: keyof ReviewValues): string => single(values, name).trim();
  return {
    ...{ topicNo: text("topicNo"), wrapperNo: text("wrapperNo"), replyTo: text("replyTo") },
    ...{ tracksOpens: text("tracksOpens"), tracksClicks: text("tracksClicks") },
    ...{ linkQuery: cleanLine(text("linkQuery")), hourlyMax: text("hourlyMax") },
    ...{ ignoresFatigue: text("ignoresFatigue"), isArchived: text("isArchived"), test: text("test") },
    ...{ share: text("share"), measure: text("measure"), hours: text("hours") },
    ...{ isAutomatic: text("isAutomatic"), unsubscribes: text("unsubscribes"), when: text("when") },
    ...{ startAt: text("startAt"), isLocal: text("isLocal"), localTime: text("localTime") },
    ...{ cohortSize: text("cohortSize"), shareOfBest: text("shareOfBest"), cohortOrder: text("cohortOrder") },
    ...{ cohortUnsubscribes: text("cohortUnsubscribes"), cohortComplaints: text("cohortComplaints") },
    typedBack: text("typedBack"),
  };
}

/** The form of a draft as it was saved. A schedule is kept with the send, not with the draft. */
export function reviewOf(settings: MailingSettings, startAt: number | null, timeZone: string): ReviewValues {
  const tick = (isOn: boolean) => (isOn ? "yes" : "");
  const { topicNo, wrapperNo, test, hourlyMax, localTime } = settings;
  return {
    ...{
      topicNo: topicNo === null ? "" : String(topicNo),
      wrapperNo: wrapperNo === null ? "" : String(wrapperNo),
    },
    ...{ replyTo: settings.replyTo, linkQuery: settings.linkQuery },
    ...{ tracksOpens: tick(settings.tracksOpens), tracksClicks: tick(settings.tracksClicks) },
    ...{ hourlyMax: hourlyMax === null ? "" : String(hourlyMax) },
    ...{ ignoresFatigue: tick(settings.ignoresFatigue), isArchived: tick(settings.isArchived) },
    ...cohortValuesOf(test),
    ...{
      test: test?.cohorts ? "cohorts" : tick(test !== null),
      share: String((test && !test.cohorts ? test.share : USUAL_SHARE) / PERCENT),
    },
    ...{ measure: test?.measure ?? "clicks", hours: String(test?.hours ?? 4) },
    isAutomatic: (test?.isAutomatic ?? true) ? "yes" : "no",
    unsubscribes: test?.unsubscribeShareMax ? String(test.unsubscribeShareMax / PERCENT) : "",
    ...{ when: startAt === null ? "now" : "at" },
    startAt: startAt === null ? "" : localTimeAt(startAt, timeZone),
    ...{ isLocal: tick(localTime !== null), localTime: localTime ?? "10:00", typedBack: "" },
  };
}

export type Read = {
  settings: Partial<MailingSettings>;
  /** When it is to begin, in ms; null: at once. */
  startAt: number | null;
  problems: ReviewProblems;
};

/** What the form says: the settings of the mailing, and when it is to leave. */
export function readReview(
  typed: ReviewValues,
  setting: {
    now: number;
    timeZone: string;
    isTested: boolean;
    topics: readonly number[];
    wrappers: readonly number[];
  },
): Read {
  const problems: ReviewProblems = {};
  const choice = (text: string, among: readonly number[]) => among.find((no) => String(no) === text) ?? null;
  const hourly = typed.hourlyMax === "" ? null : numberOf(typed.hourlyMax);
  if (hourly !== null && !(hourly >= 60 && hourly <= 10_000_000))
    problems.hourlyMax = "composer.problem.hourly";
  if (typed.replyTo !== "" && normaliseEmail(typed.replyTo) === null)
    problems.replyTo = "composer.problem.address";
  if (typed.linkQuery.length > 500 || /[\s<>"'{}]/.test(typed.linkQuery))
    problems.linkQuery = "composer.problem.linkQuery";
  const settings: Partial<MailingSettings> = {
    topicNo: choice(typed.topicNo, setting.topics),
    wrapperNo: choice(typed.wrapperNo, setting.wrappers),
    replyTo: normaliseEmail(typed.replyTo) ?? "",
    tracksOpens: typed.tracksOpens === "yes",
    tracksClicks: typed.tracksClicks === "yes",
    linkQuery: typed.linkQuery.replace(/^[?&]+/, ""),
    hourlyMax: hourly,
    localTime: localTimeFrom(typed, problems),
    test:
      typed.test === "cohorts" || (setting.isTested && typed.test === "yes")
        ? testFrom(typed, problems)
        : null,
    ignoresFatigue: typed.ignoresFatigue === "yes",
    isArchived: typed.isArchived === "yes",
  };
  const startAt = startFrom(typed, setting, problems);
  return { settings, startAt, problems };
}

function localTimeFrom(typed: ReviewValues, problems: ReviewProblems): string | null {
  if (typed.isLocal !== "yes") return null;
  if (mailingSettings.shape.localTime.safeParse(typed.localTime).success) return typed.localTime;
  problems.localTime = "composer.problem.time";
  return null;
}

function testFrom(typed: ReviewValues, problems: ReviewProblems): MailingSettings["test"] {
  const hundredths = (text: string) => Math.round(Number(text.replace(",", ".")) * PERCENT);
  const cohorts = typed.test === "cohorts" ? readCohorts(typed, problems) : null;
  // Down the list each cohort has a number of its own, and no share.
  const share = cohorts ? WHOLE : hundredths(typed.share);
  const hours = Number(typed.hours);
  const unsubscribes = typed.unsubscribes === "" ? null : hundredths(typed.unsubscribes);
  if (typed.test === "yes" && !(share >= 1 && share <= 9_900)) problems.share = "composer.problem.share";
  if (!(Number.isInteger(hours) && hours >= 1 && hours <= 168)) problems.hours = "composer.problem.hours";
  if (unsubscribes !== null && !(unsubscribes >= 1 && unsubscribes <= 10_000))
    problems.unsubscribes = "composer.problem.share";
  const measure = (["opens", "clicks", "actions", "donations"] as const).find(
    (each) => each === typed.measure,
  );
  if (!measure) problems.measure = "composer.problem.choose";
  if (measure === "opens" && typed.tracksOpens !== "yes") problems.measure = "composer.problem.measureOpens";
  if (measure === "clicks" && typed.tracksClicks !== "yes")
    problems.measure = "composer.problem.measureClicks";
  if (problems.share || problems.hours || problems.unsubscribes || !measure) return null;
  if (typed.test === "cohorts" && !cohorts) return null;
  return {
    share,
    measure,
    hours,
    isAutomatic: typed.isAutomatic !== "no",
    unsubscribeShareMax: unsubscribes,
    cohorts,
  };
}

function startFrom(
  typed: ReviewValues,
  { now, timeZone }: { now: number; timeZone: string },
  problems: ReviewProblems,
): number | null {
  if (typed.when !== "at") return null;
  const local = parseLocalTime(typed.startAt);
  const at = local === null ? null : momentOf(local, timeZone);
  if (at === null) problems.startAt = "composer.problem.startAt";
  // "Each at their own time" on a day that began: whose clock is past it gets it at once.
  else if (at < now && typed.isLocal !== "yes") problems.startAt = "composer.problem.past";
  else if (at > now + AHEAD_MAX_MS) problems.startAt = "composer.problem.tooFar";
  return at;
}
