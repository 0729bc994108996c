import css from "../../public/css/events.css";
import type { Problems } from "../actions/editing";
import type { Kind, SlotStandings } from "../actions/kind";
import { isWebAddress } from "../groups/public";
import { normaliseEmail } from "../platform/email-address";
import type { Key, Locale, T } from "../ui/i18n";
import { minified } from "../ui/public-styles";
import { attendanceRoutes } from "./attendance-routes";
import { changeRoutes } from "./change-routes";
import { Editor } from "./editor";
import { pressEditor, readEditor } from "./editor-reading";
import { receiptBlocks } from "./email";
import { eventExtraOf } from "./extra";
import { FieldsAfter, FieldsBefore, readFields } from "./form-views";
import { askForNotices } from "./notice";
import { Below, Story } from "./page-views";
import { planRoutes } from "./plan-routes";
import { eventPages } from "./public";
import { placesOf } from "./reply";
import { capacitiesOf, eventSaved } from "./saved";
import { shiftsOf } from "./shifts";
import { structured } from "./structured";
import { Thanks } from "./thanks-views";
import { isOver, overAt, timeProblems } from "./times";
import { type EventSettings, eventSettings, eventSettingsOf, ownAnswer, type Shift } from "./types";
import { placeRoughly, whenLine, whereLine } from "./words";

const usualFields = eventSettings.shape.fields.parse(undefined);

/** An event: people say that they will come, some wait for a place, and all of them are looked after until it is over. */
export const event: Kind = {
  name: "event",
  path: "events",
  isOnce: true,
  intake: "single",
  words: {
    name: "events.name",
    summary: "events.summary",
    create: "events.create",
    question: "events.question",
    hint: "events.hint",
    participants: "events.attendees",
    people: "events.people",
    nth: "events.nth",
  },
  widget: { type: "event", formId: "new_attendance" },
  settings: eventSettings,
  starting: (group) =>
    eventSettings.parse({
      consent: { mode: group.settings.optInMode, text: "" },
      comments: { isAsked: false, isModerated: true },
      goal: { mode: "none", target: 100 },
      showRecent: false,
      fields: { ...usualFields, country: "hidden" },
      timeZone: group.timeZone,
      isManyShifts: true,
      place: { country: group.country },
    }),
  copied: (settings) => ({ ...eventSettings.parse(settings), cancelled: null, series: null }),
  lacks: ["comments", "recent"],
  problems: (settings, now) => problems(eventSettings.parse(settings), now),
  reasonsNotToPublish: (action, now) => reasonsNotToPublish(eventSettingsOf(action.settings), now),
  reasonFields: {
    "events.reasons.noTime": "startsAt",
    "events.reasons.isOver": "startsAt",
    "events.reasons.noPlace": "place.name",
    "events.reasons.noLink": "online.url",
  },
  Story,
  Below,
  onPaper: (t, { action }) => {
    const settings = eventSettingsOf(action.settings);
    const facts = [
      whenLine(settings, action.locale),
      whereLine(t, settings, action.locale, { isAttendee: false }),
    ];
    return { facts: facts.filter((fact) => fact !== ""), ask: "" };
  },
  buttonLabel: (t) => t("events.button"),
  style: minified(css),
  scripts: ["event-time"],
  structured,
  isOver,
  FieldsBefore,
  FieldsAfter,
  readFields,
  placesOf: (own) => placesOf(ownAnswer.parse(own)),
  capacities: ({ action }) => capacitiesOf(eventSettingsOf(action.settings)),
  Thanks,
  saved: (ctx, group, action) => eventSaved(ctx, group, event, action),
  due: askForNotices,
  receipt: { subject: "events.mail.subject", body: "events.mail.body", blocks: receiptBlocks },
  listed,
  publicRoutes: (deps) => eventPages(event, deps),
  extra: eventExtraOf,
  memberRoutes: (kinds) =>
    attendanceRoutes(kinds).route("/", planRoutes(kinds)).route("/", changeRoutes(kinds)),
  tabs: [
    { name: "attendance", path: "/attendance", label: "events.attendance.title", needs: "people.view" },
    { name: "plan", path: "/plan", label: "events.plan.title", needs: "actions.edit" },
  ],
  fieldLabels: {
    startsAt: "events.editor.startsAt",
    startsTwice: "events.editor.twice",
    endsAt: "events.editor.endsAt",
    endsTwice: "events.editor.twice",
    timeZone: "events.editor.timeZone",
    where: "events.editor.howMet",
    place: "events.editor.where",
    online: "events.editor.online",
    isForAttendees: "events.editor.isForAttendees",
    capacity: "events.editor.capacity",
    guestsMax: "events.editor.guestsMax",
    shifts: "events.editor.shifts",
    isManyShifts: "events.editor.isManyShifts",
    isPrivate: "events.editor.isPrivate",
    host: "events.editor.hostName",
    reminders: "events.editor.reminders",
    cancelled: "events.page.cancelled",
  },
  Editor,
  readEditor,
  pressEditor,
  columns: () => [
    {
      key: "standing",
      title: "events.attendance.standing",
      value: (t, _own, _action, standing) => (standing ? t(standingWords[standing]) : ""),
    },
    {
      key: "guests",
      title: "events.columns.guests",
      value: (_t, own) => String(ownAnswer.parse(own).guests),
    },
    {
      key: "shift",
      title: "events.columns.shift",
      value: (t, _own, action, _standing, slots) => shiftNames(t, eventSettingsOf(action.settings), slots),
    },
  ],
};

