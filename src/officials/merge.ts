import { sayableName } from "../platform/mail/sayable-name";

/** What an organiser may write as `{{name}}`: of whoever writes, and of whom it goes to. */
export const writerFields = ["first_name", "last_name", "full_name", "city", "postal_code"] as const;
export const targetFields = ["target_name", "target_title", "target_office"] as const;
export type WriterField = (typeof writerFields)[number];
export type TargetField = (typeof targetFields)[number];

const TAG = /\{\{\s*([a-z_]{1,20})\s*\}\}/g;

/** Puts values in place of their merge fields. Fields it has no value for stay; what is put in is not looked at again. */
export function fill(text: string, values: Partial<Record<string, string>>): string {
  return text.replace(TAG, (tag, field: string) =>
    Object.hasOwn(values, field) ? (values[field] ?? "") : tag,
  );
}

/** Takes out merge fields that nobody filled: a letter with braces in it looks like what it is. */
export function withoutFields(text: string): string {
  return text.replace(TAG, "").replace(/ +([,.;:!?])/g, "$1");
}

type Writer = {
  givenName?: string | undefined;
  familyName?: string | undefined;
  locality?: string | undefined;
  postalCode?: string | undefined;
};

export function writerValues({ givenName = "", familyName = "", locality = "", postalCode = "" }: Writer) {
  const first = sayableName(givenName);
  const last = sayableName(familyName);
  return {
    first_name: first,
    last_name: last,
    full_name: [first, last].filter((part) => part !== "").join(" "),
    city: locality,
    postal_code: postalCode,
  } satisfies Record<WriterField, string>;
}

export function targetValues({ name, title, office }: { name: string; title: string; office: string }) {
  return { target_name: name, target_title: title, target_office: office } satisfies Record<
    TargetField,
    string
  >;
}
