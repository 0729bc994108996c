import { formatList } from "../ui/format";
import type { Key, Locale, T } from "../ui/i18n";

const acts: Record<string, Key> = {
  "group.created": "groups.acts.groupCreated",
  "group.settings": "groups.acts.groupSettings",
  "group.looks": "looks.act",
  "group.status": "groups.acts.groupStatus",
  "group.mail": "composer.acts.settings",
  "member.ceiling": "composer.acts.ceiling",
  "mailing.hidden": "composer.acts.hidden",
  "mailing.returned": "composer.acts.returned",
  "mailing.unlocked": "composer.acts.unlocked",
  "mailing.asked_by_key": "composer.acts.byKey",
  "member.role": "groups.acts.memberRole",
  "member.removed": "groups.acts.memberRemoved",
  "member.left": "groups.acts.memberLeft",
  "invitation.sent": "groups.acts.invitationSent",
  "invitation.resent": "groups.acts.invitationResent",
  "invitation.cancelled": "groups.acts.invitationCancelled",
  "invitation.accepted": "groups.acts.invitationAccepted",
  "action.published": "groups.acts.actionPublished",
  "action.closed": "groups.acts.actionClosed",
  "action.reopened": "groups.acts.actionReopened",
  "action.limited": "groups.acts.actionLimited",
  "action.released": "groups.acts.actionReleased",
  "event.cancelled": "groups.acts.eventCancelled",
  "event.uncancelled": "groups.acts.eventUncancelled",
  "event.told": "events.change.act",
  "hosting.approved": "groups.acts.hostingApproved",
  "hosting.refused": "groups.acts.hostingRefused",
  "people.exported": "groups.acts.peopleExported",
  "import.started": "imports.acts.started",
  "import.finished": "imports.acts.finished",
  "import.cancelled": "imports.acts.cancelled",
  "import.resumed": "imports.acts.resumed",
  "import.undone": "imports.acts.undone",
  "webhook.created": "webhooks.acts.created",
  "webhook.on": "webhooks.acts.on",
  "webhook.off": "webhooks.acts.off",
  "webhook.deleted": "webhooks.acts.deleted",
  "webhook.restored": "webhooks.acts.restored",
  "webhook.paused": "webhooks.acts.paused",
  "person.added": "profiles.acts.added",
  "person.merged": "profiles.acts.merged",
  "person.parted": "profiles.acts.parted",
  "group.exported": "exports.acts.group",
  "export.fetched": "exports.acts.fetched",
  "export.removed": "exports.acts.removed",
  "report.mails": "reports.acts.mails",
  "petition.updated": "petitions.acts.updated",
  "petition.delivered": "petitions.acts.delivered",
  "paper.typed": "paper.acts.typed",
  "targets.replaced": "groups.acts.targetsReplaced",
  "targets.removed": "groups.acts.targetsRemoved",
  "letters.retried": "groups.acts.lettersRetried",
  "letters.exported": "groups.acts.lettersExported",
  "participations.removed": "groups.acts.participationsRemoved",
  "participations.restored": "groups.acts.participationsRestored",
  "payments.connected": "payments.acts.connected",
  "payment.refunded": "payments.acts.refunded",
  "gift.ended": "payments.acts.ended",
  "gifts.exported": "payments.acts.exported",
  "key.created": "keys.acts.created",
  "key.renamed": "keys.acts.renamed",
  "key.revoked": "keys.acts.revoked",
  "hook.created": "connections.acts.created",
  "hook.renewed": "connections.acts.renewed",
  "hook.mapped": "connections.acts.mapped",
  "hook.on": "connections.acts.on",
  "hook.test": "connections.acts.test",
  "hook.paused": "connections.acts.paused",
  "hook.deleted": "connections.acts.deleted",
  "hook.restored": "connections.acts.restored",
  "chat.created": "connections.chat.historyActs.created",
  "chat.changed": "connections.chat.historyActs.changed",
  "chat.on": "connections.chat.historyActs.on",
  "chat.paused": "connections.chat.historyActs.paused",
  "chat.deleted": "connections.chat.historyActs.deleted",
  "chat.restored": "connections.chat.historyActs.restored",
  "audience.tagged": "audiences.tagging.acts.given",
  "audience.untagged": "audiences.tagging.acts.taken",
  "tag.renamed": "privacy.acts.tag_renamed",
  "tag.merged": "privacy.acts.tag_merged",
  "tag.deleted": "privacy.acts.tag_deleted",
  "tag.restored": "privacy.acts.tag_restored",
  "field.retyped": "privacy.acts.field_retyped",
  "field.merged": "privacy.acts.field_merged",
  "field.deleted": "privacy.acts.field_deleted",
  "field.restored": "privacy.acts.field_restored",
  "person.erased": "privacy.acts.person_erased",
  "person.exported": "privacy.acts.person_exported",
  "person.link_sent": "privacy.acts.person_link_sent",
  "consent.exported": "privacy.acts.consent_exported",
  "sunset.saved": "inbound.silence.act",
  "reply.answered": "inbound.answer.act",
  "person.mailed_again": "inbound.lift.act",
  "retention.saved": "privacy.acts.retention_saved",
  "retention.applied": "privacy.acts.retention_applied",
  "sending.allowed": "results.acts.approved",
  "sending.quota": "results.acts.quota",
  "sending.domain_added": "senders.acts.domain_added",
  "sending.domain_removed": "senders.acts.domain_removed",
  "sending.domain_restored": "senders.acts.domain_restored",
  "sending.resumed": "results.acts.resumed",
  "mailing.refused": "results.acts.refused",
  "mailing.halted": "results.acts.stopped",
  "readings.unparked": "results.acts.unparked",
  "report.settled": "groups.acts.reportSettled",
  "intake.unparked": "groups.acts.intakeUnparked",
  "intake.stored_again": "groups.acts.intakeStoredAgain",
};

