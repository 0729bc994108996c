import type { GroupDb } from "../groups/shard";
import * as store from "./store-fields";
import type { FieldRules, FieldType } from "./types";

export { FIELD_TEXT_MAX, fieldValueText, type ParsedValue, parseFieldValue, severalIn } from "./field-value";

/** A group that needs more is keeping its work in them, not facts about people. */
export const FIELDS_MAX = 200;
export const FIELD_LABEL_MAX = 200;
const KEY_LENGTH_MAX = 40;
/** Fields of one name but another type, before we give up. */
const SAME_NAMES_MAX = 20;

export type CustomField = {
  no: number;
  /** Names the field in exports and the API, for ever. */
  key: string;
  label: string;
  type: FieldType;
  choices: string[];
  isArchived: boolean;
  /** The label in other languages, by language. */
  labels: Record<string, string>;
  rules: Partial<FieldRules>;
  /** For organisers alone. */
  note: string;
};

/** Every custom field of the group in the order they were made; archived ones too, not those merged or deleted. */
export async function listFields(group: GroupDb): Promise<CustomField[]> {
  const rows = await store.selectFields(group);
  return rows.filter((row) => row.deletedAt === null && row.mergedInto === null).map(fieldOf);
}

function fieldOf({ no, key, label, type, choices, isArchived, labels, rules, note }: store.FieldRow) {
  return { no, key, label, type, choices, isArchived, labels, rules, note };
}

/** The fields that are offered: those not archived. */
export async function fieldsOf(group: GroupDb): Promise<CustomField[]> {
  return (await listFields(group)).filter(({ isArchived }) => !isArchived);
}

/** What a field is called in a language. */
export function fieldLabel(field: Pick<CustomField, "label" | "labels">, locale: string): string {
  return field.labels[locale] || field.label;
}

/**
 * The field of that name and type, made if there is none yet and taken out of the archive if it was there. Two who ask at
 * once get the same. Null when the group has too many.
 */
export async function makeField(
  group: GroupDb,
  field: { label: string; type: FieldType; choices?: string[] },
  now: number,
): Promise<number | null> {
  const base = keyOf(field.label);
  for (let nth = 1; nth <= SAME_NAMES_MAX; nth += 1) {
    const key = nth === 1 ? base : `${base}_${nth}`;
    const made = await store.insertField(
      group,
      { key, label: field.label.slice(0, FIELD_LABEL_MAX), type: field.type, choices: field.choices ?? [] },
      { now, most: FIELDS_MAX },
    );
    if (made !== null) return made;
    const taken = (await store.selectFields(group)).find((row) => row.key === key);
    if (!taken) return null;
    if (taken.mergedInto !== null || taken.type !== field.type || isCutAlike(taken.label, field.label))
      continue;
    if (taken.isArchived) await store.updateArchived(group, taken.no, null);
    return taken.no;
  }
  return null;
}

/** Takes a field out of pick-lists, or brings it back; what is stored under it stays. False: the group has none of that number. */
export function setArchived(group: GroupDb, no: number, isArchived: boolean, now: number): Promise<boolean> {
  return store.updateArchived(group, no, isArchived ? now : null);
}

/** What a person's custom fields say, and when they last said so. */
export function valuesOf(
  group: GroupDb,
  personNo: number,
): Promise<{ fieldNo: number; value: string; actedAt: number }[]> {
  return store.selectValues(group, personNo);
}

/**
 * Sets fields of one person as of a moment; whatever was said after it stays. A blank takes the value away.
 * @param values as `parseFieldValue` gives them
 */
export async function setFieldValues(
  group: GroupDb,
  personNo: number,
  values: readonly [fieldNo: number, value: string][],
  at: number,
): Promise<void> {
  if (values.length > 0) await group.d1.batch(store.setStatements(group, personNo, values, at));
}

/**
 * The statement that stores what a page of participations says of custom fields (`f` of each row: pairs of field number and
 * value), for the batch that stores their people, after them. May run again with the same page, and in any order: a value
 * changes only by something newer.
 * @param isRecorded as for `receivePeople`
 */
export function receiveValues(group: GroupDb, page: string | null, isRecorded = true): D1PreparedStatement {
  return store.valuesStatement(group, page, isRecorded);
}

/** A name for files and the API, made from a label. */
function keyOf(label: string): string {
  return cut(wholeKey(label)).replace(/_+$/, "") || "field";
}

const cut = (key: string) => key.slice(0, KEY_LENGTH_MAX);

function wholeKey(label: string): string {
  return label
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+/, "");
}

/** Whether two labels have one key only because keys are short: they are two questions. */
function isCutAlike(one: string, other: string): boolean {
  const keys = [wholeKey(one), wholeKey(other)].map((key) => key.replace(/_+$/, ""));
  return keys[0] !== keys[1] && cut(keys[0] ?? "") === cut(keys[1] ?? "");
}
