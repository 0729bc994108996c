import type { GroupDb } from "../groups/shard";
import type { PersonField } from "../mailings/content/merge-fields";
import { fieldLabel, fieldsOf } from "../people/custom-field";
import type { Locale, T } from "../ui/i18n";

export type OfferedField = { name: string; label: string };

const worded = [
  "first_name",
  "preferred_name",
  "last_name",
  "full_name",
  "email",
  "phone",
  "street",
  "city",
  "region",
  "postal_code",
  "country",
  "language",
] as const satisfies readonly PersonField[];

/** What somebody may write into a mail to have it filled in for each person. */
export async function mergeFieldsFor(t: T, locale: Locale, db: GroupDb): Promise<OfferedField[]> {
  const custom = await fieldsOf(db);
  return [
    ...worded.map((name) => ({ name: `{{ ${name} }}`, label: t(`composer.merge.${name}`) })),
    ...custom.map((field) => ({ name: `{{ fields.${field.key} }}`, label: fieldLabel(field, locale) })),
  ];
}
