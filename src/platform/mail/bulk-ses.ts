import { z } from "zod";
import type { Config } from "../../env";
import type { Carrier, Parcel } from "./bulk-transport";
import { inTurns } from "./in-turns";
import { sesOrigin } from "./ses-client";
import { sesSigner } from "./ses-signature";
import type { MailResult } from "./transport";

/** A Worker holds six connections at once; a seventh would wait silently (Cloudflare's docs, Workers). */
const AT_ONCE_MAX = 6;
/** For a chunk. What is not answered by then may have left; less than a claim lasts. */
const TIMEOUT_MS = 60_000;
const ID_MAX = 300;
const REASON_MAX = 100;
const encoder = new TextEncoder();

/** The answers of SES that say something of this one mail (SES API v2, SendEmail, Errors). */
const permanentErrors = ["MessageRejected", "BadRequestException"];
/** SES says these when it is us who are not set up, which is no fault of the mail: it waits. */
const NOT_SET_UP = /not verified|not authorized|configuration set/i;

const refusal = z.object({
  __type: z.string().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
});

/** Amazon SES, API v2: a call a mail, since a refused call refuses all its recipients. */
export function sesCarrier(config: Config): Carrier {
  const url = new URL("/v2/email/outbound-emails", sesOrigin(config));
  const sign = sesSigner(config, url);
  return (parcels) => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    return inTurns(parcels, AT_ONCE_MAX, async (parcel) => {
      const body = await orderOf(parcel, config);
      const headers = await sign(body, Date.now());
      // Nothing was handed over yet.
      if (signal.aborted) return { outcome: "transient", reason: "slow" };
      try {
        return await answerOf(await fetch(url.href, { method: "POST", headers, body, signal }));
      } catch {
        return { outcome: "unknown", reason: "no_answer" };
      }
    });
  };
}

/** The call's JSON, as bytes. The mail, which is nearly all of it, is base64 and needs no escaping. */
async function orderOf({ message, mime }: Parcel, config: Config): Promise<Uint8Array> {
  const order = JSON.stringify({
    FromEmailAddress: message.fromEmail,
    Destination: { ToAddresses: [message.to] },
    // SES replaces the Message-ID; its news of the mail carry these instead.
    EmailTags: [{ Name: "copy", Value: message.key }],
    ...(config.BULK_SES_CONFIGURATION_SET ? { ConfigurationSetName: config.BULK_SES_CONFIGURATION_SET } : {}),
  });
  const raw = (await mime()).toBase64();
  return encoder.encode(`${order.slice(0, -1)},"Content":{"Raw":{"Data":"${raw}"}}}`);
}

/** Only what SES surely did not take may be sent again: an error of its own may have come after the mail left. */
async function answerOf(response: Response): Promise<MailResult> {
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) {
    const id = typeof body === "object" && body !== null ? Reflect.get(body, "MessageId") : null;
    return typeof id === "string" && id !== "" && id.length <= ID_MAX
      ? { outcome: "accepted", id }
      : { outcome: "unknown", reason: "no_message_id" };
  }
  const said = refusal.safeParse(body);
  const name = response.headers.get("x-amzn-errortype") ?? said.data?.__type ?? said.data?.code ?? "";
  const code = name.replace(/^.*#/, "").replace(/:.*$/s, "");
  const reason = (code || `http_${response.status}`).slice(0, REASON_MAX);
  if (permanentErrors.includes(code) && !NOT_SET_UP.test(said.data?.message ?? "")) {
    return { outcome: "permanent", reason };
  }
  const isTheirs = response.status >= 500 && response.status !== 503;
  return { outcome: isTheirs || response.status < 400 ? "unknown" : "transient", reason };
}
