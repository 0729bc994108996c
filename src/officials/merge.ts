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

/** Anything in double braces, also what `fill` would leave as it is. */
const BRACES = /\{\{([^{}]*)\}\}/g;

/** How a form asks for what merge fields are filled with: "hidden" is not at all. */
type Asked = Record<"givenName" | "familyName" | "locality" | "postalCode", string>;

const askedBy = {
  first_name: ["givenName"],
  last_name: ["familyName"],
  full_name: ["givenName", "familyName"],
  city: ["locality"],
  postal_code: ["postalCode"],
} as const satisfies Record<WriterField, readonly (keyof Asked)[]>;

/** Whether a text has a merge field that is never filled: one that is misspelt, or that the form does not ask for. */
export function hasUnfilled(text: string, fields: Asked): boolean {
  const filled = new Set<string>([
    ...targetFields,
    ...writerFields.filter((name) => askedBy[name].some((field) => fields[field] !== "hidden")),
  ]);
  return [...text.matchAll(BRACES)].some(([, name = ""]) => !filled.has(name.trim()));
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
