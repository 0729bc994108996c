import { env } from "cloudflare:workers";
import { PDFDocument } from "pdf-lib";
import { beforeAll, describe, expect, it } from "vitest";
import { contentOf, looksOf, textsOf } from "../../../test/pdf";
import { Paper, SHAPES, type Style } from "./paper";

const STYLE: Style = { weight: "plain", size: 10, colour: "#000000" };
const facts = { title: "Clean air", author: "Clean Air Now", language: "fr", now: 0, shape: SHAPES.a4 };
let files: { plain: Uint8Array; bold: Uint8Array };

beforeAll(async () => {
  const font = async (name: string) =>
    (await env.ASSETS.fetch(new URL(`/fonts/${name}`, env.PLATFORM_ORIGIN))).bytes();
  files = { plain: await font("DejaVuSans.ttf"), bold: await font("DejaVuSans-Bold.ttf") };
});

/** A page with this text, as it was broken into lines. */
async function written(text: string, width = 400) {
  const paper = await Paper.begin(files, facts);
  paper.addPage();
  const lines = paper.lines(text, STYLE, width);
  for (const [index, line] of lines.entries()) paper.text(line, { x: 50, y: 50 + index * 12 }, STYLE);
  const bytes = await paper.finish(() => {});
  const document = await PDFDocument.load(bytes);
  const content = contentOf(document.getPage(0));
  return { lines, bytes, document, content, texts: (await textsOf(bytes))[0] ?? [], unknown: paper.unknown };
}

/** The glyphs of the page's only line, from left to right. */
async function glyphs(text: string): Promise<string[]> {
  const { content } = await written(text);
  return [...content.matchAll(/<([0-9A-F]{4,})>(?!>)/g)].flatMap(([, hex = ""]) => hex.match(/.{4}/g) ?? []);
}

describe("text on paper", () => {
  it.each([
    "Łucja Wiśniewska-Żółkiewska",
    "Дмитрий Шостакович",
    "Ελένη Παπαδοπούλου",
    "Nguyễn Thị Ánh Nguyệt",
    "محمد العربي",
    "مُحَمَّد",
    "יעל כהן",
    "فاطمه می‌خواهم",
    "e\u0301a\u0331\u0301",
    "<script>alert(1)</script>",
    "(a) \\ ) > ET Q",
  ])("says %s", async (name) => {
    const { texts, unknown } = await written(name);
    expect(texts).toEqual([name.normalize("NFC")]);
    expect(unknown).toBe(0);
  });

  it("joins Arabic letters: each takes the form its place in the word asks for", async () => {
    const { content: alone } = await written("م ح م د");
    const { content: together } = await written("محمد");
    const forms = (content: string) => new Set(content.match(/(?<=<)[0-9A-F]+(?=>\])/g) ?? []);
    expect(forms(together)).not.toEqual(forms(alone));
    // Lam and alef become one sign.
    expect(await glyphs("لا")).toHaveLength(1);
  });

  it("draws writing from the right in its own order, and mirrors its brackets", async () => {
    expect(visual(await written("אבג"))).toBe("גבא");
    expect(visual(await written("ab (אב) c"))).toBe("ab (בא) c");
    expect(visual(await written("אב (ab) 12"))).toBe("12 (ab) בא");
    expect(visual(await written("(אב)"))).toBe("(בא)");
  });

  it("begins a paragraph on the right when its first letter does", async () => {
    const paper = await Paper.begin(files, facts);
    const isRtl = (text: string) => paper.lines(text, STYLE, 400).map((line) => line.isRtl);
    expect(isRtl("12 שלום abc\nabc שלום")).toEqual([true, false]);
  });

  it("marks what the typeface does not have, and counts it", async () => {
    const { texts, unknown } = await written("王小明 ok");
    expect(texts).toEqual(["□□□ ok"]);
    expect(unknown).toBe(3);
  });

  it("leaves out what cannot be seen", async () => {
    expect((await written("a\u200db\u00adc\ufe0f\u202ed\u0000e")).texts).toEqual(["abcde"]);
    expect((await written("\ud83c")).texts).toEqual(["\ufffd"]);
  });

  it("breaks into lines that fit, a word without end anywhere, and loses nothing", async () => {
    const text = `${"words of a long letter ".repeat(900)}${"x".repeat(2_000)}`;
    const { lines, texts } = await written(text, 200);
    expect(Math.max(...lines.map(({ width }) => width))).toBeLessThanOrEqual(20_000);
    expect(texts.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
  });

  it("goes to the next line of writing from the right where the first is full", async () => {
    const text = "هواء نظيف لكل الأطفال في المدينة ".repeat(10).trim();
    const { texts, document, lines } = await written(text, 150);
    expect(texts.length).toBeGreaterThan(5);
    expect(texts.join(" ")).toBe(text);
    expect(Math.max(...lines.map(({ width }) => width))).toBeLessThanOrEqual(15_000);
    // Every letter is drawn once: a sign of two letters stands for both.
    const drawn = looksOf(document.getPage(0)).join("");
    expect([...drawn.replaceAll(" ", "")].toSorted()).toEqual([...text.replaceAll(" ", "")].toSorted());
  });

  it("is written in two files at once, as two requests of an isolate may ask", async () => {
    const [one, other] = await Promise.all([written("one"), written("other")]);
    expect([one.texts, other.texts]).toEqual([["one"], ["other"]]);
  });

  it("holds only the glyphs it uses, and says what it is", async () => {
    const { bytes, document } = await written("abc");
    expect(bytes.length).toBeLessThan(30_000);
    expect(document.getTitle()).toBe("Clean air");
    expect(document.getAuthor()).toBe("Clean Air Now");
    expect(document.catalog.toString()).toContain("/Lang");
  });
});

/** What stands on the paper from left to right. */
function visual({ document }: { document: PDFDocument }): string {
  return looksOf(document.getPage(0)).join("\n");
}
