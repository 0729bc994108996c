import type { SavedAudience } from "../audiences/audience";
import { estimateAudience } from "../delivery/delivery";
import { bodyHtml } from "../mailings/content";
import type { Mailing, MailingVersion, Target } from "../mailings/types";
import type { Context } from "../platform/context";
import { minorDigits } from "../platform/money";
import type { Figures } from "../results/types";
import { dateText, type Item, identity, link } from "./hal";
import type { Caller } from "./web";

/** Everything a message's document is made from. */
export type Message = {
  mailing: Mailing;
  /** The first variant in the group's language: the one clients see and write. */
  version: MailingVersion;
  body: string;
  /** Those of its targets that are the group's shared saved audiences. */
  targets: readonly SavedAudience[];
  wrapperId: string | null;
  counted: { total: number; isWhole: boolean };
  /** Null while it has never been counted, and of what has not left. */
  figures: Figures | null;
  /** Other systems' names of it. */
  foreign: readonly string[];
};

const messageStatuses = [
  "draft",
  "calculating",
  "scheduled",
  "sending",
  "throttled",
  "stopped",
  "sent",
] as const;

/**
 * A status in the words clients know. What waits for somebody's approval is scheduled for when it comes; what is paused is throttled,
 * since both say that the rest will leave later.
 */
export function statusOf({ status, target }: Mailing, isCounted: boolean): (typeof messageStatuses)[number] {
  switch (status) {
    case "draft":
      return target !== null && !isCounted ? "calculating" : "draft";
    case "waiting":
    case "scheduled":
      return "scheduled";
    case "preparing":
    case "sending":
      return "sending";
    case "paused":
      return "throttled";
    case "sent":
    case "stopped":
      return status;
  }
}

/** Whether something of it has left, so that there are recipients and numbers. */
export function hasLeft({ status }: Pick<Mailing, "status">): boolean {
  return status === "sending" || status === "paused" || status === "sent" || status === "stopped";
}

/** The saved audiences a target is made of; null for one that an organiser built otherwise. */
export function savedIn(target: Target | null): number[] | null {
  if (target === null) return [];
  const { include, exclude, limit } = target.audience;
  if (exclude || limit || target.most !== null || !("any" in include)) return null;
  const nos = include.any.map((node) => ("is" in node && node.is === "saved" ? node.audience : null));
  return nos.every((no) => no !== null) ? nos : null;
}

/** The target of some saved audiences: whoever is in one of them. */
export function targetOf(nos: readonly number[]): Target | null {
  if (nos.length === 0) return null;
  const any = nos.map((audience) => ({ is: "saved" as const, audience }));
  return { audience: { include: { any } }, most: null };
}

/** How many people it is for, counted for `budgetMs` at most; what is on its way says it itself. */
export async function countedOf(
  ctx: Context,
  { group }: Caller,
  { no, target, settings, frozen, startAt }: Mailing,
  budgetMs: number,
): Promise<Message["counted"]> {
  if (frozen) return { total: frozen.recipients, isWhole: true };
  if (!target || budgetMs <= 0) return { total: 0, isWhole: false };
  const { recipients, isWhole } = await estimateAudience(ctx, group, target, settings, {
    mailingNo: no,
    ...{ budgetMs, startAt },
  });
  return { total: isWhole ? recipients : 0, isWhole };
}

/** The body as clients see it. */
export function bodyOf(ctx: Context, { group }: Caller, mailing: Mailing, version: MailingVersion) {
  return bodyHtml(ctx, group, mailing, version);
}

/** @param base the API's absolute address */
export function messageItem(base: string, { group }: Caller, message: Message): Item {
  const { mailing, version, body, targets, wrapperId, counted } = message;
  const { id, status, startAt, sentAt, internalTitle, settings, tags } = mailing;
  const self = `/messages/${id}`;
  const isTimed = startAt !== null && (status === "scheduled" || status === "waiting");
  const wrapper = wrapperId && link(base, `/wrappers/${wrapperId}`);
  return {
    origin_system: "Groundswell",
    ...identity(id, message.foreign, mailing.createdAt, mailing.updatedAt),
    ...{ name: internalTitle, subject: version.subject, body, from: version.fromName },
    reply_to: settings.replyTo,
    targets: targets.map((audience) => link(base, `/queries/${audience.id}`)),
    administrative_url: `${new URL(base).origin}/groups/${group.slug}/mailings/${id}`,
    ...{ total_targeted: counted.total, status: statusOf(mailing, counted.isWhole), type: "email" },
    ...(isTimed ? { scheduled_start_date: dateText(startAt) } : {}),
    ...(sentAt === null ? {} : { sent_start_date: dateText(sentAt) }),
    tag_list: tags,
    ...(hasLeft(mailing) ? { statistics: statisticsOf(message.figures, group.currency) } : {}),
    _links: {
      self: link(base, self),
      ...(wrapper ? { "osdi:wrapper": wrapper, "osdi:wrappers": wrapper } : {}),
      ...(hasLeft(mailing) ? { "osdi:recipients": link(base, `/lists/${id}`) } : {}),
      "osdi:send_helper": link(base, `${self}/send`),
      "osdi:schedule_helper": link(base, `${self}/schedule`),
    },
  };
}

/** Clients read the same two numbers under three names, so all of them are there. */
function statisticsOf(figures: Figures | null, currency: string) {
  const { opened = 0, machine = 0, money = {} } = figures ?? {};
  return {
    ...{ sent: figures?.sent ?? 0, opened: opened + machine, clicked: figures?.clicked ?? 0 },
    ...{ actions: figures?.actions ?? 0, unsubscribed: figures?.unsubscribed ?? 0 },
    ...{ bounced: figures?.bounced ?? 0, spam_reports: figures?.complained ?? 0 },
    "action_network:donated": figures?.gifts ?? 0,
    "action_network:total_amount": (money[currency] ?? 0) / 10 ** minorDigits(currency),
    ...{ verified_opened: opened, verified_opens: opened, machine_opened: machine },
  };
}
