import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { postOut } from "../platform/outgoing";
import { problemOf } from "../webhooks/address";
import { bodyFor, say } from "./chat-formats";
import { CHAT_TIMEOUT_MS, type Chat, type Notice } from "./chat-types";
import { connectionsHref } from "./frame";

const ANSWER_BYTES_MAX = 2_048;
const PROBLEM_MAX = 200;

/**
 * Sends one notice. The address is asked about before each try, since a name may lead elsewhere by then.
 * @returns null when it was taken, else what was wrong: the code of an address, "timeout", "unreachable" or the HTTP status
 */
export async function sendNotice(
  ctx: Context,
  group: Pick<Group, "name" | "slug">,
  chat: Pick<Chat, "service" | "url" | "locale">,
  notice: Notice,
): Promise<string | null> {
  const problem = await problemOf(ctx, chat.url);
  if (problem) return problem;
  const href = `${ctx.config.platform.origin}${connectionsHref(group.slug)}`;
  const said = say(notice, chat.locale, { group: group.name, href });
  const posted = await postOut(chat.url, JSON.stringify(bodyFor(chat.service, said)), {
    headers: { "Content-Type": "application/json", "User-Agent": "Groundswell-Notices/1" },
    timeoutMs: CHAT_TIMEOUT_MS,
    bytesMax: ANSWER_BYTES_MAX,
  });
  if (posted.is !== "answered") return posted.is;
  return posted.status >= 200 && posted.status < 300 ? null : `HTTP ${posted.status}`.slice(0, PROBLEM_MAX);
}
