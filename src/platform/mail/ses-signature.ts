import type { Config } from "../../env";

const encoder = new TextEncoder();
const SIGNED_HEADERS = "host;x-amz-date";

type Key = { day: string; key: CryptoKey };

/**
 * Signs calls to one address of SES (AWS Signature Version 4), as `ses-client.ts` does for everything else: of a mailing's copies
 * only the body and the time differ, and what a general library works out anew for each call costs as much as the mail.
 * @returns what makes the headers of a POST of JSON with this body at this moment (ms)
 */
export function sesSigner(
  { BULK_SES_KEY_ID, BULK_SES_SECRET, BULK_SES_REGION }: Config,
  url: URL,
): (body: Uint8Array, now: number) => Promise<Record<string, string>> {
  let known: Key | null = null;
  const keyOf = async (day: string): Promise<CryptoKey> => {
    if (known?.day === day) return known.key;
    let bytes: Uint8Array = encoder.encode(`AWS4${BULK_SES_SECRET}`);
    for (const part of [day, BULK_SES_REGION, "ses", "aws4_request"])
      bytes = new Uint8Array(await hmac(await imported(bytes), part));
    known = { day, key: await imported(bytes) };
    return known.key;
  };
  return async (body, now) => {
    const at = new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, "");
    const day = at.slice(0, 8);
    const headers = `host:${url.host}\nx-amz-date:${at}\n`;
    const call = `POST\n${url.pathname}\n\n${headers}\n${SIGNED_HEADERS}\n${await sha256(body)}`;
    const scope = `${day}/${BULK_SES_REGION}/ses/aws4_request`;
    const text = `AWS4-HMAC-SHA256\n${at}\n${scope}\n${await sha256(encoder.encode(call))}`;
    const signature = hex(await hmac(await keyOf(day), text));
    return {
      "Content-Type": "application/json",
      "X-Amz-Date": at,
      Authorization: `AWS4-HMAC-SHA256 Credential=${BULK_SES_KEY_ID}/${scope}, SignedHeaders=${SIGNED_HEADERS}, Signature=${signature}`,
    };
  };
}

function imported(bytes: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

function hmac(key: CryptoKey, text: string): Promise<ArrayBuffer> {
  return crypto.subtle.sign("HMAC", key, encoder.encode(text));
}

async function sha256(bytes: Uint8Array): Promise<string> {
  return hex(await crypto.subtle.digest("SHA-256", bytes));
}

function hex(bytes: ArrayBuffer): string {
  return new Uint8Array(bytes).toHex();
}
