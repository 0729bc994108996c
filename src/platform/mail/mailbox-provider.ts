/** Who keeps most of the world's mailboxes, by the domains they give out. Names are theirs, the same in every language. */
const domains = {
  Gmail: ["gmail.com", "googlemail.com"],
  Yahoo: ["yahoo.com", "ymail.com", "rocketmail.com", "myyahoo.com"],
  AOL: ["aol.com", "aim.com", "netscape.net", "verizon.net"],
  Outlook: ["outlook.com", "hotmail.com", "live.com", "msn.com", "passport.com", "windowslive.com"],
  iCloud: ["icloud.com", "me.com", "mac.com"],
  Proton: ["proton.me", "protonmail.com", "pm.me"],
  Comcast: ["comcast.net"],
  "AT&T": ["att.net", "sbcglobal.net", "bellsouth.net"],
  GMX: ["gmx.de", "gmx.net", "gmx.at", "gmx.ch", "gmx.com", "gmx.fr", "gmx.es"],
  "WEB.DE": ["web.de"],
  "T-Online": ["t-online.de"],
  Orange: ["orange.fr", "wanadoo.fr"],
  "La Poste": ["laposte.net"],
  Free: ["free.fr"],
  SFR: ["sfr.fr", "neuf.fr"],
  BT: ["btinternet.com"],
  Telefónica: ["telefonica.net", "movistar.es"],
} as const;

export type MailboxProvider = keyof typeof domains | "";

/** Who keeps the mailboxes of a domain. */
export const providerDomains: ReadonlyMap<string, keyof typeof domains> = new Map(
  Object.keys(domains)
    .filter(isProvider)
    .flatMap((name) => domains[name].map((domain) => [domain, name])),
);

/** Providers that give out addresses of many countries: hotmail.fr, yahoo.co.uk, live.com.au. */
const COUNTRY_DOMAIN = /^([a-z]+)\.(?:com?\.)?[a-z]{2}$/;
export const providerLabels: Readonly<Record<string, keyof typeof domains>> = {
  yahoo: "Yahoo",
  ymail: "Yahoo",
  aol: "AOL",
  hotmail: "Outlook",
  outlook: "Outlook",
  live: "Outlook",
  msn: "Outlook",
};

/** Who keeps a mailbox, as far as its address says; "" for all others. A domain of one's own says nothing, whoever keeps it. */
export function mailboxProvider(email: string): MailboxProvider {
  const domain = email.slice(email.lastIndexOf("@") + 1).toLowerCase();
  const label = COUNTRY_DOMAIN.exec(domain)?.[1] ?? "";
  return (
    providerDomains.get(domain) ?? (Object.hasOwn(providerLabels, label) ? providerLabels[label] : "") ?? ""
  );
}

/**
 * Providers as they are counted and paced: those of one house, or too small to be told apart, stand together. The order is that of
 * `mailboxSql`, and of numbers that are kept.
 */
export const mailboxes = ["gmail", "outlook", "yahoo", "icloud", "gmx", "orange", "others"] as const;
export type Mailbox = (typeof mailboxes)[number];
/** All but "others", which are nobody one could be slower with. */
export type NamedMailbox = Exclude<Mailbox, "others">;
export const namedMailboxes: readonly NamedMailbox[] = mailboxes.filter((mailbox) => mailbox !== "others");

const families: Partial<Record<MailboxProvider, NamedMailbox>> = {
  ...{ Gmail: "gmail", Outlook: "outlook", Yahoo: "yahoo", AOL: "yahoo", iCloud: "icloud" },
  ...{ GMX: "gmx", "WEB.DE": "gmx" },
  ...{ Orange: "orange", Free: "orange", "La Poste": "orange", SFR: "orange" },
};

/** What they are called; names are theirs, the same in every language. */
export const mailboxNames: Readonly<Record<NamedMailbox, string>> = {
  gmail: "Gmail",
  outlook: "Outlook, Hotmail",
  yahoo: "Yahoo, AOL",
  icloud: "iCloud",
  gmx: "GMX, WEB.DE",
  orange: "Orange, Free, La Poste, SFR",
};

/** Where a provider of one's own stands. */
export function familyOf(provider: MailboxProvider): Mailbox {
  return families[provider] ?? "others";
}

/** Whose mailbox an address is in. */
export function mailboxOf(email: string): Mailbox {
  return familyOf(mailboxProvider(email));
}

function isProvider(name: string): name is keyof typeof domains {
  return Object.hasOwn(domains, name);
}
