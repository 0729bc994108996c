import type { CustomField } from "../people/custom-field";
import { idFromHex } from "../platform/ids";
import type { Key, T } from "../ui/i18n";
import { clockOf } from "./clock";
import type { Column } from "./column";
import { type PersonValue, personValues } from "./store-people";

/** One person as the file is written: the values read of their own row, and what other tables say of them. */
export type PersonRow = {
  values: readonly unknown[];
  tags: readonly string[];
  fields: ReadonlyMap<number, string>;
};

/** The words a file is written in, and whose clocks its moments show. */
export type Wording = { t: T; timeZone: string };

/** Columns that a first export has ticked. */
export const usualPeopleColumns = [
  "email",
  "givenName",
  "familyName",
  "postalCode",
  "country",
  "emailStatus",
  "createdAt",
  "tags",
];

const statusNames = ["none", "subscribed", "unsubscribed", "bounced", "complained"] as const;
const levelNames = ["quiet", "warm", "active", "core"] as const;
const TAGS = "tags";
const FIELD = "field.";

type Sort = "text" | "uuid" | "moment" | "status" | "level";
const sorts: Partial<Record<PersonValue, Sort>> = {
  id: "uuid",
  emailStatus: "status",
  mobileStatus: "status",
  emailStatusAt: "moment",
  mobileStatusAt: "moment",
  createdAt: "moment",
  level: "level",
};

const valueNames = Object.keys(personValues).filter((name): name is PersonValue => name in personValues);

/** The keys of all columns there are for people, in their order. */
export function peopleKeys(fields: readonly CustomField[]): string[] {
  return [...valueNames, TAGS, ...fields.map(({ key }) => FIELD + key)];
}

/** What the chosen columns need read. */
export type PeopleNeeds = { values: PersonValue[]; tags: boolean; fieldNos: number[] };

/** The columns of some keys, in their order, and what must be read for them. A key that means nothing is left out. */
export function peopleColumns(
  fields: readonly CustomField[],
  wording: Wording,
  keys: readonly string[],
): { columns: Column<PersonRow>[]; needs: PeopleNeeds } {
  const wanted = new Set(keys);
  const values = valueNames.filter((name) => wanted.has(name));
  const ownFields = fields.filter(({ key }) => wanted.has(FIELD + key));
  const tags = wanted.has(TAGS);
  return {
    columns: [
      ...values.map((name, index) => valueColumn(wording, name, index)),
      ...(tags ? [tagColumn(wording.t)] : []),
      ...ownFields.map((field) => fieldColumn<PersonRow>(field, ({ fields }) => fields.get(field.no) ?? "")),
    ],
    needs: { values, tags, fieldNos: ownFields.map(({ no }) => no) },
  };
}

/** The heading of a column of moments says whose clocks it shows. */
export function momentTitle({ t, timeZone }: Wording, key: Key): string {
  return t("exports.columns.inZone", { column: t(key), zone: timeZone });
}

function valueColumn(wording: Wording, name: PersonValue, index: number): Column<PersonRow> {
  const { t } = wording;
  const sort = sorts[name] ?? "text";
  const key: Key = `exports.columns.${name}`;
  const title = sort === "moment" ? momentTitle(wording, key) : t(key);
  const { text, json } = writerOf(wording, sort);
  return {
    key: name,
    title,
    text: ({ values }) => text(values[index] ?? null),
    json: ({ values }) => json(values[index] ?? null),
  };
}

type Writer = { text(value: unknown): string; json(value: unknown): unknown };

function writerOf({ t, timeZone }: Wording, sort: Sort): Writer {
  switch (sort) {
    case "text":
      return { text: (value) => (value === null ? "" : String(value)), json: (value) => value };
    case "uuid":
      return { text: (value) => idFromHex(String(value)), json: (value) => idFromHex(String(value)) };
    case "moment": {
      const clock = clockOf(timeZone);
      return {
        text: (value) => (value === null ? "" : clock(Number(value))),
        json: (value) => (value === null ? null : clock(Number(value))),
      };
    }
    case "status": {
      const words = statusNames.map((name) => t(`people.status.${name}`));
      return {
        text: (value) => words[Number(value)] ?? "",
        json: (value) => statusNames[Number(value)] ?? null,
      };
    }
    case "level": {
      const words = levelNames.map((name) => t(`exports.levels.${name}`));
      return {
        text: (value) => words[Number(value ?? 0)] ?? "",
        json: (value) => levelNames[Number(value ?? 0)] ?? null,
      };
    }
  }
}

function tagColumn(t: T): Column<PersonRow> {
  return {
    key: TAGS,
    title: t("exports.columns.tags"),
    text: ({ tags }) => tags.join("; "),
    json: ({ tags }) => tags,
  };
}

/** What a custom field says: several choices as a list, a number as a number. */
export function fieldColumn<Row>(
  { key, label, type }: CustomField,
  value: (row: Row) => string,
): Column<Row> {
  return {
    key: FIELD + key,
    title: label,
    text: (row) => (type === "several" ? listIn(value(row)).join("; ") : value(row)),
    json: (row) => {
      const said = value(row);
      if (said === "") return null;
      if (type === "several") return listIn(said);
      return type === "number" && Number.isFinite(Number(said)) ? Number(said) : said;
    },
  };
}

// A value from before the field had this type is one answer.
function listIn(value: string): string[] {
  if (!value.startsWith("[")) return value === "" ? [] : [value];
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) ? list.map(String) : [value];
  } catch {
    return [value];
  }
}
