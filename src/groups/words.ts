import { type FormValues, single } from "../platform/forms";
import type { FieldErrors } from "../ui/form";
import type { Key, T } from "../ui/i18n";

// By field and problem first, by problem alone second: most problems read the same whatever the field.
const words: Record<string, Key> = {
  "name/missing": "groups.problems.nameMissing",
  "name/too_long": "groups.problems.nameTooLong",
  "slug/slug": "groups.problems.slug",
  "slug/slug_taken": "groups.problems.slugTaken",
  "slug/slug_reserved": "groups.problems.slugReserved",
  "description/too_long": "groups.problems.descriptionTooLong",
  "consentText/too_long": "groups.problems.consentTextTooLong",
  "postalAddress/too_long": "groups.problems.postalAddressTooLong",
  "website/too_long": "groups.problems.url",
  "privacyUrl/too_long": "groups.problems.url",
  "embedSites/too_long": "embeds.sites.tooMany",
  "embedSites/site": "embeds.sites.noSite",
  characters: "groups.problems.characters",
  choose: "groups.problems.choose",
  url: "groups.problems.url",
  email: "groups.problems.email",
};

/** What is wrong with each field, in words; a problem without words of its own asks to look at the field again. */
export function problemsInWords(t: T, problems: Record<string, string>): FieldErrors {
  return Object.fromEntries(
    Object.entries(problems).map(([field, problem]) => [
      field,
      t(words[`${field}/${problem}`] ?? words[problem] ?? "groups.problems.other"),
    ]),
  );
}

/** The named fields of a form, each as one text. */
export function textsIn(values: FormValues, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, single(values, name)]));
}
