import { Hono } from "hono";
import { inboundByDay, listKept, rawKept, settleKept } from "../inbound/kept";
import { mailFile } from "../inbound/mail-file";
import { AppError } from "../platform/errors";
import type { Key } from "../ui/i18n";
import { INBOUND_DAYS, InboundPage } from "./inbound-views";
import { numberIn, type OperatorEnv, pageProps } from "./web";

const doneWords: Record<string, Key> = { settled: "inbound.operations.settled" };

/** Incoming mail, for operators: what came in, and what nobody understood. */
export const inboundOperations = new Hono<OperatorEnv>();

inboundOperations.get("/operations/inbound", async (c) => {
  const { ctx } = c.var;
  const isSettled = c.req.query("show") === "settled";
  const [page, days, props] = await Promise.all([
    listKept(ctx, { before: numberIn(c.req.query("before")), isSettled }),
    inboundByDay(ctx, INBOUND_DAYS),
    pageProps(c, doneWords),
  ]);
  return c.html(<InboundPage {...props} {...page} {...{ days, isSettled }} />);
});

inboundOperations.get("/operations/inbound/:no/raw", async (c) => {
  const no = numberIn(c.req.param("no"));
  const body = no === null ? null : await rawKept(c.var.ctx, no);
  if (!body) throw new AppError("not_found");
  return mailFile(body, `inbound-${no}.eml`);
});

inboundOperations.post("/operations/inbound/:no/settlement", async (c) => {
  const no = numberIn(c.req.param("no"));
  if (no === null || !(await settleKept(c.var.ctx, no, c.var.account))) throw new AppError("not_found");
  return c.redirect("/operations/inbound?done=settled", 303);
});
