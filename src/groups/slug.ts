import type { Context } from "../platform/context";
import { slugOf } from "../platform/slug";
import { takenSlugs } from "./store";
import { GROUP_SLUG_MAX, groupSlug } from "./types";

// Names that would look like ours, that mail and browsers look up by themselves, or that are paths of the platform.
const reserved = new Set(
  `about abuse account accounts action actions admin administrator api app apps assets auth autoconfig autodiscover
  billing blog cdn contact dashboard data dev docs domains donate email events files forms forum ftp groundswell group
  groups help hostmaster http https image images imap info invitations isatap legal localhost login logout mail mailer
  mailer-daemon media mta-sts new news noreply no-reply ns1 ns2 ns3 oauth official operations operator partner partners
  pay payments petition petitions platform pop pop3 postmaster press preview privacy root security settings shop sign-in
  sign-out signin signup smtp sso staff staging static stats status store support system team terms test testing
  tracking trust unsubscribe webhook webhooks webmail webmaster wpad www www1 www2`.split(/\s+/),
);

/** Whether no group may be called so. Two hyphens in the third place mark encoded names, which can imitate others (RFC 5891). */
export function isReserved(slug: string): boolean {
  return reserved.has(slug) || slug.slice(2, 4) === "--";
}

/** Tried in one query; the twenty-first group of one name gets a number at random. */
const CANDIDATES = 20;
const SUFFIX_MAX = 7;

/** A free slug for a name: what it suggests, or that with a number. Another group may still take it first. */
export async function freeSlug(ctx: Context, name: string): Promise<string> {
  const suggested = slugOf(name, GROUP_SLUG_MAX);
  const base = (suggested.length < 3 ? `group-${suggested}` : suggested)
    .slice(0, GROUP_SLUG_MAX - SUFFIX_MAX)
    .replace(/-+$/, "");
  const numbered = Array.from({ length: CANDIDATES - 1 }, (_, index) => `${base}-${index + 2}`);
  const candidates = [suggested, base, ...numbered].filter(isUsable);
  const taken = new Set(await takenSlugs(ctx.directory, candidates));
  return candidates.find((slug) => !taken.has(slug)) ?? `${base}-${randomSuffix()}`;
}

function isUsable(slug: string): boolean {
  return groupSlug.safeParse(slug).success && !isReserved(slug);
}

function randomSuffix(): string {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  return String(random % 10 ** (SUFFIX_MAX - 1)).padStart(SUFFIX_MAX - 1, "0");
}
