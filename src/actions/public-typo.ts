import { meantDomain } from "../platform/email-typo";
import type { PublicContext } from "./public-web";

/** What the form's script asks while an address is typed: by the domain alone, so that nobody's address is sent before they send it. */
export const EMAIL_DOMAIN_PATH = "/email-domain.json";

/** `?domain=gmial.com` → `{"meant": "gmail.com"}`; null for one that is right as far as we can tell. */
export function answerDomain(c: PublicContext): Response {
  const meant = meantDomain(c.req.query("domain") ?? "", c.var.ctx.now);
  return Response.json(
    { meant },
    { headers: { "Cache-Control": "public, max-age=86400", "X-Content-Type-Options": "nosniff" } },
  );
}
