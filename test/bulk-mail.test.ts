import { createHash, createHmac, createVerify, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server as HttpServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { simpleParser } from "mailparser";
import Dkim from "nodemailer/lib/dkim";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { startServer } from "./server.ts";
import { CERTIFICATE, type RelayRules, refusal, relayUser, startRelay } from "./smtp-relay.ts";

// workerd trusts the relay's certificate by this alone, as a deployment trusts the authorities the world trusts.
process.env.NODE_EXTRA_CA_CERTS = CERTIFICATE;

type Result = { outcome: string; id?: string; reason?: string };

const SIGNATURE = "c2lnbmF0dXJlLW9mLTE2Yg";
const keyOf = (n: number) => `AQIDBAUGBwgJ${String(n).padStart(4, "0")}.${SIGNATURE}`;

function mailTo(to: string, changes: Record<string, unknown> = {}, n = 1) {
  return {
    key: keyOf(n),
    to,
    fromName: "Riverside via Groundswell",
    fromEmail: "riverside@mail.example.org",
    replyTo: "team@riverside.example",
    subject: "The river",
    html: "<p>The river</p>",
    text: "The river",
    headers: { "List-Id": "<riverside.mail.example.org>" },
    ...changes,
  };
}

const dir = mkdtempSync(join(tmpdir(), "groundswell-bulk-"));
const server = await startServer({ dir, entry: "test/bulk-mail-worker.ts" });
const cleanups: (() => unknown)[] = [];

/** How to make the worker send by what some variables say. */
function sender(variables: Record<string, string>) {
  const vars = { BULK_DOMAIN: "mail.example.org", BULK_CAPTURE: "no", ...variables };
  const signing =
    (dkim: object | null) =>
    async (...chunks: ReturnType<typeof mailTo>[][]): Promise<Result[]> => {
      const body = JSON.stringify({ chunks, vars, lane: { dkim } });
      const response = await server.fetch("localhost", "/", { method: "POST", body });
      if (!response.ok) throw new Error(await response.text());
      const { results } = (await response.json()) as { results: Result[] };
      return results;
    };
  return Object.assign(signing(null), { signing });
}

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});
afterAll(async () => {
  await server.kill();
  rmSync(dir, { recursive: true, force: true });
});

/** One relay whose rules each test sets, since a worker is told where it is when it starts. */
const rules: RelayRules = {};
const relayed = {
  recipient: (to: string) => rules.recipient?.(to) ?? null,
  data: (raw: Buffer) => rules.data?.(raw) ?? null,
  cuts: (...asked: Parameters<NonNullable<RelayRules["cuts"]>>) => rules.cuts?.(...asked) ?? false,
};
afterEach(() => {
  rules.recipient = undefined;
  rules.data = undefined;
  rules.cuts = undefined;
});

const relay = await startRelay(relayed);
const smtp = { BULK_TRANSPORT: "smtp", BULK_SMTP_HOST: "localhost" };
const credentials = { BULK_SMTP_USER: relayUser.name, BULK_SMTP_PASSWORD: relayUser.password };
const send = sender({ ...smtp, ...credentials, BULK_SMTP_PORT: String(relay.port) });
afterAll(() => relay.stop());

/** What the relay got since it was last asked. */
const taken = () => relay.mails.splice(0);

