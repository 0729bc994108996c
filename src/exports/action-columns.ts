import { type OwnColumn, slotStandings, standingOf } from "../actions/kind";
import { type Action, standardFields } from "../actions/types";
import type { StoredAnswer } from "../intake/types";
import type { CustomField } from "../people/custom-field";
import { idFromHex } from "../platform/ids";
import { plainAmount } from "../platform/money";
import type { Key, T } from "../ui/i18n";
import { clockOf } from "./clock";
import type { Column } from "./column";
import { fieldColumn, momentTitle, type Wording } from "./people-columns";
import type { StoredParticipation } from "./store-participations";

/** One participation as the file is written. */
export type ParticipationRow = StoredParticipation & {
  said: StoredAnswer;
  tags: readonly string[];
  fields: ReadonlyMap<number, string>;
};

type ActionColumn = Column<ParticipationRow>;

/** Columns that a first export of an action does not have ticked; those of the person's custom fields are not either. */
const unusual = new Set([
  "id",
  "person",
  "revisedAt",
  "isNamed",
  "referrer",
  "site",
  "consentAt",
  "consentWording",
  "standing",
  "amount",
  "currency",
  "emailStatus",
  "tags",
]);

export function isUsual(key: string): boolean {
  return !unusual.has(key) && !key.startsWith("field.");
}

/** Every column there is for those who took an action: what they said then, and what is known of them now. */
export function actionColumns(
  action: Action,
  own: readonly OwnColumn[],
  fields: readonly CustomField[],
  wording: Wording,
): ActionColumn[] {
  const { t } = wording;
  return [
    ...firstColumns(wording),
    ...standardFields.map((name) => textColumn(name, t(`actions.fields.${name}`), ({ said }) => said[name])),
    ...action.settings.questions.map(({ key, label }) => questionColumn(key, label)),
    ...own.map((column) => ownColumn(t, action, column)),
    ...lastColumns(wording),
    ...fields.map((field) => fieldColumn<ParticipationRow>(field, (row) => row.fields.get(field.no) ?? "")),
  ];
}

function textColumn(
  key: string,
  title: string,
  value: (row: ParticipationRow) => string | null | undefined,
): ActionColumn {
  return { key, title, text: (row) => value(row) ?? "", json: (row) => value(row) || null };
}

function momentColumn(
  wording: Wording,
  key: "actedAt" | "revisedAt" | "consentAt",
  value: (row: ParticipationRow) => number | null,
): ActionColumn {
  const clock = clockOf(wording.timeZone);
  const said = (row: ParticipationRow) => {
    const at = value(row);
    return at === null ? null : clock(at);
  };
  return {
    key,
    title: momentTitle(wording, `exports.columns.${key}`),
    text: (row) => said(row) ?? "",
    json: said,
  };
}

function wordColumn<V extends string>(
  key: string,
  title: string,
  value: (row: ParticipationRow) => V | null,
  word: (value: V) => string,
): ActionColumn {
  return {
    key,
    title,
    text: (row) => {
      const found = value(row);
      return found === null ? "" : word(found);
    },
    json: value,
  };
}

function yesNo(
  t: T,
  key: string,
  title: string,
  value: (row: ParticipationRow) => boolean | null,
): ActionColumn {
  return {
    key,
    title,
    text: (row) => {
      const is = value(row);
      if (is === null) return "";
      return t(is ? "common.form.yes" : "common.form.no");
    },
    json: value,
  };
}

function firstColumns(wording: Wording): ActionColumn[] {
  const { t } = wording;
  const title = (key: "id" | "person" | "email" | "phone"): string => t(`exports.columns.${key}`);
  return [
    textColumn("id", title("id"), ({ id }) => idFromHex(id)),
    textColumn("person", title("person"), ({ person }) => idFromHex(person)),
    momentColumn(wording, "actedAt", ({ actedAt }) => actedAt),
    momentColumn(wording, "revisedAt", ({ revisedAt }) => revisedAt),
    textColumn("email", title("email"), ({ email }) => email),
  ];
}

function questionColumn(key: string, label: string): ActionColumn {
  const answer = ({ said }: ParticipationRow) => said.answers?.[key];
  return {
    key: `question.${key}`,
    title: label,
    text: (row) => [answer(row) ?? []].flat().join("; "),
    json: (row) => answer(row) ?? null,
  };
}

function ownColumn(t: T, action: Action, { key, title, value }: OwnColumn): ActionColumn {
  const text = ({ said, standing, slots }: ParticipationRow) =>
    value(t, said.own ?? {}, action, standingOf(standing), slotStandings(slots));
  return { key: `own.${key}`, title: t(title), text, json: (row) => text(row) || null };
}

const commentStatuses = ["none", "waiting", "shown", "hidden"] as const;
const statusNames = ["none", "subscribed", "unsubscribed", "bounced", "complained"] as const;

function lastColumns(wording: Wording): ActionColumn[] {
  const { t } = wording;
  const title = (key: Extract<Key, `exports.columns.${string}`>) => t(key);
  return [
    textColumn("comment", title("exports.columns.comment"), ({ comment }) => comment),
    wordColumn(
      "commentStatus",
      title("exports.columns.commentStatus"),
      ({ commentStatus }) => (commentStatus === 0 ? null : (commentStatuses[commentStatus] ?? null)),
      (status) => (status === "none" ? "" : t(`intake.comments.${status}`)),
    ),
    yesNo(t, "isNamed", title("exports.columns.isNamed"), ({ isNamed }) => isNamed === 1),
    textColumn("source", title("exports.columns.source"), ({ source }) => source),
    textColumn("referrer", title("exports.columns.referrer"), ({ referrer }) => referrer),
    textColumn("site", title("exports.columns.site"), ({ said }) => said.site),
    yesNo(t, "isNew", title("exports.columns.isNew"), ({ isNew }) => isNew === 1),
    yesNo(t, "consent", title("exports.columns.consent"), ({ consent }) =>
      consent === null ? null : consent === 1,
    ),
    momentColumn(wording, "consentAt", ({ consentAt }) => consentAt),
    textColumn("consentWording", title("exports.columns.consentWording"), ({ wording }) => wording),
    wordColumn(
      "standing",
      title("exports.columns.standing"),
      ({ standing }) => standingOf(standing),
      (standing) => t(`exports.standings.${standing}`),
    ),
    textColumn("amount", title("exports.columns.amount"), ({ amount, currency }) =>
      amount === null || currency === null ? null : plainAmount({ amount, currency }),
    ),
    textColumn("currency", title("exports.columns.currency"), ({ currency }) => currency),
    wordColumn(
      "emailStatus",
      title("exports.columns.emailStatus"),
      ({ emailStatus }) => statusNames[emailStatus] ?? null,
      (status) => t(`people.status.${status}`),
    ),
    {
      key: "tags",
      title: title("exports.columns.tags"),
      text: ({ tags }) => tags.join("; "),
      json: ({ tags }) => tags,
    },
  ];
}

/** Which of the other tables the chosen columns need. */
export function needsOf(columns: readonly ActionColumn[], fields: readonly CustomField[]) {
  const keys = new Set(columns.map(({ key }) => key));
  return {
    withConsent: ["consent", "consentAt", "consentWording"].some((key) => keys.has(key)),
    tags: keys.has("tags"),
    fieldNos: fields.filter(({ key }) => keys.has(`field.${key}`)).map(({ no }) => no),
  };
}
