import { sha256, toHex } from "../platform/crypto";
import { type Locale, translator } from "../ui/i18n";
import type { Action, CommonSettings } from "./types";

const HASH_BYTES = 8;

/**
 * Names a consent wording for ever: the first 8 bytes of SHA-256 over mode, language and text, as 16 hexadecimal digits.
 * The wording itself is stored once under this name, so that each answer points at exactly what was asked.
 */
export async function consentHash(action: Pick<Action, "locale" | "settings">): Promise<string> {
  const { mode, text } = action.settings.consent;
  return wordingHash(mode, action.locale, text);
}

/** The same of any wording: however it was asked, in which language, and the words. */
export async function wordingHash(mode: string, locale: Locale, text: string): Promise<string> {
  return toHex((await sha256(`${mode}\n${locale}\n${text}`)).slice(0, HASH_BYTES));
}

type Asking = { name: string; settings: { consentText: string } };

/** What a group asks when an action says nothing of its own: the group's sentence, or the platform's in the page's language. */
export function usualConsent(group: Asking, locale: Locale): string {
  return group.settings.consentText || translator(locale)("actions.consent.standard", { group: group.name });
}

/** The consent with its sentence written out, so that what is stored is what is shown; the usual sentence follows the language. */
export function withConsentText(
  consent: CommonSettings["consent"],
  group: Asking,
  locale: Locale,
  localeBefore: Locale = locale,
): CommonSettings["consent"] {
  const isUsual = consent.text === "" || consent.text === usualConsent(group, localeBefore);
  return isUsual ? { ...consent, text: usualConsent(group, locale) } : consent;
}
