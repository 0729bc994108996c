import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SmtpSession, stuffed } from "./smtp";
import { smtpPool } from "./smtp-pool";
import type { Wire } from "./smtp-wire";

/* What a real relay does not do for a test: be silent, break off and lie. The rest is shown with one in test/bulk-mail.test.ts. */

/** A server that answers what was said, command by command; `null` closes, `undefined` is silence. */
function scripted(answer: (said: string) => string | null | undefined, greeting = "220 hello\r\n") {
  const said: string[] = [];
  let reply: ReadableStreamDefaultController<Uint8Array>;
  const encoder = new TextEncoder();
  const say = (text: string) => reply.enqueue(encoder.encode(text));
  const open = (first: string): Wire => ({
    readable: new ReadableStream({
      start(controller) {
        reply = controller;
        if (first !== "") say(first);
      },
    }),
    writable: new WritableStream({
      write(bytes) {
        const text = new TextDecoder().decode(bytes);
        said.push(text);
        const answered = answer(text);
        if (answered === null) reply.close();
        else if (answered !== undefined) say(answered);
      },
    }),
    startTls: () => open(""),
    close: async () => undefined,
  });
  const connect = () => open(greeting);
  const server = { connect, security: "none", user: "", password: "", clientName: "us.example" } as const;
  return { said, server, say };
}

const mail = (n: number, text = "Subject: x\r\n\r\nbody\r\n") => ({
  from: `b+${n}@us.example`,
  to: `p${n}@example.org`,
  bytes: new TextEncoder().encode(text),
  id: `<${n}>`,
});

/** Takes everything, pipelined or not. */
function polite(said: string): string {
  if (said.startsWith("EHLO")) return "250-us\r\n250-PIPELINING\r\n250 8BITMIME\r\n";
  const ended = said.startsWith(".\r\n") || said.includes("\r\n.\r\n") ? "250 taken\r\n" : "";
  const begun = /MAIL FROM/.test(said) ? "250 ok\r\n250 ok\r\n354 go\r\n" : "";
  return ended + begun || "250 ok\r\n";
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("a session", () => {
  it("does not know of a mail whose text is not answered in a minute", async () => {
    const { server, said } = scripted((text) =>
      text.includes("body") && text.includes("Subject: silent") ? undefined : polite(text),
    );
    const session = await SmtpSession.open(server);
    const sending = session.send([mail(1), mail(2, "Subject: silent\r\n\r\nbody\r\n"), mail(3)]);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(said.join("")).toContain("Subject: silent");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await sending).toEqual({
      results: [
        { outcome: "accepted", id: "<1>" },
        { outcome: "unknown", reason: "lost_after_data" },
      ],
      isOpen: false,
    });
  });

  it("hands nothing over when the connection ends before the text", async () => {
    const { server } = scripted((text) => (text.startsWith("MAIL") ? null : polite(text)));
    const session = await SmtpSession.open(server);
    expect(await session.send([mail(1), mail(2)])).toEqual({ results: [], isOpen: false });
  });

  it("reads replies that come in pieces, of several lines and in no hurry", async () => {
    const { server, say } = scripted((text) => {
      const answer = polite(text);
      for (const letter of answer.slice(0, -1)) say(letter);
      return answer.slice(-1);
    });
    const session = await SmtpSession.open(server);
    expect((await session.send([mail(1), mail(2)])).results.map(({ outcome }) => outcome)).toEqual([
      "accepted",
      "accepted",
    ]);
  });

  it("sends the end of a mail and the envelope of the next together, and no text to a recipient that was refused", async () => {
    const { server, said } = scripted((text) => {
      if (!text.includes("p2@example.org")) return polite(text);
      // A server that asks for the text though it refused whom it is for.
      const ended = text.includes("\r\n.\r\n") ? "250 taken\r\n" : "";
      return `${ended}250 ok\r\n550 5.1.1 nobody\r\n354 go\r\n`;
    });
    const session = await SmtpSession.open(server);
    const { results } = await session.send([mail(1), mail(2), mail(3)]);
    expect(results).toEqual([
      { outcome: "accepted", id: "<1>" },
      { outcome: "permanent", reason: "to_550_5.1.1" },
      { outcome: "accepted", id: "<3>" },
    ]);
    expect(said[2]).toBe(
      "Subject: x\r\n\r\nbody\r\n.\r\nMAIL FROM:<b+2@us.example>\r\nRCPT TO:<p2@example.org>\r\nDATA\r\n",
    );
    expect(said[3]).toMatch(/^\.\r\nMAIL FROM:<b\+3/);
  });

  it.each([
    ["450 4.2.1 later", "transient"],
    ["421 4.3.2 going down", undefined],
    ["550 5.4.5 daily quota exceeded", "transient"],
    ["530 5.7.0 sign in", "transient"],
    ["600 what", undefined],
  ])("takes %j to an envelope for %s", async (answer, outcome) => {
    const { server } = scripted((text) =>
      text.startsWith("MAIL") ? `${answer}\r\n503 no\r\n503 no\r\n` : polite(text),
    );
    const session = await SmtpSession.open(server);
    expect((await session.send([mail(1)])).results[0]?.outcome).toBe(outcome);
  });
});

