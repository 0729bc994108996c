import { formatNumber } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { When } from "../ui/when";
import type { Counted } from "./types";

export type CountPanelProps = {
  t: T;
  locale: Locale;
  timeZone: string;
  now: number;
  words: string;
  /** Null: it cannot be counted as it is. */
  counted: Counted | null;
  /** What else there is to say of the count. */
  note?: string;
};

/** How many people, and in words who. `public/js/audiences.js` puts a new one in its place while somebody builds. */
export function CountPanel({ t, locale, timeZone, now, words, counted, note }: CountPanelProps) {
  return (
    <div
      class="card audience-panel"
      data-audience-panel
      data-whole={counted?.isWhole === false ? "no" : "yes"}
      aria-live="polite"
    >
      {counted ? (
        <>
          <p class="audience-number">{formatNumber(counted.count, locale)}</p>
          <p class="soft small">
            {counted.isWhole
              ? t("audiences.count.people", { count: counted.count })
              : t("audiences.count.sofar")}{" "}
            {counted.isWhole ? (
              <>
                · {t("audiences.count.asOf")}{" "}
                <When at={counted.countedAt} now={now} locale={locale} timeZone={timeZone} />
              </>
            ) : null}
          </p>
          {counted.isWhole ? null : (
            <progress
              class="progress"
              value={counted.share}
              max={1}
              aria-label={t("audiences.count.progress")}
            />
          )}
        </>
      ) : (
        <p>{t("audiences.count.none")}</p>
      )}
      <p class="audience-words">{words}.</p>
      {note ? <p class="soft small">{note}</p> : null}
    </div>
  );
}
