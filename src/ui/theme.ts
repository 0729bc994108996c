/** The accent of a group without its own: marigold. The same as `--accent` in tokens.css. */
export const DEFAULT_ACCENT = "#f4a833";

/** Ink on an accent: whichever of black and white can be read better on it. */
export function inkOn(hex: string): "#000" | "#fff" {
  const light = luminance(hex);
  return (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) ? "#000" : "#fff";
}

/** Whether the text is a colour as a group may choose one: six hexadecimal digits after `#`. */
export function isAccent(text: string): boolean {
  return /^#[0-9a-f]{6}$/i.test(text);
}

/** The rule that gives a page its group's colour; empty for what is not a colour, so that no text reaches the style. */
export function themeStyle(accent: string | null | undefined): string {
  if (!accent || !isAccent(accent)) return "";
  return `:root{--accent:${accent.toLowerCase()};--accent-ink:${inkOn(accent)}}`;
}

/** WCAG 2.2 contrast ratio of two `#rrggbb` colours, 1 to 21. */
export function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
