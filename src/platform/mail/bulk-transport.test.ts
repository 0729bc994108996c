import { env } from "cloudflare:workers";
import PostalMime from "postal-mime";
import { expect, it } from "vitest";
import { fakeEmail, refusal } from "../../../test/fake-mail";
import type { Env } from "../../env";
import { createContext } from "../context";
import type { BulkMessage } from "./bulk";
import { bulkTransport } from "./bulk-transport";
import { listCaptured, readCaptured } from "./capture";
import { FixedText, wholeText } from "./mail-text";
import { readReturnAddress } from "./return-addresses";

const lane = { dkim: null };
const keyOf = (n: number) => `AQIDBAUGBwgJ${String(n).padStart(4, "0")}.c2lnbmF0dXJlLW9mLTE2Yg`;

function transport(changes: Partial<Pick<Env, "ENVIRONMENT" | "BULK_TRANSPORT" | "BULK_CAPTURE" | "EMAIL">>) {
  return bulkTransport(
    createContext({ ...env, ...changes }, "test", () => {}),
    lane,
  );
}

function mailTo(to: string, n = 1): BulkMessage {
  return {
    key: keyOf(n),
    to,
    fromName: "Riverside",
    fromEmail: "riverside@groundswell.example",
    replyTo: "",
    subject: "The river 🌊",
    html: '<p><a href="https://a.example/?x=1&amp;y=2">The river</a></p>',
    text: "The river",
    headers: { "List-Id": "<riverside.groundswell.example>" },
  };
}

it("captures what was accepted in development, as it would travel and with where its bounces would go", async () => {
  const results = await transport({}).send([mailTo("bulk-1@example.org"), mailTo("no address", 2)]);
  expect(results).toEqual([
    { outcome: "accepted", id: `<${keyOf(1)}@groundswell.example>` },
    { outcome: "permanent", reason: "recipient" },
  ]);
  const [listed] = (await listCaptured(env.FILES, { to: "bulk-1@example.org" })).mails;
  const mail = await readCaptured(env.FILES, listed?.key ?? "");
  expect(mail).toMatchObject({
    from: "riverside@groundswell.example",
    fromName: "Riverside",
    links: ["https://a.example/?x=1&y=2"],
    messageId: `<${keyOf(1)}@groundswell.example>`,
  });
  expect(readReturnAddress(mail?.returnPath ?? "")).toEqual({ purpose: "bounce", key: keyOf(1) });
  const parsed = await PostalMime.parse(mail?.raw ?? "");
  expect(parsed).toMatchObject({ subject: "The river 🌊", messageId: mail?.messageId });
  expect(parsed.html?.trim()).toBe(mail?.html);
});

it("is the same text for whoever reads it, whether it was made whole or of pieces that copies have in common", async () => {
  const words = [
    "Amina 🌊",
    "a",
    ".",
    "From",
    "  two  ",
    "x=",
    "",
    "مرحبا بكم",
    "é",
    " ",
    "\n",
    "long".repeat(60),
  ];
  const lines = [
    "\n.\nFrom here",
    "tab\t",
    "<p>\n",
    `${"wide ".repeat(40)}`,
    "=3D ends in a blank ",
    "\r\n..",
    "L’eau",
  ];
  const fixed = [...words, ...lines].filter((text) => text !== "").map((text) => new FixedText(text));
  const order = (n: number) => (n * 7 + 3) % 19;
  for (const copy of [0, 1, 2]) {
    // Now a piece of all copies, now a word of this one, in ever other neighbourhoods.
    const pieces = Array.from({ length: 240 }, (_, n) => {
      const piece = fixed[order(n * (copy + 1)) % fixed.length] ?? "";
      return n % 3 === copy ? (words[n % words.length] ?? "") : piece;
    });
    const to = `pieces-${copy}@example.org`;
    await transport({}).send([{ ...mailTo(to, 10 + copy), html: pieces, text: [...pieces].reverse() }]);
    const [listed] = (await listCaptured(env.FILES, { to })).mails;
    const raw = (await readCaptured(env.FILES, listed?.key ?? ""))?.raw ?? "";
    expect(raw).toContain("quoted-printable");
    expect(Math.max(...raw.split("\r\n").map((line) => line.length))).toBeLessThanOrEqual(78);
    const parsed = await PostalMime.parse(raw);
    const read = (text: string) => text.replaceAll("\r\n", "\n").trimEnd();
    expect(read(parsed.html ?? "")).toBe(read(wholeText(pieces)));
    expect(read(parsed.text ?? "")).toBe(read(wholeText([...pieces].reverse())));
  }
});

