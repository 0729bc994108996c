import type { SigningKeys } from "../env";
import { fromBase64Url, toBase64Url } from "./crypto";

/** Whose copy of which mailing it is. Of a proof, `isProof`: nothing done with it is counted or changes a person. */
export type MailCopy = { groupNo: number; mailingNo: number; personNo: number; isProof: boolean };

/** Where a copy's links lead, on the group's host. */
export const MAIL_PATH = "/m";
/** Laws ask that an unsubscribe link works for a month or two; people keep mails for years. */
export const MAIL_KEY_DAYS = 1_100;

const VERSION = 1;
const PROOF = 0x80;
/** Half of HMAC-SHA256, which RFC 2104 §5 allows. */
const SIGNATURE_BYTES = 16;
const DAY_MS = 86_400_000;

/**
 * What stands for one copy of a mailing in every address and header of it: short, signed for this purpose alone, expiring. One
 * for a whole mail, so that sending costs one signature however many links there are.
 * @param now ms; the key holds to the day when it was made
 */
export async function mailKey(keys: SigningKeys, copy: MailCopy, now: number): Promise<string> {
  const body = [VERSION | (copy.isProof ? PROOF : 0)];
  for (const number of [Math.floor(now / DAY_MS), copy.groupNo, copy.mailingNo, copy.personNo])
    pushNumber(body, number);
  const text = toBase64Url(Uint8Array.from(body));
  return `${text}.${toBase64Url(await signatureOf(keys, keys.current, text))}`;
}

/** The copy a key stands for; null for one that is forged, cut short, or too old. */
export async function readMailKey(keys: SigningKeys, key: string, now: number): Promise<MailCopy | null> {
  const [text = "", signature = "", more] = key.split(".");
  if (more !== undefined || !/^[\w-]{8,60}$/.test(text) || !/^[\w-]{22}$/.test(signature)) return null;
  const given = bytesOf(signature);
  if (!given) return null;
  for (const keyId of Object.keys(keys.keys)) {
    const made = await signatureOf(keys, keyId, text);
    if (crypto.subtle.timingSafeEqual(made, given)) return copyOf(bytesOf(text), now);
  }
  return null;
}

function copyOf(bytes: Uint8Array | null, now: number): MailCopy | null {
  if (!bytes) return null;
  const [first = 0, ...rest] = bytes;
  const numbers = decodeNumbers(rest);
  const [day, groupNo, mailingNo, personNo] = numbers;
  if ((first & ~PROOF) !== VERSION || numbers.length !== 4) return null;
  if (day === undefined || groupNo === undefined || mailingNo === undefined || personNo === undefined)
    return null;
  if (now / DAY_MS > day + MAIL_KEY_DAYS) return null;
  return { groupNo, mailingNo, personNo, isProof: (first & PROOF) !== 0 };
}

function bytesOf(text: string): Uint8Array | null {
  try {
    return fromBase64Url(text);
  } catch {
    return null;
  }
}

const signing = new Map<string, Promise<CryptoKey>>();
const encoder = new TextEncoder();

async function signatureOf(keys: SigningKeys, keyId: string, text: string): Promise<Uint8Array> {
  const secret = keys.keys[keyId] ?? "";
  const key =
    signing.get(secret) ??
    crypto.subtle.importKey(
      "raw",
      encoder.encode(`mail-copy:${secret}`),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["sign"],
    );
  signing.set(secret, key);
  const whole = await crypto.subtle.sign("HMAC", await key, encoder.encode(text));
  return new Uint8Array(whole, 0, SIGNATURE_BYTES);
}

/** Seven bits a byte, the lowest first, the eighth says that more follow (LEB128). */
function pushNumber(bytes: number[], number: number): void {
  let rest = number;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

function decodeNumbers(bytes: readonly number[]): number[] {
  const numbers: number[] = [];
  let number = 0;
  let place = 1;
  for (const byte of bytes) {
    number += (byte & 127) * place;
    place *= 128;
    if (byte >= 128) continue;
    numbers.push(number);
    number = 0;
    place = 1;
  }
  return place === 1 ? numbers : [];
}
