import { SmtpLines, SmtpLost, type SmtpReply, type Wire } from "./smtp-wire";
import type { MailResult } from "./transport";

export type SmtpServer = {
  /** Opens a connection, encrypted at once where `security` is "implicit". */
  connect(): Wire;
  security: "implicit" | "starttls" | "none";
  user: string;
  password: string;
  /** How we call ourselves. */
  clientName: string;
};

/** A mail as SMTP takes it. Addresses are checked ASCII; the bytes are lines that end in CRLF. */
export type SmtpMail = { from: string; to: string; bytes: Uint8Array; id: string };

// RFC 5321 §4.5.3.2 allows minutes; a consumer of a queue has no more time than this.
const GREETING_MS = 15_000;
const COMMAND_MS = 30_000;
const ENDED_MS = 60_000;

/** The server will not talk to us: no fault of any mail. `reason` is a word for the log. */
export class SmtpSetUpError extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

const encoder = new TextEncoder();

/** One connection, signed in. Mails go over it one after another; see `send`. */
export class SmtpSession {
  readonly #lines: SmtpLines;
  readonly #canPipeline: boolean;
  /** Whether a mail was sent over it before: one that waited may have been closed meanwhile. */
  isUsed = false;

  private constructor(lines: SmtpLines, canPipeline: boolean) {
    this.#lines = lines;
    this.#canPipeline = canPipeline;
  }

  /**
   * Throws `SmtpSetUpError` or `SmtpLost`. Never gives a password to a connection that is not encrypted, unless told to be plain.
   * @param by ms: it is lost when it is not open by then
   */
  static async open(server: SmtpServer, by: number = Number.POSITIVE_INFINITY): Promise<SmtpSession> {
    let lines = new SmtpLines(server.connect(), by);
    try {
      expectCode(await lines.reply(GREETING_MS), 220, "greeting");
      let features = await greet(lines, server.clientName);
      if (server.security === "starttls") {
        if (!features.has("STARTTLS")) throw new SmtpSetUpError("no_starttls");
        expectCode(await say(lines, "STARTTLS"), 220, "starttls");
        lines = lines.secured();
        // What was said in the clear is not to be trusted.
        features = await greet(lines, server.clientName);
      }
      if (server.user !== "") await signIn(lines, server, features.get("AUTH") ?? "");
      return new SmtpSession(lines, features.has("PIPELINING"));
    } catch (error) {
      await lines.close();
      throw error;
    }
  }

