import { ColourSample } from "../ui/colour-sample";
import { formatNumber } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { contrast, DEFAULT_ACCENT, GROUNDS, inkOn, isAccent, READABLE, wordsIn } from "../ui/theme";

type ColourReportProps = { t: T; locale: Locale; values: Record<string, string> };

/** What words on the colour and in it can be read, what cannot, and what pages use in its place. Each with a sample. */
export function ColourReport({ t, locale, values }: ColourReportProps) {
  const accent = values.accent || DEFAULT_ACCENT;
  if (!isAccent(accent)) return null;
  // Rounded down, so that nothing too weak reads as just enough.
  const ratio = (one: string, other: string) =>
    formatNumber(Math.floor(contrast(one, other) * 10) / 10, locale);
  const ink = inkOn(accent);
  const other = ink === "#000000" ? "#ffffff" : "#000000";
  const isOtherWeak = contrast(other, accent) < READABLE;
  return (
    <div class="colour-report">
      <ColourSample ground={accent} ink={ink}>
        {t(ink === "#000000" ? "looks.colour.black" : "looks.colour.white", { ratio: ratio(ink, accent) })}{" "}
        {isOtherWeak
          ? t(ink === "#000000" ? "looks.colour.whiteWeak" : "looks.colour.blackWeak", {
              ratio: ratio(other, accent),
            })
          : null}
      </ColourSample>
      {(["light", "dark"] as const).map((theme) => {
        const shade = wordsIn(accent, theme);
        const isKept = shade === accent.toLowerCase();
        const about = { ratio: ratio(accent, GROUNDS[theme]), shade, better: ratio(shade, GROUNDS[theme]) };
        return (
          <ColourSample ground={GROUNDS[theme]} ink={accent} instead={isKept ? undefined : shade}>
            {t(`looks.colour.${theme}${isKept ? "Good" : "Weak"}`, about)}
          </ColourSample>
        );
      })}
    </div>
  );
}
