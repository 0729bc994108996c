import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import nodemailer from "nodemailer";
import { relayUser } from "../test/smtp-relay.ts";
import { compare, withServer } from "./harness.ts";
import { bulkMail } from "./mails.ts";

// Mails a second through our SMTP transport, in workerd, beside nodemailer's pooled transport in node: the same mails, each over
// one encrypted connection into the same relay. Near by the relay's own speed counts most, far away the round trips.

const CHUNK = 10;

const relay = fork(join(import.meta.dirname, "smtp-relay-process.ts"));
const [{ near, far, certificate }] = (await once(relay, "message")) as [
  { near: number; far: number; certificate: string },
];
process.env.NODE_EXTRA_CA_CERTS = certificate;

await withServer({ entry: "test/bulk-mail-worker.ts" }, async ({ fetch }) => {
  const ours = async (port: number, count: number): Promise<number> => {
    const mails = Array.from({ length: count }, (_, n) => bulkMail(n));
    const chunks = Array.from({ length: count / CHUNK }, (_, n) => mails.slice(n * CHUNK, (n + 1) * CHUNK));
    const vars = {
      BULK_TRANSPORT: "smtp",
      BULK_SMTP_HOST: "localhost",
      BULK_SMTP_PORT: String(port),
      BULK_SMTP_USER: relayUser.name,
      BULK_SMTP_PASSWORD: relayUser.password,
      BULK_DOMAIN: "mail.example.org",
      BULK_CAPTURE: "no",
    };
    const response = await fetch("localhost", "/", {
      method: "POST",
      body: JSON.stringify({ chunks, vars }),
    });
    if (!response.ok) throw new Error(await response.text());
    const { results, ms } = (await response.json()) as { results: { outcome: string }[]; ms: number };
    const accepted = results.filter(({ outcome }) => outcome === "accepted").length;
    if (accepted !== count) throw new Error(`${accepted} of ${count} were accepted`);
    return (count / ms) * 1000;
  };
  const theirs = async (port: number, count: number): Promise<number> => {
    const transport = nodemailer.createTransport({
      pool: true,
      maxConnections: 1,
      maxMessages: Number.POSITIVE_INFINITY,
      host: "localhost",
      port,
      auth: { user: relayUser.name, pass: relayUser.password },
      tls: { rejectUnauthorized: false },
    });
    const mails = Array.from({ length: count }, (_, n) => bulkMail(n));
    const startedAt = performance.now();
    await Promise.all(
      mails.map(({ fromName, fromEmail, to, subject, html, text, headers }) => {
        const from = { name: fromName, address: fromEmail };
        return transport.sendMail({ from, to, subject, html, text, headers });
      }),
    );
    const ms = performance.now() - startedAt;
    transport.close();
    return (count / ms) * 1000;
  };
  const beside = (port: number, count: number) => ({
    candidate: () => ours(port, count),
    baseline: () => theirs(port, count),
  });
  const options = { unit: "mails/s", repeats: 3 };
  await compare("SMTP near by, beside nodemailer's pool", beside(near, 500), options);
  await compare("SMTP 20 ms away, beside nodemailer's pool", beside(far, 50), options);
});
relay.disconnect();
