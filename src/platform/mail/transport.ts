import type { Context } from "../context";
import { captureMail } from "./capture";
import { failureOf, type MailFailure } from "./errors";
import { safeHeaders } from "./headers";
import type { MailAttachment, MailWithFiles } from "./messages";

export type MailResult = { outcome: "accepted"; id: string } | MailFailure;

/** A way for one mail to leave. It answers for each mail, never throws, and never tries again by itself. */
export type MailTransport = { send(message: MailWithFiles): Promise<MailResult> };

type Deps = Pick<Context, "env" | "config" | "log" | "now">;

/** The transactional lane: the platform's own sending, which in development also fills the mailbox at /dev/mail. */
export function mailTransport(ctx: Deps): MailTransport {
  return ctx.config.isDevelopment ? captured(ctx, bindingTransport(ctx)) : bindingTransport(ctx);
}

function bindingTransport({ env, config, log }: Deps): MailTransport {
  return {
    async send(message) {
      const { fromName, replyTo, subject, headers } = safeHeaders(message);
      try {
        const { messageId } = await env.EMAIL.send({
          from: { name: fromName, email: config.MAIL_FROM },
          to: message.to,
          ...(replyTo ? { replyTo } : {}),
          subject,
          html: message.html,
          text: message.text,
          headers,
          ...(message.attachments ? { attachments: message.attachments.map(attached) } : {}),
        });
        return { outcome: "accepted", id: messageId };
      } catch (error) {
        const failure = failureOf(error);
        // The provider's words may quote the recipient, so only its code is logged.
        log.info("mail.failed", failure);
        return failure;
      }
    },
  };
}

function attached({ filename, type, content }: MailAttachment): EmailAttachment {
  return { disposition: "attachment", filename, type, content };
}

function captured({ env, config, log, now }: Deps, transport: MailTransport): MailTransport {
  return {
    async send(message) {
      const result = await transport.send(message);
      if (result.outcome !== "accepted") return result;
      const mail = { ...message, ...safeHeaders(message), from: config.MAIL_FROM, messageId: result.id };
      await captureMail(env.FILES, mail, now).catch((error: unknown) =>
        log.error("mail.not_captured", error),
      );
      return result;
    },
  };
}
