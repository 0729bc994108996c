import {
  familyOf,
  type MailboxProvider,
  mailboxes,
  providerDomains,
  providerLabels,
} from "./mailbox-provider";

/**
 * The place of somebody's mailbox in `mailboxes`, by the domain of an expression that holds an address or is null: what
 * `mailboxOf` says, as SQL.
 */
export function mailboxSql(email: string): string {
  const domain = `substr(${email}, instr(${email}, '@') + 1)`;
  const placeOf = (provider: MailboxProvider) => mailboxes.indexOf(familyOf(provider));
  const exact = [...providerDomains].map(([name, provider]) => `WHEN '${name}' THEN ${placeOf(provider)}`);
  const ofCountries = Object.entries(providerLabels).map(([label, provider]) => {
    const tests = ["", "co.", "com."].map((middle) => `${domain} GLOB '${label}.${middle}[a-z][a-z]'`);
    return `WHEN ${tests.join(" OR ")} THEN ${placeOf(provider)}`;
  });
  const others = mailboxes.indexOf("others");
  // Most end in something else than a country, and are asked nothing more.
  return `CASE ${domain} ${exact.join(" ")} ELSE CASE WHEN (${domain} GLOB '*.[a-z][a-z]') IS NOT TRUE THEN ${others} ${ofCountries.join(" ")} ELSE ${others} END END`;
}