  /**
   * Sends mails in their order and says what became of each. Where the server pipelines (RFC 2920) the end of one mail and the
   * envelope of the next leave together, which is one round trip a mail.
   * @param beginBy ms: no mail is begun later, and none is waited for longer than a minute more
   * @returns fewer results than mails when the connection was lost, or the time was over: of those left out nothing was handed
   * over. The last result is "unknown" when it was lost after the text of a mail had begun to leave.
   */
  async send(
    mails: readonly SmtpMail[],
    beginBy: number = Number.POSITIVE_INFINITY,
  ): Promise<{ results: MailResult[]; isOpen: boolean }> {
    this.#lines.endBy = beginBy + ENDED_MS;
    const results: MailResult[] = [];
    let isTextLeaving = false;
    let needsReset = false;
    try {
      let envelope: Envelope | null = null;
      for (const [at, mail] of mails.entries()) {
        if (envelope === null && Date.now() >= beginBy) break;
        envelope ??= await this.#begin(mail, needsReset);
        const next = mails[at + 1];
        const refused: MailResult | null = envelope.refused;
        const isTaken: boolean = envelope.isTaken;
        envelope = null;
        needsReset = refused !== null && !isTaken;
        if (refused && !isTaken) {
          results.push(refused);
          continue;
        }
        isTextLeaving = refused === null;
        const text = refused ? ".\r\n" : stuffed(mail.bytes);
        const isNextNow = this.#canPipeline && Date.now() < beginBy;
        const follows: string = next && isNextNow ? envelopeOf(next) : "";
        await this.#lines.write(joined(text, follows), COMMAND_MS);
        const ended = await this.#lines.reply(ENDED_MS);
        isTextLeaving = false;
        results.push(refused ?? resultOf(ended, "text", mail.id));
        if (ended.code === 421) throw new SmtpLost("421");
        if (follows !== "" && next) envelope = await this.#answered();
      }
      if (needsReset) await say(this.#lines, "RSET");
      this.isUsed = true;
      return { results, isOpen: true };
    } catch (error) {
      if (!(error instanceof SmtpLost)) throw error;
      if (isTextLeaving) results.push({ outcome: "unknown", reason: "lost_after_data" });
      await this.#lines.close();
      return { results, isOpen: false };
    }
  }

  async quit(): Promise<void> {
    this.#lines.endBy = Number.POSITIVE_INFINITY;
    await say(this.#lines, "QUIT").catch(() => undefined);
    await this.#lines.close();
  }

  async #begin(mail: SmtpMail, needsReset: boolean): Promise<Envelope> {
    if (needsReset) await say(this.#lines, "RSET");
    if (this.#canPipeline) {
      await this.#lines.write(encoder.encode(envelopeOf(mail)), COMMAND_MS);
      return this.#answered();
    }
    for (const [step, command] of commandsOf(mail).entries()) {
      const reply = await say(this.#lines, command);
      if (reply.code === 421) throw new SmtpLost("421");
      const refused = refusalOf(reply, STEPS[step] ?? "data");
      if (refused) return { refused, isTaken: false };
    }
    return { refused: null, isTaken: true };
  }

  /** The three answers to an envelope that left at once. */
  async #answered(): Promise<Envelope> {
    let refused: MailResult | null = null;
    let isTaken = false;
    for (const step of STEPS) {
      const reply = await this.#lines.reply(COMMAND_MS);
      refused ??= refusalOf(reply, step);
      isTaken = step === "data" && reply.code === 354;
      if (reply.code === 421) throw new SmtpLost("421");
    }
    return { refused, isTaken };
  }
}

/** @param isTaken the server waits for the text, though it may have refused the recipient */
type Envelope = { refused: MailResult | null; isTaken: boolean };

const STEPS = ["from", "to", "data"] as const;

function commandsOf({ from, to }: SmtpMail): string[] {
  return [`MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, "DATA"];
}

function envelopeOf(mail: SmtpMail): string {
  return `${commandsOf(mail).join("\r\n")}\r\n`;
}

function refusalOf(reply: SmtpReply, step: (typeof STEPS)[number]): MailResult | null {
  const isFine = step === "data" ? reply.code === 354 : reply.code >= 200 && reply.code < 300;
  return isFine ? null : resultOf(reply, step, "");
}

/**
 * RFC 5321 §4.2.1: 4xx may be tried again, 5xx may not; "you must sign in" is no fault of the mail, and what is said of the sender,
 * before anybody was named, is about us: a day's quota, an account that is not set up.
 */
function resultOf({ code, status }: SmtpReply, step: string, id: string): MailResult {
  if (step === "text" && code >= 200 && code < 300) return { outcome: "accepted", id };
  const reason = [step, code, status].filter((part) => part !== "").join("_");
  if (step === "from" || code === 530 || code === 535 || code === 538)
    return { outcome: "transient", reason };
  if (code >= 500) return { outcome: "permanent", reason };
  if (code >= 400) return { outcome: "transient", reason };
  // Something that is no answer to this: after the text it may mean anything.
  return step === "text" ? { outcome: "unknown", reason } : { outcome: "transient", reason };
}

async function say(lines: SmtpLines, command: string): Promise<SmtpReply> {
  await lines.write(encoder.encode(`${command}\r\n`), COMMAND_MS);
  return lines.reply(COMMAND_MS);
}

function expectCode({ code }: SmtpReply, expected: number, step: string): void {
  if (code !== expected) throw new SmtpSetUpError(`${step}_${code}`);
}

/** EHLO, and what the server offers: keywords with their parameters. */
async function greet(lines: SmtpLines, clientName: string): Promise<Map<string, string>> {
  const reply = await say(lines, `EHLO ${clientName}`);
  expectCode(reply, 250, "ehlo");
  return new Map(
    reply.lines.slice(1).map((line) => {
      const [keyword = "", ...parameters] = line.toUpperCase().split(/[ =]/);
      return [keyword, parameters.join(" ")];
    }),
  );
}

/** RFC 4954; PLAIN (RFC 4616) before LOGIN. */
async function signIn(lines: SmtpLines, { user, password }: SmtpServer, offered: string): Promise<void> {
  const ways = offered.split(" ");
  if (ways.includes("PLAIN")) {
    expectCode(await say(lines, `AUTH PLAIN ${base64(`\0${user}\0${password}`)}`), 235, "auth");
    return;
  }
  if (!ways.includes("LOGIN")) throw new SmtpSetUpError("no_auth");
  expectCode(await say(lines, "AUTH LOGIN"), 334, "auth");
  expectCode(await say(lines, base64(user)), 334, "auth");
  expectCode(await say(lines, base64(password)), 235, "auth");
}

function base64(text: string): string {
  let binary = "";
  for (const byte of encoder.encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

const CR = 13;
const LF = 10;
const DOT = 46;

/** RFC 5321 §4.5.2: a dot before each line that begins with one, and the line of one dot that ends the text. */
export function stuffed(bytes: Uint8Array): Uint8Array {
  let dots = 0;
  for (let at = bytes.indexOf(DOT); at >= 0; at = bytes.indexOf(DOT, at + 1)) {
    if (at === 0 || bytes[at - 1] === LF) dots += 1;
  }
  const endsWell = bytes.at(-1) === LF && bytes.at(-2) === CR;
  const end = encoder.encode(endsWell ? ".\r\n" : "\r\n.\r\n");
  const result = new Uint8Array(bytes.length + dots + end.length);
  let from = 0;
  let to = 0;
  for (let at = dots > 0 ? bytes.indexOf(DOT) : -1; at >= 0; at = bytes.indexOf(DOT, at + 1)) {
    if (at > 0 && bytes[at - 1] !== LF) continue;
    result.set(bytes.subarray(from, at), to);
    to += at - from;
    result[to++] = DOT;
    from = at;
  }
  result.set(bytes.subarray(from), to);
  result.set(end, to + bytes.length - from);
  return result;
}

function joined(text: Uint8Array | string, follows: string): Uint8Array {
  const first = typeof text === "string" ? encoder.encode(text) : text;
  if (follows === "") return first;
  const second = encoder.encode(follows);
  const result = new Uint8Array(first.length + second.length);
  result.set(first);
  result.set(second, first.length);
  return result;
}
