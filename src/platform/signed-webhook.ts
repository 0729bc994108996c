/** How far a sender's clock may be off; what is older is a recording. */
const TOLERANCE_SECONDS = 300;
const PREFIX = "whsec_";

export type SignedHeaders = { id: string; timestamp: string; signature: string };

/**
 * Whether a message was signed with the secret we share, lately (Standard Webhooks: HMAC-SHA256 of id, time and body). Fails
 * closed, also without a secret.
 * @param secret "whsec_" and base64; several by commas while one is being replaced
 */
export async function isSignedMessage(
  secret: string,
  { id, timestamp, signature }: SignedHeaders,
  body: string,
  now: number,
): Promise<boolean> {
  if (!/^\d{1,12}$/.test(timestamp) || id === "" || id.length > 200) return false;
  if (Math.abs(now / 1_000 - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  const given = signature
    .split(" ")
    .slice(0, 10)
    .flatMap((each) => (each.startsWith("v1,") ? bytesOf(each.slice(3)) : []));
  for (const each of secret.split(",").map((text) => text.trim())) {
    if (each === "") continue;
    const made = await signatureOf(each, `${id}.${timestamp}.${body}`);
    if (
      made &&
      given.some((bytes) => bytes.length === made.length && crypto.subtle.timingSafeEqual(bytes, made))
    )
      return true;
  }
  return false;
}

/** What a sender writes into `webhook-signature`. */
export async function signMessage(
  secret: string,
  id: string,
  timestamp: string,
  body: string,
): Promise<string> {
  const made = await signatureOf(secret, `${id}.${timestamp}.${body}`);
  return `v1,${made?.toBase64() ?? ""}`;
}

async function signatureOf(secret: string, text: string): Promise<Uint8Array | null> {
  const [bytes] = bytesOf(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret);
  if (!bytes || bytes.length < 16) return null;
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text)));
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer>[] {
  try {
    return [Uint8Array.fromBase64(base64)];
  } catch {
    return [];
  }
}
