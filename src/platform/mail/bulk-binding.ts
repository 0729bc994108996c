import type { Env } from "../../env";
import type { Carrier } from "./bulk-transport";
import { failureOf } from "./errors";
import { oneLine } from "./headers";
import { inTurns } from "./in-turns";
import { wholeText } from "./mail-text";
import { SUBJECT_MAX } from "./messages";

const NAME_MAX = 150;
const AT_ONCE_MAX = 6;

/** Cloudflare's own sending. Its terms allow transactional mail alone: for development, and for who has their permission. */
export function bindingCarrier({ EMAIL }: Env): Carrier {
  return (parcels) =>
    inTurns(parcels, AT_ONCE_MAX, async ({ message }) => {
      const { fromName, fromEmail, to, replyTo, html, text, headers } = message;
      try {
        const { messageId } = await EMAIL.send({
          from: { name: oneLine(fromName, NAME_MAX), email: fromEmail },
          to,
          ...(replyTo ? { replyTo } : {}),
          subject: oneLine(message.subject, SUBJECT_MAX),
          html: wholeText(html),
          text: wholeText(text),
          headers: { ...headers, "X-Mailing-Copy": message.key },
        });
        return { outcome: "accepted", id: messageId };
      } catch (error) {
        return failureOf(error);
      }
    });
}
