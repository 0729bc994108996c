import type { Addressees } from "../../merging/targets";
import { sha256, toHex } from "../../platform/crypto";
import { type MailingVersion, type Wrapper, wrapperIn } from "../types";
import type { MadeVersion } from "./build";
import type { Material } from "./making";

/** Raised when other words, or in another order, are in it: one of another format says nothing of words. */
const FORMAT = 1;

/** What of a mailing stands for its words. */
type Worded = {
  versions: readonly MailingVersion[];
  material: Material;
  /** Of each version; null where they could not be made. */
  made: readonly MadeVersion[] | null;
  /** Whom the actions are addressed to whose targets the words name. */
  addressees: readonly Addressees[];
};

/**
 * Stands for the words of a mailing as they would leave: its own, those of its wrapper in the languages it has, of the snippets that were put
 * into it, of the actions it shows as cards, the names of targets, and the group's sign-off where it is named. The same words have the same
 * one, also in a copy; what is filled in for each person, and what our own frame says, is no part of it. Words that could not be made are
 * those of all snippets.
 */
export async function fingerprintOf({ versions, material, made, addressees }: Worded): Promise<string> {
  const { wrapper, group, actions, snippets } = material;
  const words = [
    versions.map(({ language, fromName, subject, preview, form, body, plain, amp }) => [
      ...[language, fromName, subject, preview, form, body, plain, amp ?? ""],
    ]),
    wrapper ? around(wrapper, versions) : [],
    [...new Set(made ? made.flatMap(({ snippetsNamed }) => snippetsNamed) : snippets.keys())]
      .toSorted()
      .map((name) => [name, snippets.get(name)?.form ?? null, snippets.get(name)?.body ?? null]),
    [...actions.values()].map(({ title, url, image, kind, currency }) => [
      ...[title, url, image && [image.src, image.alt], kind, currency],
    ]),
    !made || made.some(mayNameSignOff) ? group.settings.mail.signOff : null,
    addressees.map(({ actionNo, names, source }) => [actionNo, names, source]),
  ];
  return `${FORMAT}:${toHex(await sha256(JSON.stringify(words)))}`;
}

/** Whether one fingerprint can be held against another: one that was taken in another way says nothing. */
export function isComparable(fingerprint: string): boolean {
  return fingerprint.startsWith(`${FORMAT}:`);
}

function around(wrapper: Wrapper, versions: readonly MailingVersion[]) {
  return [...new Set(versions.map(({ language }) => language))].toSorted().map((language) => {
    const { html, plain, foot, amp } = wrapperIn(wrapper, language);
    return [language, html, plain, foot, amp];
  });
}

/** Wherever the word stands: Liquid reads it in more ways than one. */
function mayNameSignOff({ build: { fromName, subject, preview, html, plain, amp } }: MadeVersion): boolean {
  return [fromName, subject, preview, html, plain, amp ?? ""].some((text) => text.includes("sign_off"));
}
