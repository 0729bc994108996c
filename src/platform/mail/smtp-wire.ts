/** What the SMTP client needs of a socket; `Socket` of cloudflare:sockets is one. */
export type Wire = {
  readable: ReadableStream<Uint8Array>;
  writable: WritableStream<Uint8Array>;
  startTls(): Wire;
  close(): Promise<void>;
};

export type SmtpReply = {
  code: number /** RFC 3463, such as "5.1.1"; "" without one */;
  status: string;
  lines: string[];
};

/** A reply that is longer is no reply. */
const REPLY_BYTES_MAX = 65_536;

/** The conversation stopped: nobody answers, the connection is gone, or what came is no SMTP. */
export class SmtpLost extends Error {}

/** A connection as lines of replies, which come one after another. Every failure is an `SmtpLost`. */
export class SmtpLines {
  readonly #wire: Wire;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #held = "";
  /** Nothing is waited for longer than up to this moment, in ms. */
  endBy: number;

  constructor(wire: Wire, endBy: number) {
    this.#wire = wire;
    this.endBy = endBy;
    this.#reader = wire.readable.getReader();
    this.#writer = wire.writable.getWriter();
  }

  async write(bytes: Uint8Array, timeoutMs: number): Promise<void> {
    await within(this.#writer.write(bytes), this.#least(timeoutMs));
  }

  async reply(timeoutMs: number): Promise<SmtpReply> {
    const lines: string[] = [];
    let bytes = 0;
    for (;;) {
      const line = await this.#line(timeoutMs);
      bytes += line.length;
      const [, code, mark, text = ""] = /^([2-5]\d\d)([ -]|$)(.*)$/s.exec(line) ?? [];
      if (code === undefined || bytes > REPLY_BYTES_MAX) throw new SmtpLost("no SMTP reply");
      lines.push(text);
      if (mark !== "-") return { code: Number(code), status: statusIn(lines[0] ?? ""), lines };
    }
  }

  async #line(timeoutMs: number): Promise<string> {
    for (;;) {
      const end = this.#held.indexOf("\n");
      if (end >= 0) {
        const line = this.#held.slice(0, end).replace(/\r$/, "");
        this.#held = this.#held.slice(end + 1);
        return line;
      }
      if (this.#held.length > REPLY_BYTES_MAX) throw new SmtpLost("a line too long");
      const { value, done } = await within(this.#reader.read(), this.#least(timeoutMs));
      if (done) throw new SmtpLost("the connection was closed");
      this.#held += this.#decoder.decode(value, { stream: true });
    }
  }

  #least(timeoutMs: number): number {
    return Math.min(timeoutMs, Math.max(0, this.endBy - Date.now()));
  }

  /** The same connection, encrypted from here. What came before that was asked for might be anybody's: it ends the connection. */
  secured(): SmtpLines {
    if (this.#held !== "") throw new SmtpLost("more than the reply to STARTTLS");
    this.#reader.releaseLock();
    this.#writer.releaseLock();
    return new SmtpLines(this.#wire.startTls(), this.endBy);
  }

  async close(): Promise<void> {
    await this.#wire.close().catch(() => undefined);
  }
}

function statusIn(text: string): string {
  return /^([245]\.\d{1,3}\.\d{1,3})(?:\s|$)/.exec(text)?.[1] ?? "";
}

async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SmtpLost("no answer in time")), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    throw error instanceof SmtpLost ? error : new SmtpLost(error instanceof Error ? error.message : "lost");
  } finally {
    clearTimeout(timer);
  }
}