/** "Toronto, ON · Thursday, 12 March 2026, 7:00 – 9:00 PM (…)" */
function listed(facts: unknown, locale: Locale, now: number): string | null {
  const settings = eventSettings.safeParse(facts).data;
  if (!settings) return "";
  const over = overAt(settings);
  if (over !== null && over <= now) return null;
  const where = settings.where === "online" ? "" : placeRoughly(settings.place);
  return [where, whenLine(settings, locale)].filter((part) => part !== "").join(" · ");
}

const standingWords = {
  confirmed: "events.attendance.isExpected",
  waiting: "events.attendance.isWaiting",
  cancelled: "events.attendance.isCancelled",
} as const;

function problems(settings: EventSettings, now: number): Problems {
  const { online, host } = settings;
  return {
    ...timeProblems(settings, now),
    ...(online.url !== "" && !isWebAddress(online.url)
      ? { "online.url": { key: "actions.problems.webAddress" } }
      : {}),
    ...(host.email !== "" && normaliseEmail(host.email) === null
      ? { "host.email": { key: "actions.problems.email" } }
      : {}),
  };
}

function reasonsNotToPublish(settings: EventSettings, now: number): Key[] {
  const reasons: Key[] = [];
  if (settings.startsAt === "") reasons.push("events.reasons.noTime");
  const over = overAt(settings);
  if (over !== null && over <= now) reasons.push("events.reasons.isOver");
  if (settings.cancelled) reasons.push("events.reasons.isCancelled");
  if (settings.where !== "online" && settings.place.name === "" && settings.place.locality === "")
    reasons.push("events.reasons.noPlace");
  if (settings.where !== "place" && settings.online.url === "") reasons.push("events.reasons.noLink");
  return reasons;
}

/** "Setting up 2027-03-12 17:00; Doors 2027-03-12 18:30 (waiting)" */
function shiftNames(t: T, settings: EventSettings, slots: SlotStandings): string {
  const { confirmed, waiting } = shiftsOf(settings, slots);
  const name = (shift: Shift) => `${shift.name} ${shift.startsAt.replace("T", " ")}`.trim();
  return [
    ...confirmed.map(name),
    ...waiting.map((shift) => t("events.attendance.shiftWaited", { shift: name(shift) })),
  ].join("; ");
}