describe("by SMTP", () => {
  it("hands a chunk over on one encrypted connection, each mail with a return path and Message-ID of its own", async () => {
    relay.sessions.clear();
    const chunk = (first: number) =>
      Array.from({ length: 10 }, (_, n) => mailTo(`person${first + n}@example.org`, {}, first + n));
    const results = await send(chunk(0), chunk(10));
    expect(results).toEqual(
      Array.from({ length: 20 }, (_, n) => ({ outcome: "accepted", id: `<${keyOf(n)}@mail.example.org>` })),
    );
    const mails = taken();
    expect(mails.map(({ to }) => to)).toEqual(results.map((_, n) => [`person${n}@example.org`]));
    expect(new Set(mails.map(({ from }) => from)).size).toBe(20);
    expect(mails[0]?.from).toMatch(/^b\+[a-z2-7]+@mail\.example\.org$/);
    expect(mails.every(({ session }) => session.secure && session.user === "relay")).toBe(true);
    expect(relay.sessions.size).toBe(1);
    expect((await simpleParser(mails[7]?.raw ?? "")).messageId).toBe(results[7]?.id);
  });

  it("carries an interactive part that an independent parser finds between the text and the HTML", async () => {
    const amp = `<!doctype html>\n<html amp4email><body><p>عاجل 🌊 ${"long ".repeat(300)}</p></body></html>\n`;
    await send([mailTo("a@example.org", { amp }), mailTo("b@example.org", {}, 2)]);
    const mails = taken();
    const [one, other] = await Promise.all(mails.map(({ raw }) => simpleParser(raw)));
    const types = (mail: typeof one) => mail?.attachments.map(({ contentType }) => contentType);
    expect([types(one), types(other)]).toEqual([["text/x-amp-html"], []]);
    expect(one?.attachments[0]?.content.toString("utf8").replaceAll("\r\n", "\n").trim()).toBe(amp.trim());
    expect([one?.text, one?.html]).toEqual([other?.text, other?.html]);
    const order = mails[0]?.raw.toString().match(/^Content-Type: text\/[\w-]+/gm);
    expect(order).toEqual(["plain", "x-amp-html", "html"].map((type) => `Content-Type: text/${type}`));
  });

  it("tells refusals for good from refusals for now, and goes on with the next mail", async () => {
    rules.recipient = (to) => {
      if (to.startsWith("nobody")) return refusal(550, "5.1.1 no such user");
      return to.startsWith("full") ? refusal(452, "4.2.2 mailbox full") : null;
    };
    rules.data = (raw) => {
      if (raw.includes("Subject: spam")) return refusal(554, "5.7.1 spam");
      return raw.includes("Subject: later") ? refusal(451, "4.7.1 greylisted") : null;
    };
    const results = await send([
      mailTo("nobody@example.org", {}, 1),
      mailTo("a@example.org", {}, 2),
      mailTo("full@example.org", {}, 3),
      mailTo("b@example.org", { subject: "spam" }, 4),
      mailTo("c@example.org", { subject: "later" }, 5),
      mailTo("d@example.org", {}, 6),
    ]);
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual([
      "to_550_5.1.1",
      "accepted",
      "to_452_4.2.2",
      "text_554_5.7.1",
      "text_451_4.7.1",
      "accepted",
    ]);
    expect(results.map(({ outcome }) => outcome)).toEqual([
      "permanent",
      "accepted",
      "transient",
      "permanent",
      "transient",
      "accepted",
    ]);
    expect(taken().map(({ to }) => to[0])).toEqual(["a@example.org", "d@example.org"]);
  });

  it("does not know of a mail whose connection was lost after its text, and handed none after it over", async () => {
    rules.cuts = (at, _session, raw) => at === "data" && raw !== null && raw.includes("Subject: cut");
    const results = await send([
      mailTo("a@example.org", {}, 1),
      mailTo("b@example.org", { subject: "cut" }, 2),
      mailTo("c@example.org", {}, 3),
    ]);
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual([
      "accepted",
      "lost_after_data",
      "smtp_lost",
    ]);
    expect(taken().map(({ to }) => to[0])).toEqual(["a@example.org", "b@example.org"]);
  });

  it("opens a new connection when the one it kept was closed meanwhile, and sends nothing twice", async () => {
    const cutOff = new Set<string>();
    let mails = 0;
    rules.cuts = (at, session) => {
      if (at !== "mail") return false;
      mails += 1;
      if (mails !== 3) return false;
      cutOff.add(session.id);
      return true;
    };
    const results = await send(
      [mailTo("a@example.org", {}, 1), mailTo("b@example.org", {}, 2)],
      [mailTo("c@example.org", {}, 3), mailTo("d@example.org", {}, 4)],
    );
    expect(cutOff.size).toBe(1);
    expect(results.map(({ outcome }) => outcome)).toEqual(Array(4).fill("accepted"));
    expect(taken().map(({ to }) => to[0])).toEqual(["a", "b", "c", "d"].map((name) => `${name}@example.org`));
  });

  it("keeps every mail for later when it may not sign in, nobody listens or nothing is encrypted", async () => {
    const plain = await startRelay({}, { hideSTARTTLS: true });
    cleanups.push(plain.stop);
    const wrong = sender({
      ...smtp,
      ...credentials,
      BULK_SMTP_PASSWORD: "x",
      BULK_SMTP_PORT: String(relay.port),
    });
    const nobody = sender({ ...smtp, ...credentials, BULK_SMTP_PORT: "1" });
    const clear = sender({ ...smtp, ...credentials, BULK_SMTP_PORT: String(plain.port) });
    const mail = mailTo("a@example.org");
    expect(await wrong([mail, mail])).toEqual(
      Array(2).fill({ outcome: "transient", reason: "smtp_auth_535" }),
    );
    expect(await nobody([mail])).toEqual([{ outcome: "transient", reason: "smtp_connect" }]);
    expect(await clear([mail])).toEqual([{ outcome: "transient", reason: "smtp_no_starttls" }]);
    expect([...taken(), ...plain.mails]).toEqual([]);
  });

  it("speaks to a relay that encrypts from the start, does not pipeline and knows LOGIN alone", async () => {
    const old = await startRelay({}, { secure: true, authMethods: ["LOGIN"], hidePIPELINING: true });
    cleanups.push(old.stop);
    const through = sender({
      ...smtp,
      ...credentials,
      BULK_SMTP_PORT: String(old.port),
      BULK_SMTP_TLS: "implicit",
    });
    const results = await through([mailTo("a@example.org", {}, 1), mailTo("b@example.org", {}, 2)]);
    expect(results.map(({ outcome }) => outcome)).toEqual(["accepted", "accepted"]);
    expect(old.mails.map(({ to }) => to[0])).toEqual(["a@example.org", "b@example.org"]);
  });
});

