import { type ReturnPurpose, readReturnAddress } from "../platform/mail/return-addresses";
import { MAIL_PATH } from "../platform/mail-keys";
import { fieldsIn, isAutomatic, isReturned } from "./automatic";
import { verdictOf } from "./fault";
import { headersIn, type ReadMail } from "./read-mail";
import { type Fault, HOPS_MAX, REASON_MAX, type ReturnKind } from "./types";

/** On every mail that we forward, so that one that comes back is known. */
export const LOOP_HEADER = "X-Groundswell-Forwarded";

/** What a mail turned out to be. Which copy it is about is said by keys, which are signed. */
export type Recognised =
  | { is: "returned"; how: ReturnKind; fault: Fault; reason: string; recipient: string }
  | { is: "unsubscribe" }
  | { is: "automatic" }
  | { is: "loop" }
  | { is: "reply" }
  | { is: "unknown"; cause: "no_sense" | "not_a_mail" };

export type Envelope = { from: string; to: string };

/** Whether something on the way here says that a mail of ours has come back as if it were new. */
function isLoop(mail: ReadMail, rootDomain: string): boolean {
  if (mail.headers.has(LOOP_HEADER.toLowerCase())) return true;
  if ((mail.headers.get("received")?.length ?? 0) > HOPS_MAX) return true;
  const lists = (mail.headers.get("list-id") ?? []).join(" ").toLowerCase();
  return lists.includes(`.${rootDomain}>`) || lists.includes(`<${rootDomain}>`);
}

/**
 * What a mail is. Reports come first: by their form, then by their words. An address for leaving the list means just that,
 * whatever the mail says.
 * @param purpose of the address it came to; null for one of nobody's copy
 */
export function recognise(
  mail: ReadMail,
  envelope: Envelope,
  purpose: ReturnPurpose | null,
  rootDomain: string,
): Recognised {
  const complaint = complaintIn(mail);
  if (complaint) return complaint;
  const report = deliveryReportIn(mail);
  if (report) return report;
  if (purpose === "unsubscribe") return { is: "unsubscribe" };
  if (isLoop(mail, rootDomain)) return { is: "loop" };
  if (isReturned(mail, envelope.from)) return byWords(mail);
  if (isAutomatic(mail)) return { is: "automatic" };
  if (purpose === "bounce") return atReturnPath(mail, envelope);
  if (!mail.isWhole && mail.headers.size === 0) return { is: "unknown", cause: "not_a_mail" };
  return isLeaving(mail) ? { is: "unsubscribe" } : { is: "reply" };
}

/** Nobody but programs writes to a return path: without any sign it is kept, unless nobody is said to have sent it. */
function atReturnPath(mail: ReadMail, envelope: Envelope): Recognised {
  const isNobodys = envelope.from === "" || envelope.from === "<>";
  return isNobodys ? byWords(mail) : { is: "unknown", cause: "no_sense" };
}

