import { Hono } from "hono";
import type { Kind } from "../actions/types";
import { ACTION_PATH, actionFrame, actionHref, actionIn, publicUrl } from "../actions/web";
import { recordAct } from "../groups/audit";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { deliverMail } from "../platform/mail/mail";
import type { FlashMessage } from "../ui/flash";
import type { T } from "../ui/i18n";
import { sendDue } from "./delivery";
import { lettersCsv } from "./export";
import { lettersPrint } from "./print";
import { retryTarget } from "./store-claims";
import { lettersByTarget, letterTarget, undelivered } from "./store-lists";
import { testMail } from "./test-mail";
import { LettersPage } from "./views";

const BYTES_MAX = 10_000;

/** Letters per target: how many are where, another try, a test to oneself, and all of them as a table. */
export function letterRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();

  app.get(`${ACTION_PATH}/letters`, memberCan("people.view"), async (c) => {
    const subject = await actionIn(c, ofLetters(kinds));
    const { ctx, t, group, role } = c.var;
    const db = dbFor(ctx.env, group);
    const [frame, targets, lost] = await Promise.all([
      actionFrame(
        c,
        subject,
        doneFlash(t, (name) => c.req.query(name)),
      ),
      lettersByTarget(db, subject.action.no),
      undelivered(db, subject.action.no),
    ]);
    const may = { export: can(role, "people.export"), retry: can(role, "actions.publish") };
    return c.html(<LettersPage {...frame} {...{ targets, lost, may }} />);
  });

  app.post(`${ACTION_PATH}/letters/retry`, memberCan("actions.publish"), async (c) => {
    const { action } = await actionIn(c, ofLetters(kinds));
    const { ctx, group, account } = c.var;
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const target = single(values, "target");
    const count = await retryTarget(dbFor(ctx.env, group), action.no, target, ctx.now);
    const detail = { target, count };
    await recordAct(ctx, {
      groupNo: group.no,
      accountNo: account.no,
      act: "letters.retried",
      subject: action.id,
      detail,
    });
    ctx.later(sendDue(ctx, group, action));
    return c.redirect(actionHref(group, action, `/letters?done=retried&count=${count}`), 303);
  });

  app.post(`${ACTION_PATH}/letters/test`, memberCan("people.view"), async (c) => {
    const { action, kind } = await actionIn(c, ofLetters(kinds));
    const { ctx, group, account } = c.var;
    const mail = await testMail(group, action, { to: account, pageUrl: publicUrl(c, kind, action) });
    const sent = mail ? await deliverMail(ctx, mail, "notice") : null;
    const done = sent === null ? "no-letter" : sent.outcome === "accepted" ? "tested" : "not-tested";
    return c.redirect(actionHref(group, action, `/letters?done=${done}`), 303);
  });

  app.post(`${ACTION_PATH}/letters/print`, memberCan("people.export"), async (c) => {
    const { action } = await actionIn(c, ofLetters(kinds));
    const { ctx, group, account } = c.var;
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const key = single(values, "target");
    const db = dbFor(ctx.env, group);
    const target = await letterTarget(db, action.no, key);
    if (!target) throw new AppError("not_found");
    await recordAct(ctx, {
      ...{ groupNo: group.no, accountNo: account.no, subject: action.id, detail: { target: target.name } },
      act: "letters.exported",
    });
    const bundle = { db, group, action, target: { ...target, target: key }, now: ctx.now };
    return c.body(lettersPrint(bundle), 200, {
      "Content-Type": "text/html; charset=utf-8",
      "Cache-Control": "private, no-store",
    });
  });

  app.post(`${ACTION_PATH}/letters.csv`, memberCan("people.export"), async (c) => {
    const { action } = await actionIn(c, ofLetters(kinds));
    const { ctx, t, group, account } = c.var;
    await recordAct(ctx, {
      groupNo: group.no,
      accountNo: account.no,
      act: "letters.exported",
      subject: action.id,
    });
    return c.body(lettersCsv(t, dbFor(ctx.env, group), action), 200, {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="${action.slug}-letters.csv"`,
    });
  });

  return app;
}

/** These pages are about letters alone; another kind's action has none. Throws not_found when letters are not served. */
function ofLetters(kinds: readonly Kind[]): readonly Kind[] {
  const own = kinds.filter(({ name }) => name === "letter");
  if (own.length === 0) throw new AppError("not_found");
  return own;
}

function doneFlash(t: T, query: (name: string) => string | undefined): FlashMessage | undefined {
  switch (query("done")) {
    case "retried":
      return { kind: "good", text: t("letters.list.retried", { count: Number(query("count")) || 0 }) };
    case "tested":
      return { kind: "good", text: t("letters.test.done") };
    case "not-tested":
      return { kind: "bad", text: t("letters.test.failed") };
    case "no-letter":
      return { kind: "warn", text: t("letters.test.none") };
    default:
      return undefined;
  }
}