it("carries an interactive part between the text and the HTML, and none where there is none", async () => {
  const amp = "<!doctype html>\n<html amp4email><body>مرحبا 🌊 {{ x }}</body></html>\n";
  const sent = async (to: string, changes: Partial<BulkMessage>) => {
    await transport({}).send([{ ...mailTo(to, 30), ...changes }]);
    const [listed] = (await listCaptured(env.FILES, { to })).mails;
    return (await readCaptured(env.FILES, listed?.key ?? ""))?.raw ?? "";
  };
  const withOne = await sent("amp-1@example.org", { amp: [new FixedText(amp), "own"] });
  expect(
    [...withOne.matchAll(/^Content-Type: (text\/[\w-]+); charset=utf-8\r\n/gm)].map(([, type]) => type),
  ).toEqual(["text/plain", "text/x-amp-html", "text/html"]);
  const { html, text, attachments } = await PostalMime.parse(withOne);
  expect([html?.trim(), text?.trim()]).toEqual([mailTo("").html, "The river"]);
  expect(attachments.map(({ mimeType }) => mimeType)).toEqual(["text/x-amp-html"]);
  const [part] = attachments;
  expect(
    new TextDecoder()
      .decode(part && typeof part.content !== "string" ? part.content : undefined)
      .replaceAll("\r\n", "\n"),
  ).toBe(`${amp}own`);
  // Nothing else of the mail knows of it.
  const alike = (raw: string) =>
    raw
      .replaceAll(/=_[\w-]{20}/g, "=_B")
      .replaceAll(/amp-\d@/g, "amp-@")
      .replace(/^Date: .*$/m, "Date:");
  const without = alike(await sent("amp-2@example.org", {}));
  for (const none of [undefined, ""])
    expect(alike(await sent("amp-3@example.org", { amp: none }))).toBe(without);
  expect(alike(withOne).replace(/--=_B\r\nContent-Type: text\/x-amp-html[\s\S]*?(?=--=_B)/, "")).toBe(
    without,
  );
});

it("captures nothing when it is told so, and sends nothing in production without a transport", async () => {
  expect(await transport({ BULK_CAPTURE: "no" }).send([mailTo("bulk-2@example.org")])).toMatchObject([
    { outcome: "accepted" },
  ]);
  expect(await transport({ ENVIRONMENT: "production" }).send([mailTo("bulk-2@example.org")])).toEqual([
    { outcome: "transient", reason: "no_transport" },
  ]);
  expect((await listCaptured(env.FILES, { to: "bulk-2@example.org" })).mails).toEqual([]);
});

it("goes by the platform's own sending when that is asked for, each mail with an answer of its own", async () => {
  const email = fakeEmail((n, { to }) => {
    if (to === "suppressed@example.org") return refusal("E_RECIPIENT_SUPPRESSED");
    return to === "lost@example.org" ? new Error("Network connection lost.") : `m-${n}`;
  });
  const send = ["a", "suppressed", "lost", "b"].map((name, n) => mailTo(`${name}@example.org`, n));
  const results = await transport({ BULK_TRANSPORT: "binding", EMAIL: email.binding }).send(send);
  expect(results.map(({ outcome }) => outcome)).toEqual(["accepted", "permanent", "unknown", "accepted"]);
  expect(email.sent[0]).toMatchObject({
    from: { name: "Riverside", email: "riverside@groundswell.example" },
    headers: { "X-Mailing-Copy": keyOf(0) },
  });
  expect((await listCaptured(env.FILES, { to: "suppressed@example.org" })).mails).toEqual([]);
  expect((await listCaptured(env.FILES, { to: "b@example.org" })).mails).toHaveLength(1);
});
