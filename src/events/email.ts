import type { Action, SlotStandings } from "../actions/types";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { normaliseEmail } from "../platform/email-address";
import { groupOrigin } from "../platform/http";
import type { MailMessage } from "../platform/mail/mail";
import { type EmailBlock, renderEmail } from "../ui/email";
import { type Locale, type T, translator } from "../ui/i18n";
import type { Changes } from "./changes";
import { withFacts } from "./facts";
import { replyToken, replyUrl } from "./reply";
import { shiftsOf } from "./shifts";
import { type Reply, repliesOf } from "./store";
import type { Expected } from "./store-notices";
import { calendarPath } from "./thanks-views";
import { type EventSettings, eventSettings, type Notice, type Shift } from "./types";
import { placeLines, safeUrl, shiftLine, whenLine } from "./words";

type Addressee = {
  email: string;
  givenName: string;
  reply: Reply;
  changes: Changes | null;
  /** Of a reminder: of which shifts it is. */
  expected?: Expected | undefined;
};
type About = { ctx: Context; group: Group; action: Action; t: T; settings: EventSettings; origin: string };

function about(ctx: Context, group: Group, action: Action): About {
  const settings = eventSettings.parse(action.settings);
  return {
    ...{ ctx, group, action, settings },
    t: translator(action.locale),
    origin: groupOrigin(ctx.config, group.slug),
  };
}

/** What the thank-you mail tells each of some people: whether they have a place, when and where, and how to change it. */
export async function receiptBlocks(
  ctx: Context,
  group: Group,
  action: Action,
  people: readonly number[],
): Promise<ReadonlyMap<number, readonly EmailBlock[]>> {
  const event = about(ctx, group, action);
  const replies = await repliesOf(dbFor(ctx.env, group), action.no, people);
  const blocks = await Promise.all(
    replies.map(
      async (reply): Promise<[number, EmailBlock[]]> => [reply.personNo, await replyBlocks(event, reply)],
    ),
  );
  return new Map(blocks);
}

async function replyBlocks(event: About, reply: Reply): Promise<EmailBlock[]> {
  const { t } = event;
  const manage: EmailBlock = {
    kind: "button",
    label: t("events.thanks.change"),
    href: await manageUrl(event, reply),
  };
  if (reply.standing === "cancelled") return [{ kind: "text", text: t("events.rsvp.cancelled") }];
  if (reply.standing === "waiting") {
    const text = `${t("events.thanks.waiting")} ${t("events.thanks.waitingText")}`;
    return [{ kind: "text", text }, { kind: "list", items: factLines(event, reply) }, manage];
  }
  const text = t("events.rsvp.confirmed", { count: 1 + reply.own.guests });
  return [
    { kind: "text", text },
    { kind: "list", items: factLines(event, reply) },
    ...(Object.values(reply.slots).includes("waiting")
      ? [{ kind: "text" as const, text: t("events.thanks.waitingText") }]
      : []),
    manage,
    await calendarBlock(event, reply),
  ];
}

function manageUrl({ ctx, origin, action }: About, { id }: Reply): Promise<string> {
  return replyUrl(ctx, origin, action, id);
}

async function calendarBlock({ ctx, t, origin, action }: About, { id, slots }: Reply): Promise<EmailBlock> {
  const token = await replyToken(ctx, action, id, "rsvp");
  const [shift, another] = Object.keys(slots);
  return {
    kind: "link",
    label: t("events.calendar.title"),
    href: `${origin}${calendarPath(action.slug, token, another === undefined ? shift : undefined)}`,
  };
}

function factLines(event: About, reply: Reply): string[] {
  return facts(event, reply).map(([name, value]) => `${name}: ${value}`);
}

/** When and where, a line for each shift; who waits is told no address that is for attendees alone. */
function facts({ t, settings, action }: About, { slots, standing }: Reply): [string, string][] {
  const { locale } = action;
  const { confirmed, waiting } = shiftsOf(settings, slots);
  const line = (shift: Shift) => shiftLine(settings, shift, locale);
  const isTold = standing === "confirmed" || !settings.isForAttendees;
  const when = confirmed.length > 0 ? confirmed.map(line) : [whenLine(settings, locale)];
  const host = [settings.host.name, settings.host.email].filter(Boolean).join(", ");
  const all: [string, string][] = [
    ...when.map((words): [string, string] => [t("events.page.when"), words]),
    ...waiting.map((shift): [string, string] => [t("events.page.shiftsWaited"), line(shift)]),
    ...(isTold ? placeFacts(t, settings, locale) : []),
    [t("events.page.host"), host],
  ];
  return all.filter(([, value]) => value !== "");
}