it.each([
  ["550 5.7.1 not yours\r\n250 ok\r\n", "transient"],
  ["250 ok\r\n550 5.1.1 nobody\r\n", "permanent"],
])("fails a mail for good over whom it is for, and not over the sender: %j", async (answers, outcome) => {
  const { server } = scripted((text) => (text.startsWith("MAIL") ? `${answers}503 no\r\n` : polite(text)));
  const session = await SmtpSession.open(server);
  expect((await session.send([mail(1)])).results[0]?.outcome).toBe(outcome);
});

describe("sessions for a chunk", () => {
  const log = { info: () => undefined, error: () => undefined };
  const mails = (count: number) => Array.from({ length: count }, (_, at) => mail(at + 1));
  const outcomes = (results: readonly { outcome: string; reason?: string }[]) =>
    results.map(({ outcome, reason }) => reason ?? outcome);

  it("are as many as a server needs that takes two mails over each, and no more for one that takes none", async () => {
    let [opened, taken, most] = [0, 0, 2];
    const { server } = scripted((text) => {
      if (text.startsWith("EHLO")) {
        opened += 1;
        taken = 0;
      }
      const ended = text.includes("\r\n.\r\n") ? "250 taken\r\n" : "";
      if (ended !== "") taken += 1;
      return text.includes("MAIL FROM") && taken >= most
        ? `${ended}421 4.7.0 enough for one connection\r\n`
        : polite(text);
    });
    const pool = smtpPool((by) => SmtpSession.open(server, by), log);
    expect(outcomes(await pool.send(mails(5)))).toEqual(Array(5).fill("accepted"));
    expect(opened).toBe(3);
    most = 0;
    expect(outcomes(await pool.send(mails(2)))).toEqual(["smtp_lost", "smtp_lost"]);
    // The one that was kept, and one more.
    expect(opened).toBe(4);
  });

  it("begin no mail that could not end while its claim lasts", async () => {
    const { server, said, say } = scripted((text) => {
      if (!text.includes("\r\n.\r\n")) return polite(text);
      setTimeout(() => say(polite(text)), 30_000);
      return undefined;
    });
    const pool = smtpPool((by) => SmtpSession.open(server, by), log);
    const began = Date.now();
    const sending = pool.send(mails(5));
    await vi.advanceTimersByTimeAsync(119_000);
    expect(outcomes(await sending)).toEqual([...Array(3).fill("accepted"), "smtp_slow", "smtp_slow"]);
    expect(Date.now() - began).toBeLessThan(120_000);
    expect(said.join("")).not.toContain("p4@");
  });

  it("are waited for no longer than a chunk may take", async () => {
    const { server } = scripted((text) => (text.startsWith("EHLO") ? undefined : "250 ok\r\n"), "220-a\r\n");
    const pool = smtpPool((by) => SmtpSession.open(server, by), log);
    const sending = pool.send(mails(1));
    await vi.advanceTimersByTimeAsync(41_000);
    expect(outcomes(await sending)).toEqual(["smtp_connect"]);
  });
});

describe("signing in", () => {
  const withPassword = (answer: Parameters<typeof scripted>[0], greeting?: string) => {
    const made = scripted(answer, greeting);
    const server = { ...made.server, security: "starttls", user: "me", password: "secret" } as const;
    return { ...made, server };
  };
  const offers = (text: string) =>
    text.startsWith("EHLO") ? "250-us\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n" : undefined;

  it("gives no password to a server that does not encrypt", async () => {
    const { server, said } = withPassword((text) =>
      text.startsWith("EHLO") ? "250-us\r\n250 AUTH PLAIN LOGIN\r\n" : "250 ok\r\n",
    );
    await expect(SmtpSession.open(server)).rejects.toMatchObject({ reason: "no_starttls" });
    expect(said.join("")).toBe("EHLO us.example\r\n");
  });

  it("trusts nothing that came in the clear behind the answer to STARTTLS", async () => {
    const { server, said } = withPassword((text) =>
      text.startsWith("STARTTLS") ? "220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n" : offers(text),
    );
    await expect(SmtpSession.open(server)).rejects.toThrow("more than the reply");
    expect(said.join("")).not.toContain("AUTH");
  });

  it.each([
    ["nothing", ""],
    ["something that is no SMTP", "HTTP/1.1 400 Bad Request\r\n"],
    ["a line without end", "220-".padEnd(70_000, "x")],
    ["a refusal", "554 not you\r\n"],
  ])("gives up a server that greets with %s", async (_name, greeting) => {
    const { server } = scripted(polite, greeting);
    const opening = SmtpSession.open(server).catch((error: Error) => error);
    await vi.advanceTimersByTimeAsync(16_000);
    expect(await opening).toBeInstanceOf(Error);
  });
});

describe("a text on the wire", () => {
  const wire = (text: string) => new TextDecoder().decode(stuffed(new TextEncoder().encode(text)));

  it.each([
    ["a\r\n", "a\r\n.\r\n"],
    ["a", "a\r\n.\r\n"],
    ["", "\r\n.\r\n"],
    [".\r\n", "..\r\n.\r\n"],
    [".a\r\n..b\r\nc.d\r\n.\r\n", "..a\r\n...b\r\nc.d\r\n..\r\n.\r\n"],
    ["a\r\n.\r\nMAIL FROM:<x@y>\r\n", "a\r\n..\r\nMAIL FROM:<x@y>\r\n.\r\n"],
  ])("%j ends once and only once", (text, expected) => {
    expect(wire(text)).toBe(expected);
  });
});