/** Of a text, where only its beginning matters. */
const WORDS_MAX = 2_000;
const LEAVING_MAX = 60;
const LEAVING =
  /^(?:please |pls )?(?:unsubscribe(?: me)?|stop|remove(?: me)?|opt[ -]?out|désabonn(?:er|ement|ez-moi)|désinscri(?:re|ption|vez-moi)|me désabonner|arrêt|baja|darme de baja|dar de baja|cancelar(?: suscripci[oó]n)?|abmelden|abbestellen|austragen)(?: please| svp| s'il vous plaît| por favor| bitte)?[\s.!]*$/iu;

/** An answer that says nothing but that somebody wants to leave. */
function isLeaving(mail: ReadMail): boolean {
  const [words = ""] = mail.text
    .slice(0, WORDS_MAX)
    .trim()
    .split(/\n\s*(?:\n|>|--|on .{5,100} wrote:|le .{5,100} écrit)/iu);
  const line = words.trim();
  if (line.length > LEAVING_MAX) return false;
  return LEAVING.test(line) || (line === "" && LEAVING.test(mail.subject.trim()));
}

/** RFC 5965, and the same without its form: Outlook's programme for senders, Yahoo's and AOL's "redacted" copies. */
function complaintIn(mail: ReadMail): Recognised | null {
  const part = mail.reports.find(({ type }) => type === "message/feedback-report");
  if (part) {
    const [fields = new Map<string, string[]>()] = fieldsIn(part.text);
    const type = (fields.get("feedback-type")?.[0] ?? "abuse").trim().toLowerCase().slice(0, 40);
    // Somebody said "this is no spam", or a mailing system unsubscribes them by report (RFC 6430 and practice).
    if (type.startsWith("not-spam")) return { is: "automatic" };
    if (type.startsWith("opt-out")) return { is: "unsubscribe" };
    if (type.startsWith("auth-failure")) return { is: "unknown", cause: "no_sense" };
    const recipient = addressIn(fields.get("original-rcpt-to")?.[0] ?? fields.get("removal-recipient")?.[0]);
    return { is: "returned", how: "complaint", fault: "other", reason: `Feedback-Type: ${type}`, recipient };
  }
  const from = mail.fromEmail.toLowerCase();
  const isProgramme =
    mail.headers.has("x-hmxmroriginalrecipient") ||
    /^(?:staff@hotmail\.com|scomp@aol\.net|feedback@arf\.mail\.yahoo\.com|fbl[a-z-]*@|feedbackloop@|abuse-report@)/.test(
      from,
    );
  const hasOriginal = mail.reports.some(({ type }) => type !== "message/delivery-status");
  if (!isProgramme || !(hasOriginal || /complaint|abuse|spam|feedback/i.test(mail.subject))) return null;
  const recipient = addressIn(mail.headers.get("x-hmxmroriginalrecipient")?.[0]);
  return { is: "returned", how: "complaint", fault: "other", reason: clean(mail.subject), recipient };
}

const DELIVERED = new Set(["delivered", "relayed", "expanded"]);

/** RFC 3464. */
function deliveryReportIn(mail: ReadMail): Recognised | null {
  const part = mail.reports.find(({ type }) => /delivery-status$/.test(type));
  const text = part?.text ?? (mail.isWhole ? "" : mail.text);
  if (!part && !/^final-recipient:/im.test(text)) return null;
  const groups = fieldsIn(text).filter((fields) => fields.has("action") || fields.has("status"));
  const about = groups.find((fields) => /fail/i.test(fields.get("action")?.[0] ?? "")) ?? groups[0];
  if (!about) return isReturned(mail, "") ? byWords(mail) : null;
  const value = (name: string) => (about.get(name)?.[0] ?? "").trim();
  const action = (value("action").split(/[\s(;]/)[0] ?? "").toLowerCase();
  const status = /[245]\.\d{1,3}\.\d{1,3}/.exec(value("status"))?.[0] ?? "";
  const said = value("diagnostic-code").replace(/^(?:smtp|x-[\w-]+)\s*;\s*/i, "");
  const recipient = addressIn(value("original-recipient")) || addressIn(value("final-recipient"));
  const reason = clean(said || faultLine(mail.text) || value("status"));
  if (DELIVERED.has(action)) return { is: "returned", how: "delivered", fault: "other", reason, recipient };
  const verdict = verdictOf(said || faultLine(mail.text), status);
  if (action === "delayed") return { is: "returned", how: "delay", fault: verdict.fault, reason, recipient };
  return { is: "returned", ...verdict, reason, recipient };
}

const DELAYED =
  /delivery (?:is |has been |was )?(?:delayed|incomplete|temporarily)|(?:has|have) not (?:yet )?been delivered|will (?:be )?(?:retr(?:y|ied)|keep trying|continue to try|try again)|still (?:being )?(?:retried|trying)|no action is required|do not need to resend|delayed mail|retard|différée|wird weiter versucht|verzögert|se (?:está )?retras/iu;
const GAVE_UP =
  /giving up|given up|permanent (?:error|failure|fatal)|\bfatal|could ?n(?:o|')t be delivered|failed permanently/i;

/** Spaces alone, no line ends: what reads over these takes time by the square of the empty lines of a mail. */
const LONE_ADDRESS = /^[ \t]*<?([^\s<>@]{1,64}@[^\s<>:]{1,200})>?:?[ \t]*\r?$/m;

/** A return without the form of one: qmail, old Exim, Exchange in every language, postmasters' own words. */
function byWords(mail: ReadMail): Recognised {
  const about = `${mail.subject}\n${mail.text.slice(0, 4_000)}`;
  const line = faultLine(mail.text) || mail.subject;
  const verdict = verdictOf(`${line} ${withoutOriginal(mail.text).slice(0, 1_500)}`);
  const recipient =
    addressIn(mail.headers.get("x-failed-recipients")?.[0]) || addressIn(LONE_ADDRESS.exec(mail.text)?.[1]);
  const how = DELAYED.test(about) && !GAVE_UP.test(about) ? "delay" : verdict.how;
  return { is: "returned", how, fault: verdict.fault, reason: clean(line), recipient };
}

/** What stands before the mail that came back, or what looks like it. */
function withoutOriginal(whole: string): string {
  const text = whole.slice(0, WORDS_MAX * 10);
  const at = text.search(
    /^-{2,}.{0,80}(?:original|below|copy of|message (?:header|text)|returned message|message d'origine|mensaje original|ursprüngliche).*$|^received: from|^return-path:/im,
  );
  return at > 0 ? text.slice(0, at) : text;
}

/** The line that says why: one with a code of SMTP, or else with words that are known. */
function faultLine(text: string): string {
  const lines = withoutOriginal(text)
    .split(/\r?\n/)
    .slice(0, 200)
    .map((line) => line.trim().slice(0, 500));
  const at = lines.findIndex((line) =>
    /(?<!\d)[45]\d\d[ -]|(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])/.test(line),
  );
  const known = at >= 0 ? at : lines.findIndex((line) => line !== "" && verdictOf(line).fault !== "other");
  if (known < 0) return "";
  // Servers fold their answers over several lines.
  return lines
    .slice(known, known + 3)
    .join(" ")
    .trim();
}

function addressIn(text: string | undefined): string {
  const found = /[^\s<>;"]{1,64}@[^\s<>;"]{1,253}/.exec((text ?? "").slice(0, 1_000))?.[0] ?? "";
  return found.toLowerCase();
}

function clean(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .slice(0, REASON_MAX);
}

const KEYS_MAX = 12;
const ADDRESSES = /[bur][+=_-][a-z2-7]{32,60}(?:@|=40)[\w.-]{0,100}/gi;
const PLAIN_KEYS = /[\w-]{8,60}\.[\w-]{22}(?=@)/g;

/**
 * The keys that stand anywhere in a mail, its own addresses first: in the mail that came back, its Message-ID, its links. Most
 * providers that hide who complained leave these.
 */
export function keysIn(mail: ReadMail, to: string): string[] {
  const found = new Set<string>();
  const own = [to, ...(mail.headers.get("to") ?? []), ...(mail.headers.get("delivered-to") ?? [])];
  for (const address of own) addKey(found, readReturnAddress(address.trim())?.key);
  const returned = mail.reports.map(({ text }) => text);
  const texts = [
    ...own,
    ...returned,
    ...(mail.headers.get("in-reply-to") ?? []),
    ...(mail.headers.get("references") ?? []),
  ];
  for (const text of [...texts, mail.text, mail.raw]) {
    if (found.size >= KEYS_MAX) break;
    // Quoted-printable breaks long lines wherever it likes.
    addKeysOf(found, text.replace(/=\r?\n/g, ""));
  }
  return [...found].slice(0, KEYS_MAX);
}

/** The keys that stand in a text, some at most. */
export function keysInText(text: string): string[] {
  const found = new Set<string>();
  addKeysOf(found, text);
  return [...found];
}

function addKeysOf(found: Set<string>, text: string): void {
  for (const [address] of text.matchAll(ADDRESSES)) {
    if (found.size >= KEYS_MAX) return;
    addKey(found, readReturnAddress(address.replace("=40", "@"))?.key);
  }
  const links = new RegExp(`${MAIL_PATH}/([\\w-]{8,60}\\.[\\w-]{22})(?=[/?"'\\s<>]|$)`, "g");
  for (const [, key] of text.matchAll(links)) {
    if (found.size >= KEYS_MAX) return;
    addKey(found, key);
  }
  for (const [key] of text.matchAll(PLAIN_KEYS)) {
    if (found.size >= KEYS_MAX) return;
    addKey(found, key);
  }
}

function addKey(found: Set<string>, key: string | undefined): void {
  if (key !== undefined) found.add(key);
}

/** The subject of the mail that came back, for whoever looks at one nothing could be made of. */
export function originalSubject(mail: ReadMail): string {
  const original = mail.reports.find(({ type }) => /rfc822/.test(type));
  return original ? clean(headersIn(original.text).get("subject")?.[0] ?? "") : "";
}
