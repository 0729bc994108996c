import { expect, test } from "vitest";
import tokens from "../../public/css/tokens.css";
import { contrast, DEFAULT_ACCENT, GROUNDS, inkOn, themeStyle, wordsIn } from "./theme";

type Colours = Record<string, string>;

/** An oklch() colour as #rrggbb (CSS Color 4 §10), clipped to sRGB. */
function hexOf(oklch: string): string {
  const [lightness = 0, chroma = 0, hue = 0] = oklch.split(/\s+/).map(Number);
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return `#${linear
    .map((part) => (part <= 0.0031308 ? 12.92 * part : 1.055 * part ** (1 / 2.4) - 0.055))
    .map((part) => Math.round(Math.min(1, Math.max(0, part)) * 255))
    .map((part) => part.toString(16).padStart(2, "0"))
    .join("")}`;
}

function coloursOf(css: string, theme: 0 | 1): Colours {
  const colours: Colours = {};
  for (const [, name = "", value = ""] of css.matchAll(/--([\w-]+):\s*((?:light-dark|oklch)\(.*\)|#\w+);/g)) {
    const both = [...value.matchAll(/oklch\(([^)]*)\)/g)].map(([, inside = ""]) => hexOf(inside));
    const colour = both[theme] ?? both[0] ?? `#${value.slice(1).replace(/^(.)(.)(.)$/, "$1$1$2$2$3$3")}`;
    colours[name] = colour;
  }
  return colours;
}

const [rules = "", fallback = ""] = tokens.split("@supports not");
const light = coloursOf(rules, 0);
const dark = coloursOf(rules, 1);
const themes = [
  ["light", light],
  ["dark", dark],
  ["light without light-dark()", { ...light, ...coloursOf(fallback, 0) }],
] as const;

const readable = [
  ...["paper", "sheet", "sunk"].flatMap((ground) => ["ink", "ink-soft"].map((ink) => [ink, ground])),
  ...["good", "warn", "bad"].flatMap((tone) =>
    [`${tone}-sheet`, "sheet", "paper"].map((ground) => [tone, ground]),
  ),
  ...["good-sheet", "warn-sheet", "bad-sheet"].map((ground) => ["ink", ground]),
  ["accent-ink", "accent"],
  ["bar-ink", "bar"],
] as const;

const bounding = [
  ["line", "paper"],
  ["line", "sheet"],
  ["line", "sunk"],
  ["ink", "sheet"],
  ["accent", "bar"],
] as const;

test.each(themes)("text reads at 4.5 : 1 or more in the %s theme", (_, colours) => {
  const weak = readable
    .map(([ink = "", ground = ""]) => ({
      ink,
      ground,
      ratio: contrast(colours[ink] ?? "", colours[ground] ?? ""),
    }))
    .filter(({ ratio }) => !(ratio >= 4.5));
  expect(weak).toEqual([]);
});

test.each(themes)("boundaries stand out at 3 : 1 or more in the %s theme", (_, colours) => {
  const weak = bounding
    .map(([line, ground]) => ({ line, ground, ratio: contrast(colours[line] ?? "", colours[ground] ?? "") }))
    .filter(({ ratio }) => !(ratio >= 3));
  expect(weak).toEqual([]);
});

test("the accent of mails is the accent of pages", () => {
  expect(light.accent).toBe(DEFAULT_ACCENT);
});

test.each([
  "#000000",
  "#ffffff",
  "#f4a833",
  "#1d3a8f",
  "#777777",
  "#767676",
  "#ff0000",
  "#00ff00",
  "#0000ff",
])("what is written on %s can be read", (accent) => {
  expect(contrast(inkOn(accent), accent)).toBeGreaterThanOrEqual(4.5);
});

test("contrast is as WCAG has it", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});

test("a group's colour becomes a rule, and nothing else does", () => {
  const words = "--accent-words:light-dark(#1d3a8f,";
  expect(themeStyle("#1D3A8F")).toContain(`:root{--accent:#1d3a8f;--accent-ink:#ffffff;${words}`);
  for (const text of [
    null,
    undefined,
    "",
    "red",
    "#12345",
    "#1234567",
    "#000000}body{display:none",
    "</style>",
  ]) {
    expect(themeStyle(text)).toBe("");
  }
});

test("a font becomes a rule of what is on the device", () => {
  expect(themeStyle("", "slab")).toMatch(/^:root\{--font:Rockwell,[^:]+serif\}$/);
  expect(themeStyle("", "system")).toBe("");
});

test.each(["light", "dark"] as const)(
  "the hardest ground of the %s theme is the one words are measured on",
  (name) => {
    const colours = name === "light" ? light : dark;
    expect(GROUNDS[name]).toBe(colours.sunk);
    for (const ground of ["paper", "sheet"]) {
      for (const accent of ["#000000", "#ffffff", "#f4a833", "#1d3a8f", "#777777", "#ff0000", "#00ff00"]) {
        expect(contrast(wordsIn(accent, name), colours[ground] ?? "")).toBeGreaterThanOrEqual(4.5);
      }
    }
  },
);

test("words in a colour that can be read are in that very colour; else in a shade of it", () => {
  expect(wordsIn("#1d3a8f", "light")).toBe("#1d3a8f");
  expect(wordsIn("#f4a833", "dark")).toBe("#f4a833");
  expect(wordsIn("#f4a833", "light")).toMatch(/^#[67890a-f][0-9a-f]{5}$/);
  expect(contrast(wordsIn("#1d3a8f", "dark"), GROUNDS.dark)).toBeLessThan(5.5);
});
