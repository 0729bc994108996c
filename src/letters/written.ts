import type { GroupDb } from "../groups/shard";
import type { StoredAnswer } from "../intake/types";
import { addresseeOf, type LetterTarget, type LetterText, type WrittenLetter, writeLetter } from "./email";
import { type LetterKey, partsOf, textsOf } from "./store";
import { ownLetter } from "./types";

/** A stored letter as it is sent or printed; null where its writer was removed or erased. */
export type ReadLetter<Key extends LetterKey> = {
  claim: Key;
  letter: WrittenLetter | null;
  target: LetterTarget | null;
};

/** Letters in the order they are asked for, each put together from what its writer said. */
export async function readLetters<Key extends LetterKey>(
  db: GroupDb,
  actionNo: number,
  claims: readonly Key[],
): Promise<ReadLetter<Key>[]> {
  if (claims.length === 0) return [];
  const parts = await partsOf(db, actionNo, claims);
  const answers = parts.map((part) => {
    const answer: StoredAnswer = JSON.parse(part.answer);
    return { part, answer, own: ownLetter.safeParse(answer.own ?? {}).data };
  });
  const hashes = answers.flatMap(({ own }) =>
    Object.values(own?.text ?? {}).flatMap((said) => ("v" in said ? [said.v] : [])),
  );
  const texts: ReadonlyMap<string, LetterText> = await textsOf(db, [...new Set(hashes)]);
  return claims.map((claim) => {
    const found = answers.find(({ part }) => isSame(part, claim));
    if (!found || found.part.isGone || !found.own) return { claim, letter: null, target: null };
    const { part, answer, own } = found;
    const to = addresseeOf(own.to, claim.target);
    const said = to && own.text[to.l];
    if (!to || !said) return { claim, letter: null, target: null };
    const letter = writeLetter({ answer, email: part.email ?? "" }, part, { language: to.l, said, texts });
    return { claim, letter, target: part };
  });
}

function isSame(one: LetterKey, other: LetterKey): boolean {
  return one.personNo === other.personNo && one.nth === other.nth && one.target === other.target;
}
