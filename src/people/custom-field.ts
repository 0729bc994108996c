import type { GroupDb } from "../groups/shard";
import * as store from "./store-fields";
import type { FieldType } from "./types";

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
};

/** Every custom field of the group in the order they were made; archived ones too. */
export async function listFields(group: GroupDb): Promise<CustomField[]> {
  const rows = await store.selectFields(group);
  return rows.map(({ fieldNo, archivedAt, ...field }) => ({
    no: fieldNo,
    ...field,
    isArchived: archivedAt !== null,
  }));
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
    if (taken.type !== field.type) continue;
    if (taken.archivedAt !== null) await store.updateArchived(group, taken.fieldNo, null);
    return taken.fieldNo;
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
 * The statement that stores what a page of participations says of custom fields (`f` of each row: pairs of field number and
 * value), for the batch that stores their people, after them. May run again with the same page, and in any order: a value
 * changes only by something newer.
 */
export function receiveValues(group: GroupDb, page: string): D1PreparedStatement {
  return store.valuesStatement(group, page);
}

function keyOf(label: string): string {
  const key = label
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+/, "")
    .slice(0, KEY_LENGTH_MAX)
    .replace(/_+$/, "");
  return key || "field";
}
