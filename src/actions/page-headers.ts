import { sha256 } from "../platform/crypto";

/** Browsers and the network may keep a public page this long, and go on with it while we are in trouble. */
const PUBLIC_CACHE = "public, max-age=30, stale-while-revalidate=300, stale-if-error=3600";

export type Policy = {
  /** The text of the page's one `<style>`. */
  styleText: string;
  /** Where, besides this host, a posted form may end up: browsers hold a redirect after a POST to `form-action` too. */
  formTargets?: readonly string[];
  /** Who may show the page in a frame; nobody unless told. */
  framedBy?: string;
};

const hashes = new Map<string, string>();
/** One entry an accent; a platform has more groups than that, and a hash costs little. */
const HASHES_MAX = 500;

/** How a policy names a style by its content (CSP Level 3 §6.7.3.3), so that no other style can run. */
async function styleHash(text: string): Promise<string> {
  const kept = hashes.get(text);
  if (kept) return kept;
  const hash = `'sha256-${(await sha256(text)).toBase64()}'`;
  if (hashes.size >= HASHES_MAX) hashes.clear();
  hashes.set(text, hash);
  return hash;
}

/** What the browser may do for a public page: our scripts and images, the one style inside it, and nothing of anyone else. */
async function contentSecurityPolicy({ styleText, formTargets = [], framedBy }: Policy): Promise<string> {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src ${await styleHash(styleText)}`,
    "img-src 'self' data:",
    "connect-src 'self'",
    `form-action ${["'self'", ...formTargets].join(" ")}`,
    `frame-ancestors ${framedBy ?? "'none'"}`,
    "base-uri 'none'",
  ].join("; ");
}

/** The headers of every HTML page on a group's host. None of them sets or reads a cookie. */
export async function publicHeaders(policy: Policy): Promise<Record<string, string>> {
  return {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": PUBLIC_CACHE,
    "Content-Security-Policy": await contentSecurityPolicy(policy),
    ...securityHeaders,
  };
}

/** The same for what is one person's: an answer to a form, a thank-you, a preview. */
export async function privateHeaders(policy: Policy): Promise<Record<string, string>> {
  return { ...(await publicHeaders(policy)), "Cache-Control": "private, no-store" };
}

/** For everything a group's host answers, pages or not. */
export const securityHeaders = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "strict-origin-when-cross-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "Cross-Origin-Opener-Policy": "same-origin",
};
