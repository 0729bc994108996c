import { standardFields } from "../actions/types";
import { kindName } from "../audiences/kind-names";
import { formatDate } from "../ui/format";
import type { Key, Locale, T } from "../ui/i18n";
import type { Held, Row } from "./everything";

const names: Record<string, Key> = {
  person: "privacy.tables.person",
  emails: "privacy.tables.emails",
  other_addresses: "privacy.tables.other_addresses",
  point_person: "privacy.tables.point_person",
  tags: "privacy.tables.tags",
  fields: "privacy.tables.fields",
  actions: "privacy.tables.actions",
  consents: "privacy.tables.consents",
  subscription_changes: "privacy.tables.subscription_changes",
  gifts: "privacy.tables.gifts",
  regular_gifts: "privacy.tables.regular_gifts",
  letters: "privacy.tables.letters",
  attendances: "privacy.tables.attendances",
  thank_you_mails: "privacy.tables.thank_you_mails",
  mailings: "privacy.tables.mailings",
  imports: "privacy.tables.imports",
  score: "privacy.tables.score",
  edits: "privacy.tables.edits",
  address_changes: "privacy.tables.address_changes",
  notes: "privacy.tables.notes",
  mail_clicks: "privacy.tables.mail_clicks",
  mail_returns: "privacy.tables.mail_returns",
  mail_replies: "privacy.tables.mail_replies",
  hook_payloads: "privacy.tables.hook_payloads",
  merge_files: "privacy.tables.merge_files",
  topics_refused: "privacy.tables.topics_refused",
  mail_wishes: "privacy.tables.mail_wishes",
  departures: "privacy.tables.departures",
  confirmations: "privacy.tables.confirmations",
  webhook_deliveries: "privacy.tables.webhook_deliveries",
  other_systems: "privacy.tables.other_systems",
  lists: "privacy.tables.lists",
};

const columns: Record<string, Key> = {
  title: "privacy.columns.title",
  acted_at: "privacy.columns.acted_at",
  answer: "privacy.columns.answer",
  comment: "privacy.columns.comment",
  source: "privacy.columns.source",
  referrer: "privacy.columns.referrer",
  amount: "privacy.columns.amount",
  currency: "privacy.columns.currency",
  wording: "privacy.columns.wording",
  action: "privacy.columns.action",
  value: "privacy.columns.value",
  name: "privacy.columns.name",
  label: "privacy.columns.label",
  tagged_at: "privacy.columns.tagged_at",
  changed_at: "privacy.columns.changed_at",
  cause: "privacy.columns.cause",
  created_at: "privacy.columns.created_at",
  paid_at: "privacy.columns.paid_at",
  next_at: "privacy.columns.next_at",
  interval: "privacy.columns.interval",
  to_name: "privacy.columns.to_name",
  settled_at: "privacy.columns.settled_at",
  arrived_at: "privacy.columns.arrived_at",
  subject: "privacy.columns.subject",
  sent_at: "privacy.columns.sent_at",
  opened_s: "privacy.columns.opened_s",
  clicked_s: "privacy.columns.clicked_s",
  file_name: "privacy.columns.file_name",
  old_email: "privacy.columns.old_email",
  new_email: "privacy.columns.new_email",
  asked_at: "privacy.columns.asked_at",
  url: "privacy.columns.url",
  reason: "privacy.columns.reason",
  kind: "privacy.columns.kind",
  at: "privacy.columns.at",
  at_s: "privacy.columns.at_s",
  from_email: "privacy.columns.from_email",
  text: "privacy.columns.text",
  paused_until: "privacy.columns.paused_until",
  weekly_max: "privacy.columns.weekly_max",
  answered_at: "privacy.columns.answered_at",
};

/** Everything held, table by table, as names and values; what has no words goes by the name it has in the data. */
export function HeldTables({ t, held }: { t: T; held: Held }) {
  return (
    <>
      {Object.entries(held)
        .filter(([, rows]) => rows.length > 0)
        .map(([table, rows]) => (
          <section>
            <h2>{tableName(t, table)}</h2>
            {rows.map((row) => (
              <dl>
                {Object.entries(row).map(([name, value]) => (
                  <>
                    <dt>{columnName(t, name, value) ?? name.replaceAll("_", " ")}</dt>
                    <dd dir="auto">{textOf(t, value)}</dd>
                  </>
                ))}
              </dl>
            ))}
          </section>
        ))}
    </>
  );
}

export function tableName(t: T, table: string): string {
  const key = names[table];
  return key ? t(key) : table;
}

function columnName(t: T, name: string, value: unknown): string | null {
  if (name === "answer" && typeof value === "string") return t("privacy.columns.consent");
  const key = columns[name];
  return key ? t(key) : null;
}

type When = { locale: Locale; timeZone: string };

/** One row as a person reads it: what has words, and days instead of moments. The rest is in the file to download. */
export function RowFacts({ t, row, locale, timeZone }: { t: T; row: Row } & When) {
  return (
    <dl class="facts">
      {Object.entries(row).flatMap(([name, value]) => {
        const label = columnName(t, name, value);
        if (label === null) return [];
        const isMoment = /_(at|s)$/.test(name) && typeof value === "string";
        return [
          <div>
            <dt>{label}</dt>
            <dd dir="auto">
              {isMoment
                ? formatDate(Date.parse(value), locale, timeZone)
                : name === "kind" && typeof value === "string"
                  ? kindName(t, value)
                  : textOf(t, value)}
            </dd>
          </div>,
        ];
      })}
    </dl>
  );
}

/** A value as a line; what has parts, part by part. */
function textOf(t: T, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value === "yes" || value === "no") return t(`privacy.own.page.${value}`);
  if (Array.isArray(value)) return value.map((part) => textOf(t, part)).join(", ");
  if (typeof value !== "object") return String(value);
  return Object.entries(value)
    .map(([name, part]) =>
      name === "answers" ? textOf(t, part) : `${partName(t, name)}: ${textOf(t, part)}`,
    )
    .join("; ");
}

function partName(t: T, name: string): string {
  const field = standardFields.find((each) => each === name);
  return field ? t(`public.fields.${field}`) : name;
}
