import { importX509 } from "jose";
import { z } from "zod";
import { LruCache } from "../lru";

/** A message of Amazon SNS as it is posted (docs.aws.amazon.com/sns, "parsing message formats"). */
const snsMessage = z.object({
  Type: z.enum(["Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"]),
  MessageId: z.string().min(1).max(200),
  TopicArn: z.string().max(300),
  Subject: z.string().optional(),
  Message: z.string(),
  Timestamp: z.iso.datetime(),
  SignatureVersion: z.enum(["1", "2"]),
  Signature: z.string().max(2_000),
  SigningCertURL: z.string().max(500),
  SubscribeURL: z.string().max(2_000).optional(),
  Token: z.string().max(2_000).optional(),
});
export type SnsMessage = z.infer<typeof snsMessage>;

/** Only Amazon's own servers: a certificate from anywhere else would prove nothing. */
const AMAZON = /^sns\.[a-z0-9-]{1,40}\.amazonaws\.com(\.cn)?$/;
const HOUR_MS = 3_600_000;
/** SNS delivers again for at most this long. */
const TOO_OLD_MS = 24 * HOUR_MS;
const CERTIFICATE_BYTES_MAX = 20_000;
/** Amazon changes them about once a year, and their address with them. */
const CERTIFICATE_MS = 24 * HOUR_MS;
const certificates = new LruCache<string>(10);

export type SnsRead = { is: "message"; message: SnsMessage } | { is: "forged"; why: string };
type Fetch = (url: string, init?: { redirect: "manual" }) => Promise<Response>;
/** Whoever was sent on elsewhere has left Amazon. */
const STAY = { redirect: "manual" } as const;
/**
 * Where certificates are, and nothing after it: the same host answers questions, and an answer may hold what somebody else put
 * there.
 */
const CERTIFICATE_PATH = /^\/SimpleNotificationService-[A-Za-z0-9]{1,64}\.pem$/;

/**
 * Reads a message of SNS and checks that Amazon signed it, for one of our topics, lately. Fails closed.
 * @throws when the certificate cannot be fetched: the message may be right, and comes again
 */
export async function readSns(
  body: string,
  {
    topics,
    now,
    fetchCertificate = fetch,
  }: { topics: readonly string[]; now: number; fetchCertificate?: Fetch },
): Promise<SnsRead> {
  const parsed = snsMessage.safeParse(jsonOf(body));
  if (!parsed.success) return { is: "forged", why: "form" };
  const message = parsed.data;
  if (!topics.includes(message.TopicArn)) return { is: "forged", why: "topic" };
  if (Math.abs(now - Date.parse(message.Timestamp)) > TOO_OLD_MS) return { is: "forged", why: "time" };
  const url = amazonsUrl(message.SigningCertURL, CERTIFICATE_PATH);
  if (url?.search !== "") return { is: "forged", why: "certificate" };
  if (!(await isSigned(message, now, fetchCertificate))) return { is: "forged", why: "signature" };
  return { is: "message", message };
}

/** Says yes to a subscription that our own topic asks for, at Amazon alone. */
export async function confirmSubscription(
  { SubscribeURL = "", TopicArn }: SnsMessage,
  get: Fetch = fetch,
): Promise<boolean> {
  const asked = amazonsUrl(SubscribeURL, /^\/$/)?.searchParams;
  if (asked?.get("Action") !== "ConfirmSubscription" || asked.get("TopicArn") !== TopicArn) return false;
  const response = await get(SubscribeURL, STAY);
  await response.body?.cancel();
  return response.ok;
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** An address at Amazon's own servers; null for any other. */
function amazonsUrl(text: string, path: RegExp): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const isTheirs =
    url.protocol === "https:" &&
    url.port === "" &&
    url.username === "" &&
    AMAZON.test(url.hostname) &&
    path.test(url.pathname);
  return isTheirs ? url : null;
}

async function isSigned(message: SnsMessage, now: number, get: Fetch): Promise<boolean> {
  const hash = message.SignatureVersion === "2" ? "SHA-256" : "SHA-1";
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash };
  let signature: Uint8Array;
  try {
    signature = Uint8Array.fromBase64(message.Signature);
  } catch {
    return false;
  }
  const key = await publicKey(await certificateAt(message.SigningCertURL, now, get), algorithm);
  return crypto.subtle.verify(algorithm, key, signature, new TextEncoder().encode(signedText(message)));
}

async function publicKey(pem: string, algorithm: { name: string; hash: string }): Promise<CryptoKey> {
  // jose finds the key inside the certificate; SHA-1, which topics still use unless told otherwise, it does not do itself.
  const found = await importX509(pem, "RS256", { extractable: true });
  const spki = await crypto.subtle.exportKey("spki", found);
  if (!(spki instanceof ArrayBuffer)) throw new Error("the key was not exported");
  return crypto.subtle.importKey("spki", spki, algorithm, false, ["verify"]);
}

async function certificateAt(url: string, now: number, get: Fetch): Promise<string> {
  const known = certificates.get(url, now);
  if (known !== undefined) return known;
  const response = await get(url, STAY);
  const text = await response.text();
  if (!response.ok || text.length > CERTIFICATE_BYTES_MAX)
    throw new Error(`no certificate: ${response.status}`);
  certificates.set(url, text, now + CERTIFICATE_MS);
  return text;
}

/** The names and values in the order Amazon signs them. */
function signedText(message: SnsMessage): string {
  const names =
    message.Type === "Notification"
      ? (["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"] as const)
      : (["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"] as const);
  return names
    .filter((name) => message[name] !== undefined)
    .map((name) => `${name}\n${message[name]}\n`)
    .join("");
}
