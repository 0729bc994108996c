import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from "smtp-server";
import { makeCertificate } from "./certificate.ts";

const { key, certificate, path } = await makeCertificate();
/** Where the relay's certificate is, for NODE_EXTRA_CA_CERTS of whoever is to trust it. */
export const CERTIFICATE = path;

export const relayUser = { name: "relay", password: "pässword = ok" };

export type RelayedMail = { from: string; to: string[]; raw: Buffer; session: SMTPServerSession };

/** What a test wants of the relay: an Error of its makes a refusal with that code. */
export type RelayRules = {
  recipient?(to: string): (Error & { responseCode?: number }) | null;
  data?(raw: Buffer): (Error & { responseCode?: number }) | null;
  /** Breaks the connection instead of answering. */
  cuts?(at: "mail" | "data", session: SMTPServerSession, raw: Buffer | null): boolean;
};

/** A real SMTP server on this machine that keeps what it is given. */
export async function startRelay(rules: RelayRules = {}, options: SMTPServerOptions = {}) {
  const mails: RelayedMail[] = [];
  const sessions = new Set<string>();
  const server: SMTPServer = new SMTPServer({
    key,
    cert: certificate,
    authMethods: ["PLAIN", "LOGIN"],
    logger: false,
    disableReverseLookup: true,
    onAuth({ username, password }, _session, callback) {
      const isRight = username === relayUser.name && password === relayUser.password;
      callback(isRight ? null : refusal(535, "5.7.8 wrong"), isRight ? { user: username } : undefined);
    },
    onMailFrom(_address, session, callback) {
      sessions.add(session.id);
      if (rules.cuts?.("mail", session, null)) return cut(session);
      callback();
    },
    onRcptTo({ address }, _session, callback) {
      callback(rules.recipient?.(address) ?? null);
    },
    onData(stream, session, callback) {
      const pieces: Buffer[] = [];
      stream.on("data", (piece: Buffer) => pieces.push(piece));
      stream.on("end", () => {
        const raw = Buffer.concat(pieces);
        const refused = rules.data?.(raw) ?? null;
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? "" : mailFrom.address;
        if (!refused) mails.push({ from, to: rcptTo.map(({ address }) => address), raw, session });
        if (rules.cuts?.("data", session, raw)) return cut(session);
        callback(refused);
      });
    },
    ...options,
  });
  server.on("error", () => undefined);
  const cut = ({ id }: SMTPServerSession) => {
    for (const connection of server.connections) {
      const { id: own, _socket } = connection as unknown as { id: string; _socket: { destroy(): void } };
      if (own === id) _socket.destroy();
    }
  };
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    mails,
    sessions,
    stop: () => new Promise<void>((closed) => server.close(() => closed())),
  };
}

/** An answer of the relay's, such as `refusal(550, "5.1.1 nobody")`. */
export function refusal(responseCode: number, text: string): Error & { responseCode: number } {
  return Object.assign(new Error(text), { responseCode });
}
