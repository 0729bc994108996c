import { sha256, toHex } from "../platform/crypto";

/** Hexadecimal digits of a number that JavaScript and SQLite both hold exactly. */
const DIGITS = 13;

/**
 * The number that stands for a mail beside its letters: 52 bits of the hash of the id the provider gave it. The id itself
 * is ten times as long, twice for every letter. Two of ten million mails share a number with odds of 1 in 90.
 */
export async function messageKey(messageId: string): Promise<number> {
  return Number.parseInt(toHex(await sha256(messageId)).slice(0, DIGITS), 16);
}
