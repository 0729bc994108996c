import { sha256, toHex } from "../../platform/crypto";
import type { MailingVersion, Snippet } from "../types";
import type { Material } from "./making";
import { namesSignOff } from "./merge-fields";

/**
 * Stands for the words of a mailing as they would leave: its own, those of its wrapper in all languages, of the snippets they name, of the
 * actions it shows as cards, and the group's sign-off where they name it. The same words have the same one; what is filled in for each
 * person, and what our own frame says, is no part of it.
 */
export async function fingerprintOf(
  versions: readonly MailingVersion[],
  material: Material,
): Promise<string> {
  const { wrapper, group, actions } = material;
  const own = versions.map(({ revision: _, ...words }) => Object.values(words));
  const around = wrapper
    ? [{ ...wrapper, language: null }, ...wrapper.versions].map(({ language, html, plain, foot, amp }) => [
        ...[language, html, plain, foot, amp],
      ])
    : [];
  const snippets = namedIn(JSON.stringify([own, around]), [...material.snippets.values()]);
  const cards = [...actions.values()].map(({ title, url, image, kind }) => [title, url, image, kind]);
  const words = JSON.stringify([own, around, snippets, cards]);
  const signOff = namesSignOff(words) ? group.settings.mail.signOff : null;
  return toHex(await sha256(JSON.stringify([words, signOff])));
}

/** The snippets whose names stand in some words, and in each other, by way of whatever. */
function namedIn(words: string, all: readonly Snippet[]): string[][] {
  const found = new Map<string, string[]>();
  const look = (text: string) => {
    for (const { name, form, body } of all) {
      if (found.has(name) || !new RegExp(`(?<![a-z0-9-])${name}(?![a-z0-9-])`).test(text)) continue;
      found.set(name, [name, form, body]);
      look(body);
    }
  };
  if (words.includes("snippet")) look(words);
  return [...found.values()].toSorted(([one = ""], [other = ""]) => (one < other ? -1 : 1));
}