/** An act without words yet is shown under its own name: a gap in the list would be worse. */
export function actInWords(t: T, act: string): string {
  const key = acts[act];
  return key ? t(key) : act;
}

const names: Record<string, Key> = {
  role: "groups.details.role",
  from: "groups.details.from",
  to: "groups.details.to",
  fields: "groups.details.fields",
  status: "groups.details.status",
  reason: "groups.details.reason",
  count: "groups.details.count",
  removalNo: "groups.details.removalNo",
  since: "groups.details.since",
  months: "privacy.acts.months",
  isOn: "privacy.acts.isOn",
  access: "keys.fields.access",
  alsoSubscribed: "privacy.retention.alsoSubscribed",
};

const values: Record<string, Key> = {
  owner: "common.roles.owner",
  administrator: "common.roles.administrator",
  organiser: "common.roles.organiser",
  active: "groups.details.active",
  limited: "groups.details.limited",
  suspended: "groups.details.suspended",
  name: "groups.fields.name",
  locale: "groups.fields.locale",
  country: "groups.fields.country",
  timeZone: "groups.fields.timeZone",
  currency: "groups.fields.currency",
  description: "groups.fields.description",
  website: "groups.fields.website",
  privacyUrl: "groups.fields.privacyUrl",
  replyTo: "groups.fields.replyTo",
  accent: "groups.fields.accent",
  optInMode: "groups.fields.optInMode",
  consentText: "groups.fields.consentText",
  postalAddress: "groups.fields.postalAddress",
  keepsForRecovery: "groups.settings.recovery",
  embedSites: "embeds.sites.title",
  full: "keys.access.full",
  read: "keys.access.read",
  logo: "groups.logo.title",
  font: "looks.font",
  header: "looks.header",
  footer: "looks.footer",
  css: "looks.css",
};

/** What somebody wrote themselves is never looked up: a reason that reads "owner" stays as it is. */
const free = new Set(["reason", "text"]);

/** "Role: Organiser · Number: 12". What has no words is shown as it was recorded, empty values not at all. */
export function detailInWords(t: T, locale: Locale, detail: Record<string, unknown>): string {
  const word = (value: unknown, name: string) => {
    const key = free.has(name) ? undefined : values[String(value)];
    return key ? t(key) : String(value);
  };
  return Object.entries(detail)
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => {
      const key = names[name];
      const text = Array.isArray(value)
        ? formatList(
            value.map((each) => word(each, name)),
            locale,
          )
        : word(value, name);
      return t("groups.details.pair", { name: key ? t(key) : name, value: text });
    })
    .join(" · ");
}
