import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import type { WebEnv } from "../accounts/web";
import { AppError } from "../platform/errors";
import { type CapturedMail, listCaptured, readCaptured } from "../platform/mail/capture";
import type { MailEvent } from "../platform/mail/events";
import { MailboxPage, MailPage } from "./mailbox-views";

/**
 * The mail a development server would have sent. Mounted at "/" of the platform host; outside development there is no
 * such page, whoever asks.
 */
export const devMailRoutes = new Hono<WebEnv>();

const developmentOnly = createMiddleware<WebEnv>(async (c, next) => {
  if (!c.var.ctx.config.isDevelopment) throw new AppError("not_found");
  await next();
  c.header("Cache-Control", "private, no-store");
});

devMailRoutes.use("/dev/mail", developmentOnly);
devMailRoutes.use("/dev/mail.json", developmentOnly);
devMailRoutes.use("/dev/mail/*", developmentOnly);

devMailRoutes.get("/dev/mail", async (c) => {
  const { ctx, t, locale, account } = c.var;
  const to = (c.req.query("to") ?? "").trim();
  const { mails, next } = await listCaptured(ctx.env.FILES, {
    to: to || undefined,
    after: c.req.query("after"),
  });
  const query = new URLSearchParams({ to, after: next ?? "" });
  const clock = { now: ctx.now, timeZone: account?.timeZone ?? "UTC" };
  return c.html(
    <MailboxPage
      {...clock}
      {...{ t, locale, mails, to }}
      next={next === null ? undefined : `/dev/mail?${query}`}
    />,
  );
});

/** The same as JSON, whole mails, newest first; the next page is in the Link header (RFC 8288). */
devMailRoutes.get("/dev/mail.json", async (c) => {
  const { FILES } = c.env;
  const to = c.req.query("to") || undefined;
  const { mails, next } = await listCaptured(FILES, { to, after: c.req.query("after") });
  const whole = await Promise.all(mails.map(({ key }) => readCaptured(FILES, key)));
  if (next !== null) {
    const query = new URLSearchParams({ ...(to && { to }), after: next });
    c.header("Link", `</dev/mail.json?${query}>; rel="next"`);
  }
  return c.json(whole.flatMap((mail) => (mail ? [asJson(mail)] : [])));
});

function asJson({ key, replyTo, files, ...mail }: CapturedMail) {
  return {
    id: key,
    ...mail,
    replyTo: replyTo ?? null,
    files: files.map(({ filename, type }) => ({ filename, type })),
  };
}

devMailRoutes.get("/dev/mail/:key", async (c) => {
  const { ctx, t, locale, account } = c.var;
  const mail = await readCaptured(ctx.env.FILES, c.req.param("key"));
  if (!mail) throw new AppError("not_found");
  const clock = { now: ctx.now, timeZone: account?.timeZone ?? "UTC" };
  return c.html(
    <MailPage {...{ t, locale, mail }} {...clock} isBounced={c.req.query("done") === "bounced"} />,
  );
});

/** A file of a mail, which the browser keeps and never shows as a page of ours. */
devMailRoutes.get("/dev/mail/:key/files/:nth", async (c) => {
  const mail = await readCaptured(c.env.FILES, c.req.param("key"));
  const file = mail?.files[Number(c.req.param("nth"))];
  if (!file) throw new AppError("not_found");
  return c.body(Uint8Array.fromBase64(file.base64), 200, {
    "Content-Type": file.type,
    "Content-Disposition": `attachment; filename="${file.filename}"`,
  });
});

/** A mailing's copy as it would travel, for whoever wants to open it in a mail program or parse it. */
devMailRoutes.get("/dev/mail/:key/raw", async (c) => {
  const mail = await readCaptured(c.env.FILES, c.req.param("key"));
  if (!mail || mail.raw === "") throw new AppError("not_found");
  return c.body(mail.raw, 200, {
    "Content-Type": "message/rfc822",
    "Content-Disposition": `attachment; filename="${mail.key}.eml"`,
  });
});

/** Reports the mail as the provider would whose address does not exist. */
devMailRoutes.post("/dev/mail/:key/bounce", async (c) => {
  const mail = await readCaptured(c.env.FILES, c.req.param("key"));
  if (!mail) throw new AppError("not_found");
  const reason = "550 5.1.1 User unknown";
  const event: MailEvent = {
    type: "cf.email.sending.message.bounced",
    payload: { messageId: mail.messageId, recipient: mail.to, bounce: { type: "hard", reason } },
  };
  await c.env.MAIL_EVENTS.send(event);
  return c.redirect(`/dev/mail/${mail.key}?done=bounced`, 303);
});

// Nothing in a mail runs, submits or navigates; it may bring its styles, and shows images as a mail reader would.
const MAIL_POLICY = [
  "sandbox",
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "img-src https: data:",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join("; ");

devMailRoutes.get("/dev/mail/:key/html", async (c) => {
  const mail = await readCaptured(c.env.FILES, c.req.param("key"));
  if (!mail) throw new AppError("not_found");
  c.header("Content-Security-Policy", MAIL_POLICY);
  return c.html(mail.html);
});
