import { fromBase64Url, toBase64Url } from "../crypto";

/**
 * What a copy's own addresses are for: bounces (the return path), leaving the list (`List-Unsubscribe: <mailto:…>`) and replies
 * (Reply-To, where the group reads them in its inbox).
 */
const returnPurposes = { b: "bounce", u: "unsubscribe", r: "reply" } as const;
export type ReturnPurpose = (typeof returnPurposes)[keyof typeof returnPurposes];

/** RFC 5321 §4.5.3.1.1. */
const LOCAL_PART_MAX = 64;
const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
const SIGNATURE_BYTES = 16;

/**
 * An address that names a copy: `b+<key>@domain`. The key is spelled again in letters of one case (RFC 4648 base32), since
 * mail servers on the way may make an address small.
 * @param key of `mailKey`
 * @param domain the installation's own (`config.mailDomain`): its mail comes to `email()`
 */
export function returnAddress(purpose: ReturnPurpose, key: string, domain: string): string {
  if (spelled.key !== key) spelled = { key, local: spell(key) };
  return `${purpose.charAt(0)}+${spelled.local}@${domain}`;
}

/** Of the key that was asked for last: a copy has several addresses. */
let spelled = { key: "", local: "" };

function spell(key: string): string {
  const dot = key.indexOf(".");
  const signature = fromBase64Url(key.slice(dot + 1));
  const body = fromBase64Url(key.slice(0, dot));
  const bytes = new Uint8Array(signature.length + body.length);
  bytes.set(signature);
  bytes.set(body, signature.length);
  return toBase32(bytes);
}

/**
 * The purpose and the key an address names, whatever its case and domain; null for all others. That the key is signed is for
 * `readMailKey` to say. Knows it also where "+" became "-", "=" or "_" on the way, and in SRS and BATV spellings.
 */
export function readReturnAddress(address: string): { purpose: ReturnPurpose; key: string } | null {
  const local = address.slice(0, Math.max(0, address.lastIndexOf("@"))).toLowerCase();
  if (local.length > LOCAL_PART_MAX * 3) return null;
  const found = /(?:^|[=<"/])([bur])[+=_-]([a-z2-7]{32,60})(?:$|[=>"@])/.exec(local);
  const [, letter = "", spelled = ""] = found ?? [];
  const bytes = fromBase32(spelled);
  const purpose = Object.entries(returnPurposes).find(([name]) => name === letter)?.[1];
  if (!purpose || !bytes || bytes.length <= SIGNATURE_BYTES) return null;
  const body = toBase64Url(bytes.subarray(SIGNATURE_BYTES));
  return { purpose, key: `${body}.${toBase64Url(bytes.subarray(0, SIGNATURE_BYTES))}` };
}

function toBase32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let rest = 0;
  for (const byte of bytes) {
    rest = (rest << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += LETTERS.charAt((rest >> (bits - 5)) & 31);
    rest &= (1 << bits) - 1;
  }
  return bits > 0 ? text + LETTERS.charAt((rest << (5 - bits)) & 31) : text;
}

function fromBase32(text: string): Uint8Array | null {
  const bytes: number[] = [];
  let bits = 0;
  let rest = 0;
  for (const letter of text) {
    const value = LETTERS.indexOf(letter);
    if (value < 0) return null;
    rest = (rest << 5) | value;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((rest >> bits) & 255);
    rest &= (1 << bits) - 1;
  }
  return rest === 0 ? Uint8Array.from(bytes) : null;
}
