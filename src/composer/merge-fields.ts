import type { GroupDb } from "../groups/shard";
import type { PersonField } from "../mailings/content/merge-fields";
import type { Mailing } from "../mailings/types";
import { mergeColumns } from "../merging/merge-file";
import { offeredTargets } from "../merging/targets";
import { factNames } from "../merging/types";
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
export async function mergeFieldsFor(
  t: T,
  locale: Locale,
  db: GroupDb,
  mailing: Pick<Mailing, "no" | "settings">,
): Promise<OfferedField[]> {
  const [custom, columns, targets] = await Promise.all([
    fieldsOf(db),
    mergeColumns(db, mailing),
    offeredTargets(db),
  ]);
  return [
    ...worded.map((name) => ({ name: `{{ ${name} }}`, label: t(`composer.merge.${name}`) })),
    ...custom.map((field) => ({ name: `{{ fields.${field.key} }}`, label: fieldLabel(field, locale) })),
    ...columns.map(({ name, heading }) => ({ name: `{{ merge.${name} }}`, label: heading || name })),
    ...factNames.map((name) => ({ name: `{{ facts.${name} }}`, label: t(`merging.facts.${name}`) })),
    { name: "{{ group.sign_off }}", label: t("mailContent.fields.group_sign_off") },
    ...targets.map(({ field, title }) => ({
      name: `{{ ${field} }}`,
      label: t("merging.targets", { title }),
    })),
  ];
}
