import { z } from "zod";
import { EMAIL_ADDRESS_MAX, normaliseEmail } from "../platform/email-address";
import type { AccountId } from "../platform/ids";
import { isTimeZone } from "../platform/time-zones";
import { type Locale, locales } from "../ui/i18n";

/** One human who signs in. What they may do in a group is their membership's business (groups/roles.ts). */
export type Account = {
  no: number;
  id: AccountId;
  /** As its owner writes it. */
  email: string;
  /** Normalised: the identity of the account. */
  emailKey: string;
  name: string;
  locale: Locale;
  /** IANA name, such as "Europe/Paris". */
  timeZone: string;
  createdAt: number;
  lastSignInAt: number | null;
};

const signInMethods = ["link", "passkey", "development"] as const;
export type SignInMethod = (typeof signInMethods)[number];

/** One signed-in browser. Times in ms. */
export type Session = {
  id: string;
  accountNo: number;
  createdAt: number;
  lastSeenAt: number;
  expiresAt: number;
  /** "Firefox · Windows", or "" when the browser did not say. */
  device: string;
  /** "Lyon, FR", "FR", or "" when unknown. */
  place: string;
  method: SignInMethod;
};

export const ACCOUNT_NAME_MAX = 80;
export const PASSKEY_NAME_MAX = 60;
/** More than anyone owns devices; bounds the page and what one account may store. */
export const PASSKEYS_MAX = 20;
/** The newest sessions shown; older ones still end by "sign out everywhere". */
export const SESSIONS_SHOWN_MAX = 50;

/** Groups the switcher lists; more than any organiser works in. */
export const GROUPS_SHOWN_MAX = 200;

const DAY_MS = 86_400_000;
/** A session ends this long after it was last used. */
export const SESSION_MS = 30 * DAY_MS;
/** Last use is written at most this often: a write per page view would cost more than the page. */
export const SESSION_TOUCH_MS = 3_600_000;

/** How long a link in a sign-in mail works. */
export const SIGN_IN_LINK_SECONDS = 15 * 60;
/** How long a browser has for one passkey ceremony. */
export const PASSKEY_CHALLENGE_SECONDS = 5 * 60;

const QUARTER_HOUR_MS = 15 * 60_000;
/** Sign-in mails to one address, known or not: enough for a lost mail, too few to flood a mailbox. */
export const linksPerAddress = [{ max: 5, windowMs: QUARTER_HOUR_MS }];
/** Sign-in mails asked for from one network: an office shares one address. */
export const linksPerNetwork = [{ max: 20, windowMs: QUARTER_HOUR_MS }];
/** Passkey ceremonies from one network, each of which costs a signature check. */
export const passkeysPerNetwork = [{ max: 60, windowMs: QUARTER_HOUR_MS }];

/** No form of this feature comes near it, and no bigger body is read. */
export const FORM_BYTES_MAX = 64 * 1024;

/** The address of a sign-in form: as typed, and as the identity it means. */
export const signInForm = z.object({
  email: z
    .string()
    .max(EMAIL_ADDRESS_MAX + 50)
    .transform((typed, check) => {
      const emailKey = normaliseEmail(typed);
      if (emailKey) return { email: typed.trim(), emailKey };
      check.addIssue({ code: "custom", message: "email" });
      return z.NEVER;
    }),
});

/** Text of one line: no control or line-breaking characters, trimmed, composed (NFC). */
export const oneLine = z
  .string()
  .transform((text) => text.normalize("NFC").trim())
  .refine((text) => !/[\p{Cc}\u2028\u2029]/u.test(text), "characters");

const timeZone = z.string().refine(isTimeZone, "time_zone");

export const profileForm = z.object({
  name: oneLine.pipe(z.string().max(ACCOUNT_NAME_MAX, "too_long")),
  locale: z.enum(locales),
  timeZone,
});
export type Profile = z.infer<typeof profileForm>;