function placeFacts(t: T, { where, place, online }: EventSettings, locale: Locale): [string, string][] {
  const onSite: [string, string] = [t("events.page.where"), placeLines(place, locale).join(", ")];
  const link: [string, string] = [t("events.calendar.join"), safeUrl(online.url) ?? ""];
  if (where === "online") return [link];
  return [
    onSite,
    [t("events.editor.place.directions"), place.directions],
    ...(where === "both" ? [link] : []),
  ];
}

/** What is other than somebody knew: each line as it is now, and as it was. */
function changedLines(event: About, reply: Reply, known: string): string[] {
  const { t } = event;
  const before = togetherByName(facts({ ...event, settings: withFacts(event.settings, known) }, reply));
  return [...togetherByName(facts(event, reply))].flatMap(([name, now]) => {
    const old = before.get(name) ?? "";
    if (old === now) return [];
    return [old === "" ? `${name}: ${now}` : t("events.mail.changed.line", { name, now, before: old })];
  });
}

/** Several shifts in one line. */
function togetherByName(all: readonly [string, string][]): Map<string, string> {
  const together = new Map<string, string>();
  for (const [name, value] of all) together.set(name, [together.get(name) ?? [], value].flat().join("; "));
  return together;
}

/** A reminder, the news of a place, of a change or of a cancellation, for one person. */
export async function composeNotice(
  ctx: Context,
  group: Group,
  action: Action,
  notice: Notice,
  { email, givenName, reply: whole, changes, expected }: Addressee,
): Promise<MailMessage> {
  const event = about(ctx, group, action);
  const { t, settings } = event;
  const reply = expected ? { ...whole, slots: slotsAmong(whole.slots, expected.shifts) } : whole;
  const title = action.title;
  const kind = notice === "hoursBefore" ? "dayBefore" : notice;
  const content = renderEmail({
    locale: action.locale,
    subject: t(`events.mail.${kind}.subject`, { title }),
    from: group.name,
    accent: group.settings.accent,
    blocks: [
      {
        kind: "text",
        text: givenName ? t("receipts.greeting", { name: givenName }) : t("receipts.greetingNoName"),
      },
      { kind: "text", text: t(`events.mail.${kind}.text`, { title, group: group.name }) },
      ...(await noticeBlocks(event, notice, reply, changes)),
    ],
    footer: [
      t("events.mail.why", { title }),
      { label: t("receipts.footer.page", { title }), href: `${event.origin}/events/${action.slug}` },
      [group.name, ...group.postalAddress.split("\n").filter((line) => line.trim() !== group.name)]
        .map((line) => line.trim())
        .filter(Boolean)
        .join(" · "),
    ],
  });
  const replyTo =
    normaliseEmail(settings.host.email) ??
    normaliseEmail(action.settings.autoresponse.replyTo) ??
    normaliseEmail(group.settings.replyTo);
  return { ...content, to: email, fromName: group.name, ...(replyTo ? { replyTo } : {}) };
}

/** What a reminder says of a reply: the shifts that begin when it says so. */
function slotsAmong(slots: SlotStandings, shifts: readonly string[]): SlotStandings {
  return Object.fromEntries(Object.entries(slots).filter(([key]) => shifts.includes(key)));
}

async function noticeBlocks(
  event: About,
  notice: Notice,
  reply: Reply,
  changes: Changes | null,
): Promise<EmailBlock[]> {
  const { settings } = event;
  if (notice === "changed" && changes) {
    const lines = changedLines(event, reply, changes.known);
    return [
      ...(changes.note ? [{ kind: "text" as const, text: changes.note }] : []),
      ...(lines.length > 0 ? [{ kind: "list" as const, items: lines }] : []),
      ...(await replyBlocks(event, reply)),
    ];
  }
  if (notice === "cancelled")
    return [
      ...(settings.cancelled?.note ? [{ kind: "text" as const, text: settings.cancelled.note }] : []),
      { kind: "list", items: factLines(event, reply).slice(0, 1) },
    ];
  const isReminder = notice !== "promoted";
  return [
    ...(isReminder && settings.reminders.note
      ? [{ kind: "text" as const, text: settings.reminders.note }]
      : []),
    ...(await replyBlocks(event, reply)),
  ];
}
