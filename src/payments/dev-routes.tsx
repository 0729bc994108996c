import { Hono } from "hono";
import type { WebEnv } from "../accounts/web";
import type { Context } from "../platform/context";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { testBank } from "../platform/payments/provider";
import { listBank, readBank } from "../platform/payments/test-bank-store";
import { isTestCard } from "../platform/payments/test-cards";
import { type SignedMessage, TEST_BANK_PATH, type TestBank } from "../platform/payments/test-provider";
import { TestBankPage, TestCardPage, TestPayPage } from "./dev-views";
import { type TestBankDue, testBankDue } from "./messages";
import { receiveMessage } from "./webhook";

const BYTES_MAX = 10_000;
/** A dispute comes days later; here soon enough to be seen. */
const DISPUTE_AFTER_SECONDS = 5;

/**
 * The pages of the test provider, as the real one has its own: paying by a card of one's choice, and what happens to money
 * afterwards without anybody asking us. They exist in development alone.
 */
export const testBankRoutes = new Hono<WebEnv>();

testBankRoutes.get(`${TEST_BANK_PATH}/pay/:session`, async (c) => {
  bankOf(c.var.ctx);
  const session = await readBank(c.var.ctx.env.SITES, "session", c.req.param("session"));
  if (!session) throw new AppError("not_found");
  if (session.payment) return c.redirect(session.successUrl, 303);
  allowReturnTo(c, session.successUrl);
  return c.html(<TestPayPage t={c.var.t} locale={c.var.locale} session={session} step="card" />);
});

testBankRoutes.post(`${TEST_BANK_PATH}/pay/:session`, async (c) => {
  const { ctx, t, locale } = c.var;
  const bank = bankOf(ctx);
  const session = await readBank(ctx.env.SITES, "session", c.req.param("session"));
  if (!session) throw new AppError("not_found");
  allowReturnTo(c, session.successUrl);
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const card = single(values, "card");
  const answer = single(values, "answer");
  if (!isTestCard(card)) throw new AppError("invalid");
  if (card === "needs_action" && answer === "")
    return c.html(<TestPayPage {...{ t, locale, session }} step="action" />);
  const paid = await bank.pay(session.id, answer === "no" ? "declines" : card);
  if (paid.is === "declined") return c.html(<TestPayPage {...{ t, locale, session }} step="declined" />, 402);
  await deliver(ctx, bank, paid.messages);
  if (card === "disputes_later" && paid.messages.length > 0) {
    const payment = (await readBank(ctx.env.SITES, "session", session.id))?.payment ?? "";
    const due: TestBankDue = { type: "test_bank.due", payment };
    await ctx.env.EVENTS.send(due, { delaySeconds: DISPUTE_AFTER_SECONDS });
  }
  return c.redirect(paid.href, 303);
});

testBankRoutes.get(`${TEST_BANK_PATH}/card/:subscription`, async (c) => {
  bankOf(c.var.ctx);
  const subscription = await readBank(c.var.ctx.env.SITES, "subscription", c.req.param("subscription"));
  if (!subscription) throw new AppError("not_found");
  const returnUrl = c.req.query("return") ?? "";
  allowReturnTo(c, returnUrl);
  return c.html(<TestCardPage t={c.var.t} locale={c.var.locale} returnUrl={returnUrl} />);
});

testBankRoutes.post(`${TEST_BANK_PATH}/card/:subscription`, async (c) => {
  const { ctx } = c.var;
  const bank = bankOf(ctx);
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const returnUrl = single(values, "return");
  await deliver(ctx, bank, await bank.changeCard(c.req.param("subscription")));
  allowReturnTo(c, returnUrl);
  return c.redirect(isOurs(ctx, returnUrl) ? returnUrl : TEST_BANK_PATH, 303);
});

testBankRoutes.get(TEST_BANK_PATH, async (c) => {
  const { ctx, t, locale } = c.var;
  bankOf(ctx);
  const [payments, subscriptions] = await Promise.all([
    listBank(ctx.env.SITES, "payment"),
    listBank(ctx.env.SITES, "subscription"),
  ]);
  return c.html(<TestBankPage {...{ t, locale, payments, subscriptions }} />);
});

testBankRoutes.post(`${TEST_BANK_PATH}/events`, async (c) => {
  const { ctx } = c.var;
  const bank = bankOf(ctx);
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  await deliver(ctx, bank, await happen(bank, single(values, "do"), single(values, "ref")));
  return c.redirect(TEST_BANK_PATH, 303);
});

function happen(bank: TestBank, what: string, ref: string): Promise<SignedMessage[]> {
  switch (what) {
    case "dispute":
      return bank.dispute(ref);
    case "dispute_won":
      return bank.endDispute(ref, true);
    case "dispute_lost":
      return bank.endDispute(ref, false);
    case "bill":
      return bank.bill(ref, false);
    case "bill_failing":
      return bank.bill(ref, true);
    default:
      throw new AppError("invalid");
  }
}

/** The dispute that the card which "disputes later" brings. */
export async function runTestBank(ctx: Context, due: TestBankDue): Promise<void> {
  const bank = testBank(ctx.env, ctx.config);
  if (bank) await deliver(ctx, bank, await bank.dispute(testBankDue.parse(due).payment));
}

/** As the real provider does: signed, to the door that checks the signature. */
async function deliver(ctx: Context, bank: TestBank, messages: readonly SignedMessage[]): Promise<void> {
  for (const message of messages) await receiveMessage(ctx, bank, message);
}

function bankOf(ctx: Context): TestBank {
  const bank = testBank(ctx.env, ctx.config);
  if (!bank) throw new AppError("not_found");
  return bank;
}

function isOurs(ctx: Context, href: string): boolean {
  if (!URL.canParse(href)) return false;
  const { hostname } = new URL(href);
  return hostname === ctx.config.ROOT_DOMAIN || hostname.endsWith(`.${ctx.config.ROOT_DOMAIN}`);
}

/** The form leads back to the group's host, which the policy of our own pages would not let it. */
function allowReturnTo(c: { header(name: string, value: string): void }, href: string): void {
  const origin = URL.canParse(href) ? new URL(href).origin : "";
  c.header(
    "Content-Security-Policy",
    `default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' ${origin}; base-uri 'none'`,
  );
}
