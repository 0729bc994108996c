import type { Locale, T } from "../ui/i18n";
import type { ShareLine } from "./report";
import { OTHERS, PERSONAL_LINKS } from "./tally";
import type { TableName } from "./types";

/** A value as people read it: ours in words, all others as they are. */
export function valueName(
  t: T,
  table: Exclude<TableName, "days" | "shares" | "countries">,
  value: string,
): string {
  if (value === OTHERS) return t("statistics.others");
  switch (table) {
    case "sources":
      return value === PERSONAL_LINKS ? t("statistics.personal") : value || t("statistics.none.sources");
    case "referrers":
      return value || t("statistics.none.referrers");
    case "sites":
      return value.includes(".") ? value : t("statistics.none.sites");
  }
}

/** Whether a value is a source as a link named it, and not our name for several. */
export function isSource(value: string): boolean {
  return value !== OTHERS && value !== PERSONAL_LINKS;
}

const COUNTRY = /^[A-Z]{2}$/;

/** A country's name; what is no code of one stays as it is. */
export function countryName(t: T, locale: Locale, value: string): string {
  if (value === OTHERS) return t("statistics.others");
  if (value === "") return t("statistics.none.countries");
  if (!COUNTRY.test(value)) return value;
  return new Intl.DisplayNames(locale, { type: "region" }).of(value) ?? value;
}

/** Where a link was shared. */
export function networkName(t: T, { way }: Pick<ShareLine, "way">): string {
  return way ? t(`statistics.networks.${way}`) : t("statistics.personal");
}
