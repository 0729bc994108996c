/** Where most people of a country with several zones live; for the rest `Intl` knows the one. */
const mainZones: Record<string, string> = {
  ...{ AR: "America/Argentina/Buenos_Aires", AU: "Australia/Sydney", BR: "America/Sao_Paulo" },
  ...{ CA: "America/Toronto", CD: "Africa/Kinshasa", CL: "America/Santiago", CN: "Asia/Shanghai" },
  ...{ CY: "Asia/Nicosia", DE: "Europe/Berlin", EC: "America/Guayaquil", ES: "Europe/Madrid" },
  ...{ FM: "Pacific/Pohnpei", GL: "America/Nuuk", ID: "Asia/Jakarta", KI: "Pacific/Tarawa" },
  ...{ KZ: "Asia/Almaty", MH: "Pacific/Majuro", MN: "Asia/Ulaanbaatar", MX: "America/Mexico_City" },
  ...{ MY: "Asia/Kuala_Lumpur", NZ: "Pacific/Auckland", PF: "Pacific/Tahiti", PG: "Pacific/Port_Moresby" },
  ...{ PS: "Asia/Gaza", PT: "Europe/Lisbon", RU: "Europe/Moscow", UA: "Europe/Kyiv", UM: "Pacific/Wake" },
  ...{ US: "America/New_York", UZ: "Asia/Tashkent" },
};

/** The regions of large countries, by zone. */
export const regionZones: Record<string, Record<string, string>> = {
  CA: {
    "America/St_Johns": "NL",
    "America/Halifax": "NS NB PE",
    "America/Toronto": "ON QC NU",
    "America/Winnipeg": "MB",
    "America/Regina": "SK",
    "America/Edmonton": "AB NT",
    "America/Vancouver": "BC",
    "America/Whitehorse": "YT",
  },
  US: {
    "America/New_York": "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV",
    "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
    "America/Denver": "CO ID MT NM UT WY",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA NV OR WA",
    "America/Anchorage": "AK",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR VI",
    "Pacific/Guam": "GU MP",
    "Pacific/Pago_Pago": "AS",
  },
  AU: {
    "Australia/Sydney": "NSW ACT",
    "Australia/Melbourne": "VIC",
    "Australia/Brisbane": "QLD",
    "Australia/Adelaide": "SA",
    "Australia/Darwin": "NT",
    "Australia/Perth": "WA",
    "Australia/Hobart": "TAS",
  },
  BR: {
    "America/Sao_Paulo": "DF ES GO MG PR RJ RS SC SP",
    "America/Bahia": "BA",
    "America/Fortaleza": "CE MA PB PI RN",
    "America/Recife": "PE",
    "America/Maceio": "AL SE",
    "America/Belem": "AP PA",
    "America/Araguaina": "TO",
    "America/Manaus": "AM RO RR",
    "America/Cuiaba": "MT MS",
    "America/Rio_Branco": "AC",
  },
};

/** A country's zone, as `Intl` lists it; null for one it does not know. */
export function zoneOfCountry(country: string): string | null {
  const main = mainZones[country];
  if (main) return main;
  try {
    const locale: Intl.Locale & { getTimeZones?: () => string[] | undefined } = new Intl.Locale(
      `und-${country}`,
    );
    return locale.getTimeZones?.()?.[0] ?? null;
  } catch {
    return null;
  }
}

/** Whose clock somebody goes by who lives there: the region's in a country of several zones; null where nobody can say. */
export function zoneOfPlace(country: string, region: string): string | null {
  const wanted = region.trim().toUpperCase();
  const found = Object.entries(regionZones[country] ?? {}).find(([, regions]) =>
    regions.split(" ").includes(wanted),
  );
  return found?.[0] ?? zoneOfCountry(country);
}