describe("a mail as an independent parser reads it", () => {
  const long = (text: string, length: number) =>
    text.repeat(Math.ceil(length / text.length)).slice(0, length);
  const texts: Record<string, string> = {
    "plain words": "The river\nis clean.\n",
    "emoji and joined emoji": "Thank you 👩‍👩‍👧‍👦 🏳️‍🌈 🇨🇦 e\u0301",
    "right to left": "شكراً لكم — תודה רבה\nmixed العربية and English",
    "a line of ten thousand characters": long("word ", 10_000),
    "ten thousand without a space": long("abc=", 10_000),
    "ten thousand beyond ASCII": long("né€𝒳", 10_000),
    "dots at line starts": ".\n..\n.a\n\n.\nFrom here\n>From there\n",
    "spaces at line ends": "a \nb\t\n \nc  ",
    "what looks like quoted-printable": "=3D =\n= =20 =E2=82=AC",
    "what looks like a boundary": "--=_\n--\n------=_x--\nContent-Type: text/plain\n\n",
    "control characters": "a\u0000b\u0007c\u001bd\u007fe\u0085f\u2028g\ufeffh",
    nothing: "",
  };

  it.each(Object.entries(texts))("brings back %s", async (_name, text) => {
    const html = `<p>${text}</p>`;
    expect(await send([mailTo("a@example.org", { text, html })])).toMatchObject([{ outcome: "accepted" }]);
    const [mail] = taken();
    const parsed = await simpleParser(mail?.raw ?? "", { skipHtmlToText: true, skipTextToHtml: true });
    // The parser leaves the line break off that belongs to the boundary, and no more.
    expect((parsed.text ?? "").replace(/\n$/, "")).toBe(text.replace(/\n$/, ""));
    expect(parsed.html).toBe(html);
    const lines = mail?.raw.toString("latin1").split("\r\n") ?? [];
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(998);
    expect(lines.join("")).not.toMatch(/[\r\n]/);
    expect(mail?.raw.every((byte) => byte < 128)).toBe(true);
  });

  it("makes line breaks of every kind one kind", async () => {
    await send([mailTo("a@example.org", { text: "a\rb\r\nc\n\rd\n", html: "<p>é\r</p>\r\n<p>ü</p>" })]);
    const parsed = await simpleParser(taken()[0]?.raw ?? "", { skipHtmlToText: true });
    expect(parsed.text).toBe("a\nb\nc\n\nd\n");
    expect(parsed.html).toBe("<p>é\n</p>\n<p>ü</p>");
  });

  it.each([
    "The river",
    "Thank you 🌊",
    "Rappel : « l’eau » n’est pas à vendre, et voici un sujet nettement plus long que les soixante-dix-huit caractères d’une ligne",
    "A subject in ASCII that is a good deal longer than the seventy-eight characters a line of a header should have at most",
    "=?utf-8?Q?looks_encoded?=",
    `two  spaces ${"  ".repeat(30)} and more`,
    long("x", 250),
    long("نهر ", 249).trim(),
    long("👩‍👩‍👧", 248),
    'Quotes " and \\ and (comments) <angles>, commas; @',
  ])("brings back the subject and the name %j", async (words) => {
    const name = [...words].slice(0, 60).join("").trim();
    await send([mailTo("a@example.org", { subject: words, fromName: name })]);
    const [mail] = taken();
    const parsed = await simpleParser(mail?.raw ?? "");
    expect(parsed.subject).toBe(words);
    expect(parsed.from?.value).toEqual([{ name, address: "riverside@mail.example.org" }]);
    expect(headLines(mail?.raw).every((line) => line.length <= 998 && !/^\s*$/.test(line))).toBe(true);
    const encoded = headLines(mail?.raw).filter((line) => line.includes("=?utf-8?B?"));
    expect(encoded.filter((line) => line.length > 76)).toEqual([]);
  });

  it("has the headers of RFC 5322, 8058 and 2919, once each and well formed", async () => {
    const url = "https://riverside.example.org/m/AQIDBAUGBwgJ0001.c2lnbmF0dXJlLW9mLTE2Yg/unsubscribe";
    const headers = {
      "List-Id": "Rivière & compagnie <riverside.mail.example.org>",
      "List-Unsubscribe": `<${url}>, <mailto:u+abcdefghijklmnopqrstuvwxyz234567abcdefgh@mail.example.org>`,
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      Precedence: "bulk",
      "X-Query": `a=?b  ${"and long words  ".repeat(8)}${"x".repeat(90)}`,
    };
    await send([mailTo("Ana@Example.org", { headers })]);
    const [mail] = taken();
    const parsed = await simpleParser(mail?.raw ?? "");
    const names = headLines(mail?.raw).flatMap((line) => /^([\w-]+):/.exec(line)?.[1] ?? []);
    expect(names).toEqual([
      ...["From", "To", "Reply-To", "Subject", "Date", "Message-ID"],
      ...["List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Precedence", "X-Query"],
      ...["X-Mailing-Copy", "MIME-Version", "Content-Type"],
    ]);
    expect(headLines(mail?.raw).every((line) => line.length <= 998 && !/^\s*$/.test(line))).toBe(true);
    expect(parsed.to).toMatchObject({ value: [{ address: "ana@example.org" }] });
    expect(parsed.replyTo?.value).toMatchObject([{ address: "team@riverside.example" }]);
    expect(Math.abs((parsed.date?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(parsed.headerLines.find(({ key }) => key === "date")?.line).toMatch(
      /^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/,
    );
    expect(parsed.headers.get("list")).toMatchObject({
      // The parser leaves a list's name encoded.
      id: { name: `=?utf-8?B?${Buffer.from("Rivière & compagnie").toString("base64")}?=` },
      unsubscribe: { url },
    });
    expect(parsed.headers.get("list")).toMatchObject({ id: { id: "riverside.mail.example.org" } });
  });

  it("adds no header and no part, whatever a field holds", async () => {
    const evil = "x\r\nBcc: victim@example.org\r\n\r\n<b>body</b>\u2028Bcc: y\nX-Evil: 1\u0000";
    const results = await send([
      mailTo("a@example.org", {
        subject: evil,
        fromName: evil,
        replyTo: evil,
        headers: { "List-Id": evil, "X-Mailing": evil },
      }),
      mailTo("b@example.org\r\nBcc: victim@example.org", {}, 2),
      mailTo("c@example.org", { fromEmail: "x@y.example>\r\nBcc: victim@example.org" }, 3),
      mailTo("d@example.org", { headers: { "X-Evil\r\nBcc": "victim@example.org" } }, 4),
      mailTo("e@example.org", { headers: { Bcc: "victim@example.org" } }, 5),
      mailTo("f@example.org", { headers: { Subject: "another" } }, 6),
      mailTo("g@example.org", { key: "key\r\nBcc: victim@example.org" }, 7),
      mailTo("é@example.org", {}, 8),
      mailTo("h@example.org", { headers: { "X-Mailing": "x".repeat(1_000) } }, 9),
    ]);
    expect(results.map(({ outcome, reason }) => reason ?? outcome)).toEqual([
      ...["accepted", "recipient", "sender", "header_name"],
      ...["header_not_allowed", "header_not_allowed", "key", "recipient", "header_value"],
    ]);
    const mails = taken();
    expect(mails.map(({ to }) => to)).toEqual([["a@example.org"]]);
    const names = headLines(mails[0]?.raw).flatMap((line) => /^([\w-]+):/.exec(line)?.[1] ?? []);
    expect(names).toEqual([
      ...["From", "To", "Subject", "Date", "Message-ID", "List-Id", "X-Mailing", "X-Mailing-Copy"],
      ...["MIME-Version", "Content-Type"],
    ]);
  });
});

describe("a domain's signature", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const dkim = {
    domain: "river.example",
    selector: "gs-1",
    privateKey: privateKey.export({ type: "pkcs8", format: "der" }).toString("base64"),
  };

  it.each([
    ["short words", "The river", "The river"],
    [
      "long subjects, spaces and emoji",
      `${"Une longue ligne de sujet ".repeat(8)}🌊`,
      "a  b \t\n\n c   \n\n\n",
    ],
    [
      "dots and folded headers",
      "A subject that is folded since it is longer than seventy-eight characters are",
      ".\n..\n",
    ],
  ])("holds for %s, by a reading of RFC 6376 that is not ours", async (_name, subject, text) => {
    await send.signing(dkim)([
      mailTo("a@example.org", {
        subject,
        text,
        fromEmail: "hello@river.example",
        headers: {
          "List-Id": "River <r.river.example>",
          "List-Unsubscribe": `<https://river.example/m/${"x".repeat(60)}/unsubscribe>, <mailto:u@river.example>`,
          "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
      }),
    ]);
    const raw = taken()[0]?.raw.toString("latin1") ?? "";
    const [line = ""] = raw.split(/\r\n(?![ \t])/, 1);
    expect(line.startsWith("DKIM-Signature: ")).toBe(true);
    expect(line.split("\r\n").every((part) => part.length <= 78)).toBe(true);
    const tags = Object.fromEntries(
      line
        .slice("DKIM-Signature: ".length)
        .split(";")
        .map((tag) => [
          tag.trim().slice(0, tag.trim().indexOf("=")),
          tag
            .trim()
            .replace(/^[a-z]+=/, "")
            .replace(/\s/g, ""),
        ]),
    );
    expect(tags).toMatchObject({ d: "river.example", s: "gs-1", a: "rsa-sha256", c: "relaxed/relaxed" });
    expect(tags.h?.split(":")).toEqual(
      expect.arrayContaining(["From", "Subject", "List-Unsubscribe", "List-Unsubscribe-Post"]),
    );
    // The body's hash is compared with nodemailer's, the signature with what node's own RSA says of these headers.
    const rest = raw.slice(line.length + 2);
    const theirs = new Dkim({
      domainName: dkim.domain,
      keySelector: dkim.selector,
      privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    });
    const signedByThem = await buffer(theirs.sign(Buffer.from(rest, "latin1")));
    const hash = /bh=([^;]+);/.exec(signedByThem.toString("latin1").replace(/\r\n[ \t]+/g, ""))?.[1];
    expect(tags.bh).toBe(hash);
    const heads = rest.slice(0, rest.indexOf("\r\n\r\n")).split(/\r\n(?![ \t])/);
    const relaxed = (head: string) => {
      const [, name = "", value = ""] = /^([^:]+):([\s\S]*)$/.exec(head) ?? [];
      return `${name.toLowerCase()}:${value.replace(/\r\n/g, "").replace(/\s+/g, " ").trim()}`;
    };
    const covered = (tags.h ?? "")
      .split(":")
      .map((name) =>
        relaxed(heads.find((head) => head.toLowerCase().startsWith(`${name.toLowerCase()}:`)) ?? ""),
      );
    const own = relaxed(line.replace(/;(\s*)b=[\s\S]*$/, ";$1b="));
    const verifier = createVerify("RSA-SHA256").update([...covered, own].join("\r\n"));
    expect(verifier.verify(publicKey, tags.b ?? "", "base64")).toBe(true);
  });
});

describe("by Amazon SES", () => {
  type Call = { url: string; headers: IncomingHttpHeaders; body: string };
  const region = "eu-central-1";
  const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  const calls: Call[] = [];
  let answer: (call: Call, nth: number) => { status: number; body: unknown; type?: string } | "hang up";
  let open = 0;
  let mostOpen = 0;

  const stub = createServer(async (request, response) => {
    open += 1;
    mostOpen = Math.max(mostOpen, open);
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const call = { url: request.url ?? "", headers: request.headers, body: Buffer.concat(pieces).toString() };
    const nth = calls.push(call);
    // So that calls which may overlap do.
    await new Promise((later) => setTimeout(later, 20));
    open -= 1;
    const reply = answer(call, nth);
    if (reply === "hang up") return request.socket.destroy();
    response.writeHead(reply.status, {
      "Content-Type": "application/json",
      ...(reply.type ? { "x-amzn-ErrorType": reply.type } : {}),
    });
    response.end(JSON.stringify(reply.body));
  });
  let port = 0;
  const through = (...chunks: Parameters<ReturnType<typeof sender>>) =>
    sender({
      BULK_TRANSPORT: "ses",
      BULK_SES_ENDPOINT: `http://127.0.0.1:${port}`,
      BULK_SES_REGION: region,
      BULK_SES_KEY_ID: "AKIDEXAMPLE",
      BULK_SES_SECRET: secret,
      BULK_SES_CONFIGURATION_SET: "mailings",
    })(...chunks);

  const begin = async () => {
    calls.splice(0);
    answer = (_call, nth) => ({ status: 200, body: { MessageId: `ses-${nth}` } });
    port ||= await listening(stub);
  };
  afterAll(() => stub.close());

  it("signs a call for each mail, at most six at once, with the copy's key beside the whole mail", async () => {
    await begin();
    mostOpen = 0;
    const results = await through(Array.from({ length: 10 }, (_, n) => mailTo(`p${n}@example.org`, {}, n)));
    expect(results.map(({ outcome }) => outcome)).toEqual(Array(10).fill("accepted"));
    expect(new Set(results.map(({ id }) => id)).size).toBe(10);
    expect(mostOpen).toBeGreaterThan(1);
    expect(mostOpen).toBeLessThanOrEqual(6);
    for (const call of calls) {
      expect(call.url).toBe("/v2/email/outbound-emails");
      expect(call.headers.authorization).toBe(signatureOf(call, { region, secret }));
      const order = JSON.parse(call.body);
      const [to] = order.Destination.ToAddresses;
      const key = keyOf(Number(/\d/.exec(to)?.[0]));
      expect(order).toMatchObject({
        FromEmailAddress: "riverside@mail.example.org",
        ConfigurationSetName: "mailings",
        EmailTags: [{ Name: "copy", Value: key }],
      });
      const parsed = await simpleParser(Buffer.from(order.Content.Raw.Data, "base64"));
      expect(parsed.to).toMatchObject({ text: to });
      expect(parsed.headers.get("x-mailing-copy")).toBe(key);
    }
  });

  it.each([
    [400, "MessageRejected", "Address is on the suppression list", "permanent"],
    [400, "BadRequestException", "Invalid header", "permanent"],
    [400, "MessageRejected", "Email address is not verified.", "transient"],
    [400, "MailFromDomainNotVerifiedException", "", "transient"],
    [400, "AccountSuspendedException", "", "transient"],
    [400, "SendingPausedException", "", "transient"],
    [400, "LimitExceededException", "", "transient"],
    [404, "NotFoundException", "Configuration set does not exist", "transient"],
    [403, "SignatureDoesNotMatch", "", "transient"],
    [429, "TooManyRequestsException", "Maximum sending rate exceeded.", "transient"],
    [503, "ServiceUnavailable", "", "transient"],
    [500, "InternalServiceError", "", "unknown"],
    [502, "", "", "unknown"],
    [504, "", "", "unknown"],
  ])("takes %i %s (%s) for %s", async (status, type, message, outcome) => {
    await begin();
    answer = () => ({ status, type: type && `${type}:http://internal.amazon.com/`, body: { message } });
    expect(await through([mailTo("a@example.org")])).toEqual([{ outcome, reason: type || `http_${status}` }]);
    expect(calls).toHaveLength(1);
  });

  it("does not know of a mail when nobody answers, answers nonsense or hangs up, and asks no second time", async () => {
    await begin();
    answer = (_call, nth) => (nth === 1 ? "hang up" : { status: 200, body: { fine: true } });
    const results = [
      ...(await through([mailTo("a@example.org")])),
      ...(await through([mailTo("b@example.org")])),
    ];
    expect(results.map(({ outcome }) => outcome)).toEqual(["unknown", "unknown"]);
    expect(calls).toHaveLength(2);
  });
});

function listening(server: HttpServer): Promise<number> {
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
  );
}

/** The `Authorization` a call must have, by AWS's own description of Signature Version 4. */
function signatureOf(
  { url, headers, body }: { url: string; headers: IncomingHttpHeaders; body: string },
  { region, secret }: { region: string; secret: string },
): string {
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
  const signed = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? "")?.[1] ?? "";
  const at = String(headers["x-amz-date"]);
  const canonical = [
    "POST",
    url,
    "",
    ...signed.split(";").map((name) => `${name}:${String(headers[name]).trim()}`),
    "",
    signed,
    sha256(body),
  ].join("\n");
  const scope = `${at.slice(0, 8)}/${region}/ses/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", at, scope, sha256(canonical)].join("\n");
  const parts = [at.slice(0, 8), region, "ses", "aws4_request"];
  const key = parts.reduce<string | Buffer>((under, part) => hmac(under, part), `AWS4${secret}`);
  const signature = hmac(key, toSign).toString("hex");
  return `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
}

/** The lines of a mail's header, as they stand. */
function headLines(raw: Buffer | undefined): string[] {
  return (raw?.toString("latin1") ?? "").split("\r\n\r\n", 1)[0]?.split("\r\n") ?? [];
}
