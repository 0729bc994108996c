import { Hono } from "hono";
import { isOperator } from "../accounts/account";
import type { WebEnv } from "../accounts/web";
import { type MemberEnv, memberCan, memberFrame } from "../groups/web";
import { AppError } from "../platform/errors";
import { readBody } from "../platform/forms";
import { paymentProvider } from "../platform/payments/provider";
import { collectingOf, connect, refreshAccount, useOwnAccount } from "./account";
import { WEBHOOK_BYTES_MAX, webhookProvider } from "./types";
import { CollectingPage } from "./views";
import { receiveMessage } from "./webhook";

const SIGNATURE_HEADERS = { stripe: "Stripe-Signature", test: "Test-Signature" } as const;

/** Messages of payment providers, and where a group's money goes. Mounted at "/" of the platform host. */
export const paymentRoutes = new Hono<WebEnv>();

paymentRoutes.post("/webhooks/payments/:provider", async (c) => {
  const { ctx } = c.var;
  const name = webhookProvider.safeParse(c.req.param("provider"));
  const provider = paymentProvider(ctx.env, ctx.config);
  if (!name.success || provider?.name !== name.data) throw new AppError("not_found");
  const body = new TextDecoder().decode(await readBody(c.req.raw, WEBHOOK_BYTES_MAX));
  const signature = c.req.header(SIGNATURE_HEADERS[name.data]) ?? "";
  const received = await receiveMessage(ctx, provider, { body, signature });
  if (received.is === "forged") {
    ctx.log.info("payments.forged", { provider: name.data });
    throw new AppError("bad_request", "signature");
  }
  return c.json({ received: received.is === "taken" });
});

const member = new Hono<MemberEnv>();

member.get("/groups/:group/payments", memberCan("settings.edit"), async (c) => {
  const { ctx, t, group, account } = c.var;
  const found = await collectingOf(ctx, group.no);
  // Whoever comes back from the provider's pages sees how it went, whether its message was faster or not.
  if (found.is === "waiting") await refreshAccount(ctx, found.account);
  const collecting = found.is === "waiting" ? await collectingOf(ctx, group.no) : found;
  const frame = await memberFrame(c);
  return c.html(
    <CollectingPage {...{ t, group, collecting, frame }} isOperator={isOperator(ctx, account)} />,
  );
});

member.post("/groups/:group/payments/account", memberCan("settings.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  const here = `${ctx.config.PLATFORM_ORIGIN}/groups/${group.slug}/payments`;
  const href = await connect(ctx, group, account, { returnUrl: here, refreshUrl: here });
  return c.redirect(href ?? here, 303);
});

member.post("/groups/:group/payments/own-account", memberCan("settings.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  if (!isOperator(ctx, account)) throw new AppError("forbidden");
  if (!(await useOwnAccount(ctx, group, account.no))) throw new AppError("conflict");
  return c.redirect(`/groups/${group.slug}/payments`, 303);
});

paymentRoutes.route("/", member);
