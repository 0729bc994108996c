import { z } from "zod";
import type { Config } from "../../env";
import type { Carrier, Parcel } from "./bulk-transport";
import { inTurns } from "./in-turns";
import { sesClient, sesOrigin } from "./ses-client";
import type { MailResult } from "./transport";

/** A Worker holds six connections at once; a seventh would wait silently (cloudflare.md §1). */
const AT_ONCE_MAX = 6;
/** What is not answered by then may have left. */
const TIMEOUT_MS = 20_000;
const REASON_MAX = 100;

/** The answers of SES that say something of this one mail (SES API v2, SendEmail, Errors). */
const permanentErrors = ["MessageRejected", "BadRequestException"];
/** SES says these when it is us who are not set up, which is no fault of the mail: it waits. */
const NOT_SET_UP = /not verified|not authorized|configuration set/i;

const reply = z.object({ MessageId: z.string().min(1).max(300) });
const refusal = z.object({
  __type: z.string().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
});

/** Amazon SES, API v2: a call a mail, since a refused call refuses all its recipients. */
export function sesCarrier(config: Config): Carrier {
  const client = sesClient(config);
  const url = new URL("/v2/email/outbound-emails", sesOrigin(config)).href;
  return (parcels) =>
    inTurns(parcels, AT_ONCE_MAX, async (parcel) => {
      const body = JSON.stringify(await orderOf(parcel, config));
      try {
        const response = await client.fetch(url, {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body,
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        return await answerOf(response);
      } catch {
        return { outcome: "unknown", reason: "no_answer" };
      }
    });
}

async function orderOf({ message, mime }: Parcel, config: Config) {
  return {
    FromEmailAddress: message.fromEmail,
    Destination: { ToAddresses: [message.to] },
    Content: { Raw: { Data: (await mime()).toBase64() } },
    // SES replaces the Message-ID; its news of the mail carry these instead.
    EmailTags: [{ Name: "copy", Value: message.key }],
    ...(config.BULK_SES_CONFIGURATION_SET ? { ConfigurationSetName: config.BULK_SES_CONFIGURATION_SET } : {}),
  };
}

/** Only what SES surely did not take may be sent again: an error of its own may have come after the mail left. */
async function answerOf(response: Response): Promise<MailResult> {
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) {
    const taken = reply.safeParse(body);
    return taken.success
      ? { outcome: "accepted", id: taken.data.MessageId }
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
