import type { ActionSnapshot } from "../actions/types";
import { fill, targetFields, targetValues, withoutFields, writerValues } from "../officials/merge";
import type { Target } from "../officials/types";
import { type FormValues, single } from "../platform/forms";
import { onceFor } from "../platform/once";
import type { T } from "../ui/i18n";
import { letterLanguage, variantFor, variantsIn } from "./text";
import type { LetterLanguage, LetterSettings, Variant } from "./types";

/** One letter as a supporter sees it before changing anything: to those who read this language. */
export type StartingLetter = {
  language: LetterLanguage;
  targets: Target[];
  variant: Variant;
  subject: string;
  body: string;
};

/** The letters somebody starts from: one for each language their targets read. */
export function startingLetters(
  t: T,
  { action }: ActionSnapshot,
  settings: LetterSettings,
  { targets, values }: { targets: readonly Target[]; values: FormValues },
): StartingLetter[] {
  const writer = writerValues({
    givenName: single(values, "givenName").trim(),
    familyName: single(values, "familyName").trim(),
    locality: single(values, "locality").trim(),
    postalCode: single(values, "postalCode").trim(),
  });
  const byLanguage = new Map<LetterLanguage, Target[]>();
  for (const target of targets) {
    const language = letterLanguage(settings.variants, target.language, action.locale);
    byLanguage.set(language, [...(byLanguage.get(language) ?? []), target]);
  }
  return [...byLanguage].flatMap(([language, its]) => {
    const pool = variantsIn(settings.variants, language, action.locale);
    const chosen = variantFor(pool, single(values, "email"));
    if (!chosen) return [];
    const [only] = its;
    const toOne = only && its.length === 1 ? targetValues(only) : {};
    const shown = (text: string) => withoutFields(asTokens(t, fill(text, { ...writer, ...toOne })));
    return [
      { language, targets: its, variant: chosen, subject: shown(chosen.subject), body: shown(chosen.body) },
    ];
  });
}

/** What differs from target to target stands in the text as words in brackets, which anybody can move or take out. */
function asTokens(t: T, text: string): string {
  return fill(text, tokensOf(t));
}

const tokensOf = onceFor((t: T) =>
  Object.fromEntries(targetFields.map((field) => [field, `[${t(`letters.tokens.${field}`)}]`])),
);

/** The same text with its merge fields, as it is kept. */
export function withFields(t: T, text: string): string {
  let kept = text;
  for (const [field, token] of Object.entries(tokensOf(t))) kept = kept.replaceAll(token, `{{${field}}}`);
  return kept;
}
