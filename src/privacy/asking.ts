import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { PersonRow } from "../people/edit";
import { findPerson } from "../people/edit";
import type { Context } from "../platform/context";
import { groupOrigin } from "../platform/http";
import { takeFromLimits } from "../platform/limits";
import { sendLater } from "../platform/mail/mail";
import { isLocale, type Locale } from "../ui/i18n";
import { ownLinkMail } from "./email";
import { OWN_PATH, ownKey } from "./own-link";
import { selectPersonByEmail } from "./store-erasure";

const HOUR_MS = 3_600_000;
/** Links to one address, so that nobody fills a mailbox; and asked for by one connection, so that nobody tries addresses. */
const PER_ADDRESS = [{ max: 3, windowMs: HOUR_MS }];
const PER_CONNECTION = [
  { max: 10, windowMs: HOUR_MS },
  { max: 40, windowMs: 24 * HOUR_MS },
];

/**
 * Sends the link to somebody's own data where the group knows the address. What is answered is the same whether or not it
 * does, and so is how long it takes: looking and sending come after the answer.
 * @returns false when too much was asked for
 */
export async function askForLink(
  ctx: Context,
  group: Group,
  asked: { email: string; network: string; origin: string; locale: Locale },
): Promise<boolean> {
  const [byConnection, byAddress] = await Promise.all([
    takeFromLimits(ctx.env, "privacy-ip", asked.network, PER_CONNECTION),
    takeFromLimits(ctx.env, "privacy", `${group.no}:${asked.email}`, PER_ADDRESS),
  ]);
  if (!byConnection.allowed) return false;
  // Told apart from a link that was sent, a cap of an address would say that it is known.
  if (byAddress.allowed)
    ctx.later(sendToOwner(ctx, group, asked).catch((error: unknown) => ctx.log.error("privacy.link", error)));
  return true;
}

async function sendToOwner(
  ctx: Context,
  group: Group,
  { email, origin, locale }: { email: string; origin: string; locale: Locale },
): Promise<void> {
  const head = await selectPersonByEmail(dbFor(ctx.env, group), email);
  if (!head || head.erasedAt !== null || head.mergedInto !== null) return;
  const href = `${origin}${OWN_PATH}?key=${await ownKey(ctx, group, head)}&lang=${locale}`;
  await sendLater(ctx, ownLinkMail(group, { to: email, href, locale }), "notice");
}

/** The same at an organiser's word, to the person's main address. False when there is none. */
export async function sendLinkTo(ctx: Context, group: Group, person: PersonRow): Promise<boolean> {
  if (!person.email) return false;
  const locale = isLocale(person.language) ? person.language : group.locale;
  const origin = groupOrigin(ctx.config, group.slug);
  const href = `${origin}${OWN_PATH}?key=${await ownKey(ctx, group, person)}&lang=${locale}`;
  await sendLater(ctx, ownLinkMail(group, { to: person.email, href, locale }), "notice");
  return true;
}

/** The person a key is for; null for anybody else, and once they were forgotten. */
export async function personOfKey(
  ctx: Context,
  group: Group,
  id: PersonRow["id"] | null,
): Promise<PersonRow | null> {
  const person = id && (await findPerson(dbFor(ctx.env, group), id));
  return person && person.mergedInto === null ? person : null;
}
