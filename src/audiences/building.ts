import type { Group } from "../groups/types";
import { type FormValues, single } from "../platform/forms";
import type { Locale } from "../ui/i18n";
import type { Draft } from "./builder";
import type { FormSetting } from "./clause-form";
import { changeDraft, type DraftGroup } from "./draft";

export { audienceFrom, type Draft, draftFrom, draftOf, type Problems } from "./builder";
export type { FormSetting } from "./clause-form";
export { namedKinds } from "./kind-names";
export { type Offers, offersFor } from "./offers";

const RECENT_DAYS = 7;

/** How the builder's fields are read for a group, by whoever reads this language. */
export function settingOf(group: Group, locale: Locale): FormSetting {
  return { timeZone: group.timeZone, currency: group.currency, decimalMark: locale === "en" ? "." : "," };
}

/** What a button of the builder makes of a draft. */
export function changedDraft(draft: Draft, command: string, values: FormValues): Draft {
  const added = (path: string) => single(values, `${path}:add`);
  const change = (root: DraftGroup) => changeDraft(root, command, added);
  if (command !== "recent")
    return { ...draft, include: change(draft.include), exclude: change(draft.exclude) };
  const recent = {
    ...{ path: `e.${draft.exclude.children.length}`, isNot: false, is: "mail" as const },
    values: { did: "received", when: "last", days: String(RECENT_DAYS) },
  };
  return { ...draft, exclude: { ...draft.exclude, children: [...draft.exclude.children, recent] } };
}
