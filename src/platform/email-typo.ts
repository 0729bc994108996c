import spelling from "@zootools/email-spell-checker";
import { LruCache } from "./lru";

/** Domains that look like a slip of a better known one and are not. */
const RIGHT = new Set(
  "mac.com email.com mail.com line.com love.com me.com hey.com pm.com ymail.com fmail.com usa.com gmx.com gmx.net gmx.de gmx.at gmx.ch".split(
    " ",
  ),
);
/** Mailboxes by the million; a slip of one of these is worth asking about, and a suggestion of anything else is not. */
const FAMILIAR =
  /^(gmail|googlemail|yahoo|hotmail|outlook|live|msn|icloud|aol|protonmail|proton|orange|wanadoo|free|laposte|sfr|web|gmx|telefonica|sympatico|videotron|bell|rogers|shaw|telus|comcast|verizon|att|sbcglobal|btinternet|sky|bigpond)\./;

const known = new LruCache<string>(2_000);
const KEPT_MS = 24 * 3_600_000;
const DOMAIN_MAX = 253;

/**
 * The domain somebody probably meant who wrote this one: gmail.com for gmial.com. Null for one that is right as far as we
 * can tell. Asks nobody: it compares with a list (the library's, decision 0026), once for each domain.
 */
export function meantDomain(domain: string, now: number): string | null {
  const wanted = domain.trim().toLowerCase();
  if (wanted.length > DOMAIN_MAX || !/^[a-z0-9.-]+\.[a-z]+$/.test(wanted) || RIGHT.has(wanted)) return null;
  const kept = known.get(wanted, now);
  if (kept !== undefined) return kept || null;
  const found = spelling.run({ email: `a@${wanted}` })?.domain ?? "";
  const meant = found !== wanted && FAMILIAR.test(found) ? found : "";
  known.set(wanted, meant, now + KEPT_MS);
  return meant || null;
}

/** The address somebody probably meant; null for one that is right as far as we can tell. */
export function meantAddress(email: string, now: number): string | null {
  const at = email.lastIndexOf("@");
  const domain = at < 1 ? null : meantDomain(email.slice(at + 1), now);
  return domain === null ? null : `${email.slice(0, at)}@${domain}`;
}
