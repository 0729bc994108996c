import type { T } from "../ui/i18n";

/** The kinds of action, as `actions.kind` names them: their folders are of a higher rank. */
const kindNames = [
  "petition",
  "letter",
  "call",
  "form",
  "survey",
  "event",
  "event_campaign",
  "fundraiser",
] as const;

/** What a kind is called; one nobody has a word for by its own name. */
export function kindName(t: T, name: string): string {
  const known = kindNames.find((each) => each === name);
  return known ? t(`audiences.kinds.${known}`) : name;
}

/** Every kind with what it is called. */
export function namedKinds(t: T): { name: string; label: string }[] {
  return kindNames.map((name) => ({ name, label: t(`audiences.kinds.${name}`) }));
}
