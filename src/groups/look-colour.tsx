import type { Child } from "hono/jsx";
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
  const ink = inkOn(accent) === "#000" ? "#000000" : "#ffffff";
  const other = ink === "#000000" ? "#ffffff" : "#000000";
  const isOtherWeak = contrast(other, accent) < READABLE;
  return (
    <div class="colour-report">
      <Sample ground={accent} ink={ink}>
        {t(ink === "#000000" ? "looks.colour.black" : "looks.colour.white", { ratio: ratio(ink, accent) })}{" "}
        {isOtherWeak
          ? t(ink === "#000000" ? "looks.colour.whiteWeak" : "looks.colour.blackWeak", {
              ratio: ratio(other, accent),
            })
          : null}
      </Sample>
      {(["light", "dark"] as const).map((theme) => {
        const shade = wordsIn(accent, theme);
        const isKept = shade === accent.toLowerCase();
        const about = { ratio: ratio(accent, GROUNDS[theme]), shade, better: ratio(shade, GROUNDS[theme]) };
        return (
          <Sample ground={GROUNDS[theme]} ink={accent} instead={isKept ? undefined : shade}>
            {t(`looks.colour.${theme}${isKept ? "Good" : "Weak"}`, about)}
          </Sample>
        );
      })}
    </div>
  );
}

/** Two letters on their ground, as chosen and, where that is too weak, as pages show them. Colours as attributes: no style is needed. */
function Sample(props: { ground: string; ink: string; instead?: string | undefined; children: Child }) {
  const { ground, ink, instead } = props;
  const shown = instead ? [ink, instead] : [ink];
  return (
    <div class="colour-line">
      <svg class="colour-sample" viewBox={`0 0 ${48 * shown.length} 32`} aria-hidden="true">
        <rect width="100%" height="100%" fill={ground} rx="4" />
        {shown.map((colour, index) => (
          <text
            x={24 + 48 * index}
            y="22"
            text-anchor="middle"
            font-size="18"
            font-weight="700"
            fill={colour}
          >
            Aa
          </text>
        ))}
      </svg>
      <p class="small">{props.children}</p>
    </div>
  );
}
