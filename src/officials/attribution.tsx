import type { T } from "../ui/i18n";

/**
 * Whose data told where somebody lives and who represents them, in the words their licences ask for. The names of data sets
 * and licences are not translated.
 */
export function Attribution({ t, countries }: { t: T; countries: readonly ("us" | "ca")[] }) {
  if (countries.length === 0) return null;
  return (
    <details class="fine attribution">
      <summary>{t("officials.attribution.title")}</summary>
      <ul>
        {countries.includes("us") ? <li>{t("officials.attribution.us")}</li> : null}
        <li>
          {t("officials.attribution.places")} GeoNames (
          <a href="https://www.geonames.org" rel="noopener">
            geonames.org
          </a>
          ), CC BY 4.0.
        </li>
        {countries.includes("ca") ? (
          <>
            <li>{t("officials.attribution.statcan")}</li>
            <li>{t("officials.attribution.ogl")}</li>
            <li>
              {t("officials.attribution.roster")} “Canadian Federal MPs” (geoffsdesk), CC BY 4.0,{" "}
              {t("officials.attribution.adapted")}.
            </li>
          </>
        ) : null}
      </ul>
    </details>
  );
}
