/** The accent of a group without its own: marigold. The same as `--accent` in tokens.css. */
export const DEFAULT_ACCENT = "#f4a833";

/** Ink on an accent: whichever of black and white can be read better on it. */
export function inkOn(hex: string): "#000000" | "#ffffff" {
  const light = luminance(hex);
  return (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) ? "#000000" : "#ffffff";
}

/** Whether the text is a colour as a group may choose one: six hexadecimal digits after `#`. */
export function isAccent(text: string): boolean {
  return /^#[0-9a-f]{6}$/i.test(text);
}

/** The fonts a group can choose: stacks of what phones and computers have already, so that a page asks nobody for one. */
export const fontStacks = {
  system: "",
  humanist: 'Seravek,"Gill Sans Nova",Ubuntu,Calibri,"DejaVu Sans",source-sans-pro,sans-serif',
  rounded:
    'ui-rounded,"Hiragino Maru Gothic ProN",Quicksand,Comfortaa,"Arial Rounded MT Bold",Calibri,sans-serif',
  bookish: '"Iowan Old Style","Palatino Linotype","URW Palladio L",P052,Georgia,serif',
  newspaper: 'Charter,"Bitstream Charter","Sitka Text",Cambria,Georgia,serif',
  slab: 'Rockwell,"Rockwell Nova","Roboto Slab","DejaVu Serif","Sitka Small",serif',
} as const;
export type Font = keyof typeof fontStacks;

/** The grounds that words stand on and that are hardest to read them on: `--sunk` of tokens.css in either theme. */
export const GROUNDS = { light: "#f2eee6", dark: "#2f2924" } as const;

/** WCAG 2.2 §1.4.3, for text of ordinary size. */
export const READABLE = 4.5;

/**
 * The rules that give a page its group's colour and font; empty for what is neither, so that no text reaches the style.
 * Words in the colour (links) are darkened or lightened until they can be read.
 */
export function themeStyle(accent: string | null | undefined, font: Font = "system"): string {
  const stack = fontStacks[font];
  const family = stack ? `:root{--font:${stack}}` : "";
  if (!accent || !isAccent(accent)) return family;
  const words = `light-dark(${wordsIn(accent, "light")},${wordsIn(accent, "dark")})`;
  return `:root{--accent:${accent.toLowerCase()};--accent-ink:${inkOn(accent)};--accent-words:${words}}:is(.prose,.public-footer) a{color:var(--accent-words)}${family}`;
}

const STEPS = 40;

/** The accent as words are written in it: itself where it can be read on every ground of the theme, else the nearest shade that can. */
export function wordsIn(accent: string, theme: keyof typeof GROUNDS): string {
  const towards = theme === "light" ? 0 : 255;
  for (let step = 0; step < STEPS; step += 1) {
    const shade = mixed(accent, towards, step / STEPS);
    if (contrast(shade, GROUNDS[theme]) >= READABLE) return shade;
  }
  return theme === "light" ? "#000000" : "#ffffff";
}

function mixed(hex: string, towards: 0 | 255, share: number): string {
  const parts = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16);
    return Math.round(part + (towards - part) * share)
      .toString(16)
      .padStart(2, "0");
  });
  return `#${parts.join("")}`;
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
