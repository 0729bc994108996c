import { encode } from "uqr";
import { describe, expect, it } from "vitest";
import { crc32 } from "./png";
import { printedQrPng, printedQrSvg } from "./qr";

const TEXT = "https://riverside.example/petitions/clean-air?source=qr";
const QUIET = 4;

type Chunk = { type: string; data: Uint8Array; isSound: boolean };

/** Reads a PNG as a program would that knows nothing of how it was made. */
function chunksOf(png: Uint8Array): Chunk[] {
  expect([...png.slice(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const chunks: Chunk[] = [];
  for (let at = 8; at < png.length; ) {
    const length = view.getUint32(at);
    const named = png.slice(at + 4, at + 8 + length);
    const isSound = view.getUint32(at + 8 + length) === crc32(named);
    chunks.push({ type: new TextDecoder().decode(named.slice(0, 4)), data: named.slice(4), isSound });
    at += 12 + length;
  }
  return chunks;
}

async function dotsOf(png: Uint8Array): Promise<boolean[][]> {
  const chunks = chunksOf(png);
  const head = chunks[0]?.data ?? new Uint8Array();
  const [width, height] = [0, 4].map((at) => new DataView(head.buffer).getUint32(at));
  const packed = chunks.find(({ type }) => type === "IDAT")?.data ?? new Uint8Array();
  const stream = new Blob([new Uint8Array(packed)]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const stride = 1 + Math.ceil((width ?? 0) / 8);
  expect(bytes).toHaveLength(stride * (height ?? 0));
  return Array.from({ length: height ?? 0 }, (_, y) => {
    expect(bytes[y * stride]).toBe(0);
    return Array.from(
      { length: width ?? 0 },
      (_, x) => ((bytes[y * stride + 1 + (x >> 3)] ?? 0) & (0x80 >> (x & 7))) === 0,
    );
  });
}

describe("a printed code", () => {
  it("has the checksum every decoder asks for", () => {
    // The check value of CRC-32/ISO-HDLC.
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf4_3926);
  });

  it("is a PNG of one bit a dot, sound in every chunk, sharp and sized for print", async () => {
    const chunks = chunksOf(await printedQrPng(TEXT));
    expect(chunks.map(({ type }) => type)).toEqual(["IHDR", "pHYs", "IDAT", "IEND"]);
    expect(chunks.every(({ isSound }) => isSound)).toBe(true);
    const head = chunks[0]?.data ?? new Uint8Array();
    expect([...head.slice(8)]).toEqual([1, 0, 0, 0, 0]);
    expect(new DataView(head.buffer).getUint32(0)).toBeGreaterThanOrEqual(1_200);
    // 300 dots an inch.
    expect(new DataView((chunks[1]?.data ?? new Uint8Array()).buffer).getUint32(0)).toBe(11_811);
  });

  it("holds the very modules of the code, at a quarter's loss, with four white ones around", async () => {
    const dots = await dotsOf(await printedQrPng(TEXT));
    const { data, size } = encode(TEXT, { ecc: "Q", border: QUIET });
    const scale = dots.length / size;
    expect(Number.isInteger(scale)).toBe(true);
    const modules = data.map((_, y) => data.map((_, x) => dots[y * scale]?.[x * scale + scale - 1]));
    expect(modules).toEqual(data);
    const isWhite = (at: number) => at < QUIET || at >= size - QUIET;
    for (const [y, row] of modules.entries())
      for (const [x, isBlack] of row.entries()) if (isWhite(x) || isWhite(y)) expect(isBlack).toBe(false);
    // The finder pattern begins right inside the quiet zone.
    expect(modules[QUIET]?.slice(QUIET, QUIET + 8)).toEqual([
      true,
      true,
      true,
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  it("is an SVG of the same modules, named for who does not see it, in which a title stays a title", () => {
    const svg = printedQrSvg(TEXT, `Air & "light" <script>`);
    const { data, size } = encode(TEXT, { ecc: "Q", border: QUIET });
    expect(svg).toContain(`viewBox="0 0 ${size} ${size}"`);
    expect(svg).toContain("Air &amp; &quot;light&quot; &lt;script&gt;");
    expect(svg).not.toContain("<script>");
    const drawn = data.map((row) => row.map(() => false));
    for (const [, x, y, length] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1H\d+z/g))
      for (let at = 0; at < Number(length); at += 1) (drawn[Number(y)] ?? [])[Number(x) + at] = true;
    expect(drawn).toEqual(data);
  });
});
