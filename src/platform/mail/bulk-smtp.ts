import { connect } from "cloudflare:sockets";
import type { Config } from "../../env";
import type { Log } from "../log";
import type { Carrier } from "./bulk-transport";
import { messageIdOf } from "./mime";
import { type SmtpServer, SmtpSession } from "./smtp";
import { smtpPool } from "./smtp-pool";
import type { Wire } from "./smtp-wire";

/**
 * A relay of one's own or a provider's, over SMTP (RFC 5321). A connection serves chunk after chunk of the same invocation;
 * no other may use it, since a Worker's sockets belong to what opened them.
 */
export function smtpCarrier(config: Config, log: Log): Carrier & { close(): Promise<void> } {
  const server = serverOf(config);
  const pool = smtpPool((by) => SmtpSession.open(server, by), log);
  const carry: Carrier = async (parcels) => {
    const mails = await Promise.all(
      parcels.map(async ({ message, returnPath, mime }) => ({
        from: returnPath(),
        to: message.to,
        bytes: await mime(),
        id: messageIdOf(message.key, config.mailDomain),
      })),
    );
    return pool.send(mails);
  };
  return Object.assign(carry, { close: pool.close });
}

function serverOf(config: Config): SmtpServer {
  const { BULK_SMTP_HOST, BULK_SMTP_PORT, BULK_SMTP_USER, BULK_SMTP_PASSWORD, mailDomain } = config;
  const security = securityOf(config);
  const secureTransport = ({ implicit: "on", starttls: "starttls", none: "off" } as const)[security];
  return {
    connect: (): Wire =>
      connect({ hostname: BULK_SMTP_HOST, port: BULK_SMTP_PORT }, { secureTransport, allowHalfOpen: false }),
    security,
    user: BULK_SMTP_USER,
    password: BULK_SMTP_PASSWORD,
    clientName: mailDomain,
  };
}

/** In the clear only where nothing but a test can listen. */
function securityOf({ BULK_SMTP_TLS, BULK_SMTP_PORT, isDevelopment }: Config): SmtpServer["security"] {
  if (BULK_SMTP_TLS === "none") return isDevelopment ? "none" : "starttls";
  return BULK_SMTP_TLS || (BULK_SMTP_PORT === 465 ? "implicit" : "starttls");
}
