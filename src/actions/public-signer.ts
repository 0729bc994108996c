import type { PublicSigner } from "./types";

/** First name, initial of the last, and town or country; never an email, never a postal code. */
export function publicSigner(
  said: { givenName?: string; familyName?: string; locality?: string; country?: string },
  options: { isNamed: boolean; at: number; comment: string },
): PublicSigner {
  const initial = said.familyName ? ` ${[...said.familyName][0] ?? ""}.` : "";
  return {
    name: options.isNamed && said.givenName ? `${said.givenName}${initial}` : "",
    place: said.locality ?? said.country ?? "",
    at: options.at,
    comment: options.comment,
  };
}
