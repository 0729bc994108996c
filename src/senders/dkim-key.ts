import type { Config } from "../env";
import { hmacSha256 } from "../platform/crypto";
import type { DkimKey } from "../platform/mail/bulk";

const KEY_BITS = 2048;
const IV_BYTES = 12;

type Kept = { domain: string; detail: Record<string, string> };

/** A new pair of keys for a domain: the public one as its record has it, the private one sealed for the directory. */
export async function makeDkimKey(
  config: Pick<Config, "IDENTITY_PEPPER">,
  domain: string,
): Promise<{ publicKey: string; sealedKey: string }> {
  const algorithm = {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: KEY_BITS,
    publicExponent: Uint8Array.of(1, 0, 1),
  };
  const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  if (!("privateKey" in pair)) throw new Error("no pair of keys was made");
  const [privateKey, publicKey] = await Promise.all([
    exported("pkcs8", pair.privateKey),
    exported("spki", pair.publicKey),
  ]);
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const key = await sealingKey(config, domain);
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, privateKey));
  return { publicKey: publicKey.toBase64(), sealedKey: Uint8Array.from([...iv, ...sealed]).toBase64() };
}

async function exported(format: "pkcs8" | "spki", key: CryptoKey): Promise<Uint8Array> {
  const bytes = await crypto.subtle.exportKey(format, key);
  if (!(bytes instanceof ArrayBuffer)) throw new Error("a key was not exported");
  return new Uint8Array(bytes);
}

/** The key a domain's mail is signed with; null when there is none. Throws when it was sealed with another pepper. */
export async function openDkimKey(
  config: Pick<Config, "IDENTITY_PEPPER">,
  { domain, detail }: Kept,
): Promise<DkimKey | null> {
  const { selector, sealedKey } = detail;
  if (!selector || !sealedKey) return null;
  const bytes = Uint8Array.fromBase64(sealedKey);
  const algorithm = { name: "AES-GCM", iv: bytes.subarray(0, IV_BYTES) };
  const opened = await crypto.subtle.decrypt(
    algorithm,
    await sealingKey(config, domain),
    bytes.subarray(IV_BYTES),
  );
  return { domain, selector, privateKey: new Uint8Array(opened).toBase64() };
}

/** Of the pepper, which is never rotated, since a rotated key would silently unsign every mail. */
async function sealingKey({ IDENTITY_PEPPER }: Pick<Config, "IDENTITY_PEPPER">, domain: string) {
  const bytes = await hmacSha256(IDENTITY_PEPPER, `dkim:${domain}`);
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}
