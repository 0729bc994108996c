import type { Context } from "../context";
import type { BulkLane, BulkMessage, BulkTransport } from "./bulk";
import { bindingCarrier } from "./bulk-binding";
import { checkedBulk } from "./bulk-check";
import { sesCarrier } from "./bulk-ses";
import { smtpCarrier } from "./bulk-smtp";
import { captureMail } from "./capture";
import { signed } from "./dkim";
import { wholeText } from "./mail-text";
import { buildMime, messageIdOf } from "./mime";
import { returnAddress } from "./return-addresses";
import type { MailResult } from "./transport";

type Deps = Pick<Context, "env" | "config" | "log" | "now">;

/** A message that is made ready to leave: its envelope (RFC 5321 §2.3.1) and its bytes, when they are asked for. */
export type Parcel = { message: BulkMessage; returnPath(): string; mime(): Promise<Uint8Array> };

/** How parcels leave. Answers for each, in their order, and never throws. */
export type Carrier = ((parcels: readonly Parcel[]) => Promise<MailResult[]>) & { close?(): Promise<void> };

/** The lane of mailings, by what BULK_TRANSPORT names; in development every mail that was accepted is at /dev/mail too. */
export function bulkTransport(ctx: Deps, lane: BulkLane): BulkTransport {
  const carrier = carrierOf(ctx);
  const domain = ctx.config.mailDomain;
  // SES has the key and signs by itself.
  const own: BulkLane = ctx.config.BULK_TRANSPORT === "ses" ? { dkim: null } : lane;
  return {
    close: async () => carrier.close?.(),
    async send(messages) {
      const checked = messages.map(checkedBulk);
      const parcels = checked.flatMap((each) =>
        "message" in each ? [parcelOf(each.message, own, { domain, now: ctx.now })] : [],
      );
      const results = parcels.length > 0 ? await carried(ctx, carrier, parcels) : [];
      const rest = results.values();
      return checked.map((each) => {
        if (!("message" in each)) return { outcome: "permanent", reason: each.reason };
        return rest.next().value ?? { outcome: "unknown", reason: "no_answer" };
      });
    },
  };
}

function parcelOf(message: BulkMessage, lane: BulkLane, options: { domain: string; now: number }): Parcel {
  let made: Promise<Uint8Array> | undefined;
  const mime = async () => {
    const bytes = buildMime(message, options);
    return lane.dkim ? signed(bytes, lane.dkim, options.now) : bytes;
  };
  return {
    message,
    returnPath: () => returnAddress("bounce", message.key, options.domain),
    mime: () => {
      made ??= mime();
      return made;
    },
  };
}

async function carried(ctx: Deps, carrier: Carrier, parcels: readonly Parcel[]): Promise<MailResult[]> {
  const results = await carrier(parcels).catch((error: unknown): MailResult[] => {
    // A carrier that throws is a bug; what it had begun may have left.
    ctx.log.error("mail.carrier", error);
    return parcels.map(() => ({ outcome: "unknown", reason: "carrier" }));
  });
  const { isDevelopment, BULK_CAPTURE } = ctx.config;
  if (isDevelopment && BULK_CAPTURE !== "no") await captureAll(ctx, parcels, results);
  return results;
}

function carrierOf(ctx: Deps): Carrier {
  switch (ctx.config.BULK_TRANSPORT) {
    case "ses":
      return sesCarrier(ctx.config);
    case "smtp":
      return smtpCarrier(ctx.config, ctx.log);
    case "binding":
      return bindingCarrier(ctx.env);
    case "":
      return ctx.config.isDevelopment ? captureOnly(ctx) : refuseAll;
  }
}

/** Nothing leaves; the mails are accepted and captured. */
function captureOnly({ config }: Deps): Carrier {
  return async (parcels) =>
    parcels.map(({ message }) => ({
      outcome: "accepted",
      id: messageIdOf(message.key, config.mailDomain),
    }));
}

const refuseAll: Carrier = async (parcels) =>
  parcels.map(() => ({ outcome: "transient", reason: "no_transport" }));

async function captureAll(ctx: Deps, parcels: readonly Parcel[], results: MailResult[]): Promise<void> {
  await Promise.all(
    parcels.map(async ({ message, mime, returnPath }, at) => {
      const result = results[at];
      if (result?.outcome !== "accepted") return;
      const { fromEmail, key: _key, amp: _amp, ...mail } = message;
      const raw = new TextDecoder().decode(await mime());
      const texts = { html: wholeText(mail.html), text: wholeText(mail.text) };
      const envelope = { from: fromEmail, messageId: result.id, returnPath: returnPath() };
      const captured = { ...mail, ...texts, ...envelope, raw };
      await captureMail(ctx.env.FILES, captured, ctx.now).catch((error: unknown) =>
        ctx.log.error("mail.not_captured", error),
      );
    }),
  );
}
