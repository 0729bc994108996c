import { Hono } from "hono";
import type { WebEnv } from "../accounts/web";
import { AppError } from "../platform/errors";
import { readBody } from "../platform/forms";
import { confirmSubscription, readSns } from "../platform/mail/sns";
import { isSignedMessage } from "../platform/signed-webhook";
import { serviceReport, serviceReported } from "./service-report";
import { sesReported } from "./ses";

/** SNS sends at most 256 kB. */
const BYTES_MAX = 300_000;

/** Where mail services report what became of mails. Mounted at "/" of the platform host. */
export const mailWebhookRoutes = new Hono<WebEnv>();

mailWebhookRoutes.post("/webhooks/mail/ses", async (c) => {
  const { ctx } = c.var;
  const topics = ctx.config.MAIL_EVENT_TOPICS.split(",")
    .map((topic) => topic.trim())
    .filter((topic) => topic !== "");
  if (topics.length === 0) throw new AppError("not_found");
  const body = new TextDecoder().decode(await readBody(c.req.raw, BYTES_MAX));
  const read = await readSns(body, { topics, now: ctx.now });
  if (read.is === "forged") {
    ctx.log.info("inbound.forged", { why: read.why });
    throw new AppError("bad_request", read.why);
  }
  const { message } = read;
  if (message.Type === "SubscriptionConfirmation") {
    const isConfirmed = await confirmSubscription(message);
    ctx.log.info("inbound.topic", { isConfirmed });
    return c.json({ received: isConfirmed });
  }
  if (message.Type === "UnsubscribeConfirmation") return c.json({ received: false });
  return c.json({ received: (await sesReported(ctx, message.Message, message.MessageId)) === "taken" });
});

mailWebhookRoutes.post("/webhooks/mail", async (c) => {
  const { ctx } = c.var;
  const secret = ctx.config.MAIL_EVENT_SECRET;
  if (secret === "") throw new AppError("not_found");
  const body = new TextDecoder().decode(await readBody(c.req.raw, BYTES_MAX));
  const id = c.req.header("webhook-id") ?? "";
  const timestamp = c.req.header("webhook-timestamp") ?? "";
  const signature = c.req.header("webhook-signature") ?? "";
  if (!(await isSignedMessage(secret, { id, timestamp, signature }, body, ctx.now)))
    throw new AppError("bad_request", "signature");
  const report = serviceReport.safeParse(jsonOf(body));
  if (!report.success) throw new AppError("invalid", "body");
  return c.json({ received: (await serviceReported(ctx, report.data, id)) === "taken" });
});

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
