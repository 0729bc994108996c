import { dbFor } from "../../groups/shard";
import type { Group } from "../../groups/types";
import { factsFor } from "../../merging/fact";
import { mergedFor } from "../../merging/merge-file";
import { addressedActions, targetNamesFor } from "../../merging/targets";
import type { Facts, TargetNames } from "../../merging/types";
import { severalIn } from "../../people/custom-field";
import type { Context } from "../../platform/context";
import { oneLine } from "../../platform/mail/headers";
import { sayableName } from "../../platform/mail/sayable-name";
import { isLocale } from "../../ui/i18n";
import { selectValues, type ValuesRow } from "./store";
import type { MergeValues, NeededFields } from "./types";

/** People looked up by one statement. */
export const VALUES_MAX = 200;
const LINE_MAX = 500;
const PARAGRAPH_MAX = 5_000;

/**
 * What templates need of some people, by one statement, with one more for each of a merge file, what they gave and did, and actions whose
 * targets are named, where a mail says something of it; whoever is not there is not in it.
 * @param isToLookAt for somebody's eyes, and not to be sent: officials that cannot be read just now are named by nothing
 */
export async function readValues(
  ctx: Context,
  group: Group,
  personNos: readonly number[],
  needed: NeededFields,
  { isToLookAt = false }: { isToLookAt?: boolean } = {},
): Promise<Map<number, MergeValues>> {
  if (personNos.length > VALUES_MAX) throw new RangeError(`more than ${VALUES_MAX} people at once`);
  if (personNos.length === 0) return new Map();
  const db = dbFor(ctx.env, group);
  const [rows, merged, facts, actions] = await Promise.all([
    selectValues(db, personNos, needed),
    needed.merge ? mergedFor(db, needed.merge.mailingNo, personNos) : null,
    needed.facts ? factsFor(db, personNos, needed.facts) : null,
    needed.targets ? addressedActions(ctx, group, needed.targets) : null,
  ]);
  const places = rows.map((row) => ({
    personNo: row.person_no,
    ...{ country: row.country, postalCode: row.postal_code },
  }));
  const unreadable = isToLookAt ? (error: unknown) => ctx.log.error("targets.unmatched", error) : null;
  const targets = actions && (await targetNamesFor(actions, places, unreadable));
  return new Map(
    rows.map((row) => {
      const no = row.person_no;
      return [no, withMore(valuesOf(row), merged?.get(no), facts?.get(no), targets?.get(no))];
    }),
  );
}

function withMore(
  values: MergeValues,
  merge?: Record<string, string>,
  facts?: Facts,
  targets?: TargetNames,
): MergeValues {
  if (!merge && !facts && !targets) return values;
  return {
    ...values,
    ...(merge ? { fields: { ...values.fields, merge } } : {}),
    ...(facts ? { facts } : {}),
    ...(targets ? { targets } : {}),
  };
}

function valuesOf(row: ValuesRow): MergeValues {
  const givenName = sayableName(row.given_name ?? "");
  const familyName = sayableName(row.family_name ?? "");
  const language = isLocale(row.language) ? row.language : null;
  return {
    personNo: row.person_no,
    email: row.email ?? "",
    language,
    givenName,
    fields: {
      ...said("first_name", givenName),
      ...said("preferred_name", sayableName(row.preferred_name ?? "") || givenName),
      ...said("last_name", familyName),
      ...said("full_name", [givenName, familyName].filter(Boolean).join(" ")),
      ...said("email", row.email),
      ...said("phone", row.phone),
      ...said("street", row.street),
      ...said("city", row.locality),
      ...said("region", row.region),
      ...said("postal_code", row.postal_code),
      ...said("country", row.country),
      ...said("language", row.language),
      fields: customOf(row.custom),
      tags: textsOf(row.tags),
    },
  };
}

function said(name: string, value: string | null): Record<string, string> {
  const text = value === null ? "" : oneLine(value, LINE_MAX);
  return text === "" ? {} : { [name]: text };
}

function customOf(json: string): Record<string, unknown> {
  const found: unknown = JSON.parse(json);
  if (!Array.isArray(found)) return {};
  return Object.fromEntries(
    found.flatMap((each: unknown) => {
      const [key, type, value] = Array.isArray(each) ? each.map(String) : [];
      if (key === undefined || value === undefined) return [];
      return [[key, type === "several" ? severalIn(value) : value.slice(0, PARAGRAPH_MAX)]];
    }),
  );
}

function textsOf(json: string): string[] {
  const found: unknown = JSON.parse(json);
  return Array.isArray(found) ? found.filter((each) => typeof each === "string") : [];
}

/** Stands for somebody in a preview, and for everybody in a copy that anyone may read. */
export function standIn(fields: Readonly<Record<string, unknown>> = {}): MergeValues {
  return {
    personNo: 0,
    email: "",
    language: null,
    givenName: "",
    fields: { fields: {}, tags: [], ...fields },
  };
}
