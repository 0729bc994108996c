import { Hono, type Context as HonoContext } from "hono";
import type { WebEnv } from "../accounts/web";
import type { Kind } from "../actions/types";
import { AppError, type ErrorCode } from "../platform/errors";
import { takeFromLimits } from "../platform/limits";
import { translator } from "../ui/i18n";
import { HOOK_PATH, hookOfSecret } from "./hook";
import { readPayload } from "./payload";
import { receive } from "./receive";

/** Deliveries of one address: a form that goes round the world sends fewer. */
const LIMITS = [
  { max: 120, windowMs: 60_000 },
  { max: 20_000, windowMs: 86_400_000 },
];
const RETRY_SECONDS = 30;

const refusals: Partial<Record<ErrorCode, string>> = {
  bad_request: "The body is not JSON or a form that can be read, or it is nested too deeply.",
  too_large: "The body is larger than 256 kB.",
  unsupported_media_type: "Send application/json, application/x-www-form-urlencoded or multipart/form-data.",
};

/** Where form tools of other makers send what people filled in. The secret in the address is all they need. */
export function hookRoutes(kinds: readonly Kind[]) {
  return new Hono<WebEnv>()
    .post(`${HOOK_PATH}/:secret`, (c) => answer(c, kinds))
    .get(`${HOOK_PATH}/:secret`, (c) => {
      c.header("Allow", "POST");
      return say(c, 405, "method_not_allowed", "This address is for form tools. It takes POST requests.");
    });
}

async function answer(c: HonoContext<WebEnv>, kinds: readonly Kind[]): Promise<Response> {
  const { ctx } = c.var;
  const secret = c.req.param("secret") ?? "";
  try {
    const found = await hookOfSecret(ctx, secret);
    if (!found)
      return say(c, 404, "not_found", "Nothing is at this address. It may have been renewed or deleted.");
    const { group, hook } = found;
    if (group.status !== "active") return say(c, 403, "stopped", "This group is stopped.");
    const limit = await takeFromLimits(ctx.env, "hook", `${group.no}/${hook.no}`, LIMITS);
    if (!limit.allowed) {
      c.header("Retry-After", String(limit.retryAfterSeconds));
      return say(c, 429, "too_many", "Too many deliveries. Send the rest more slowly.");
    }
    if (hook.state === "paused") return say(c, 409, "paused", "This connection is paused.");
    const payload = await readPayload(c.req.raw);
    const { outcome, reason } = await receive(ctx, { group, hook, kinds }, payload);
    if (outcome !== "refused") return c.json({ status: outcome }, 200, { "Cache-Control": "no-store" });
    const t = translator(group.locale);
    return say(
      c,
      422,
      reason.code,
      [reason.code === "none" ? "" : t(`connections.reasons.${reason.code}`), ...reason.words]
        .join(" ")
        .trim(),
    );
  } catch (error) {
    if (error instanceof AppError && refusals[error.code])
      return say(c, error.status, error.code, refusals[error.code] ?? "");
    ctx.log.error("hook.untaken", error);
    c.header("Retry-After", String(RETRY_SECONDS));
    return say(c, 503, "unavailable", "This cannot be stored at the moment. Send it again later.");
  }
}

function say(
  c: HonoContext<WebEnv>,
  status: AppError["status"] | 405 | 409,
  code: string,
  message: string,
): Response {
  return c.json({ error: { code, message } }, status, { "Cache-Control": "no-store" });
}
