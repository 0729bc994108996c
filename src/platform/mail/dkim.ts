import type { DkimKey } from "./bulk";

/** What a signature covers: everything a reader or a mailbox provider goes by (RFC 6376 §5.4.1, RFC 8058 §4). */
const SIGNED = [
  "From",
  "To",
  "Reply-To",
  "Subject",
  "Date",
  "Message-ID",
  "List-Id",
  "List-Unsubscribe",
  "List-Unsubscribe-Post",
  "MIME-Version",
  "Content-Type",
];
const LINE_MAX = 72;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const keys = new Map<string, Promise<CryptoKey>>();
/** Domains whose keys an isolate keeps; more begin again. */
const KEYS_MAX = 200;

/**
 * A mail with its DKIM signature before it (RFC 6376: rsa-sha256, relaxed/relaxed).
 * @param mime a whole mail in ASCII, its lines ended by CRLF
 * @param now ms
 */
export async function signed(mime: Uint8Array, key: DkimKey, now: number): Promise<Uint8Array> {
  const text = decoder.decode(mime);
  const split = text.indexOf("\r\n\r\n");
  const headers = headersIn(text.slice(0, split + 2));
  const body = relaxedBody(text.slice(split + 4));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(body))).toBase64();
  const names = SIGNED.filter((name) => headers.has(name.toLowerCase()));
  const tags = [
    "v=1",
    "a=rsa-sha256",
    "c=relaxed/relaxed",
    `d=${key.domain}`,
    `s=${key.selector}`,
    `t=${Math.floor(now / 1000)}`,
    `h=${names.join(":")}`,
    `bh=${hash}`,
    "b=",
  ];
  // Each a line of its own; the list of headers is the only one that is long, and is folded at its colons.
  const unsigned = `DKIM-Signature: ${tags.join(";\r\n ").replaceAll(/:(?=List-Id|List-Unsubscribe-Post|MIME)/g, ":\r\n  ")}`;
  const canonical = [...names.map((name) => headers.get(name.toLowerCase()) ?? ""), relaxedHeader(unsigned)];
  const bytes = await crypto.subtle.sign(
    "RSASSA-PKCS1-v1_5",
    await keyOf(key),
    encoder.encode(canonical.join("\r\n")),
  );
  const signature = new Uint8Array(bytes)
    .toBase64()
    .replaceAll(new RegExp(`.{${LINE_MAX}}(?=.)`, "g"), "$&\r\n ");
  const head = encoder.encode(`${unsigned}${signature}\r\n`);
  const result = new Uint8Array(head.length + mime.length);
  result.set(head);
  result.set(mime, head.length);
  return result;
}

/** The headers in their relaxed form, by their names in lower case. Each of ours stands once. */
function headersIn(head: string): Map<string, string> {
  const lines = head.replaceAll(/\r\n([ \t])/g, "$1").split("\r\n");
  return new Map(
    lines
      .filter((line) => line !== "")
      .map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), relaxedHeader(line)]),
  );
}

function relaxedHeader(line: string): string {
  const at = line.indexOf(":");
  const value = line
    .slice(at + 1)
    .replaceAll("\r\n", "")
    .replaceAll(/[ \t]+/g, " ")
    .trim();
  return `${line.slice(0, at).trim().toLowerCase()}:${value}`;
}

function relaxedBody(body: string): string {
  const relaxed = body.replaceAll(/[ \t]+(?=\r\n|$)/g, "").replaceAll(/[ \t]+/g, " ");
  const whole = relaxed.replace(/(\r\n)+$/, "");
  return whole === "" ? "" : `${whole}\r\n`;
}

function keyOf({ privateKey }: DkimKey): Promise<CryptoKey> {
  const known = keys.get(privateKey);
  if (known) return known;
  if (keys.size >= KEYS_MAX) keys.clear();
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const made = crypto.subtle.importKey("pkcs8", Uint8Array.fromBase64(privateKey), algorithm, false, [
    "sign",
  ]);
  keys.set(privateKey, made);
  return made;
}
