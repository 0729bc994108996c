const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const GREYSCALE = 0;
const INCHES_PER_METRE = 1 / 0.0254;

/**
 * A picture of black and white squares as a PNG of one bit a dot (PNG specification, third edition, §10 and §11).
 * @param black by row, then by column; all rows are as long as the first
 * @param dots dots along one side of a square
 * @param dotsPerInch what a printer is to make of it when nobody says how large it shall be
 */
export async function bitmapPng(
  black: readonly (readonly boolean[])[],
  { dots, dotsPerInch }: { dots: number; dotsPerInch: number },
): Promise<Uint8Array> {
  const width = (black[0]?.length ?? 0) * dots;
  const head = new DataView(new ArrayBuffer(13));
  head.setUint32(0, width);
  head.setUint32(4, black.length * dots);
  head.setUint8(8, 1);
  head.setUint8(9, GREYSCALE);
  const size = new DataView(new ArrayBuffer(9));
  const dotsPerMetre = Math.round(dotsPerInch * INCHES_PER_METRE);
  size.setUint32(0, dotsPerMetre);
  size.setUint32(4, dotsPerMetre);
  size.setUint8(8, 1);
  const lines = black.flatMap((row) => Array<Uint8Array>(dots).fill(scanline(row, dots, width)));
  return joined([
    SIGNATURE,
    chunk("IHDR", new Uint8Array(head.buffer)),
    chunk("pHYs", new Uint8Array(size.buffer)),
    chunk("IDAT", await deflated(joined(lines))),
    chunk("IEND", new Uint8Array()),
  ]);
}

/** One line: no filter, then eight dots a byte; a white dot is a one. */
function scanline(row: readonly boolean[], dots: number, width: number): Uint8Array {
  const line = new Uint8Array(1 + Math.ceil(width / 8));
  for (let x = 0; x < width; x += 1) {
    const at = 1 + (x >> 3);
    if (!row[Math.floor(x / dots)]) line[at] = (line[at] ?? 0) | (0x80 >> (x & 7));
  }
  return line;
}

/** As zlib packs it, which is what PNG holds. */
async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const named = joined([new TextEncoder().encode(type), data]);
  const whole = new DataView(new ArrayBuffer(named.length + 8));
  whole.setUint32(0, data.length);
  new Uint8Array(whole.buffer).set(named, 4);
  whole.setUint32(named.length + 4, crc32(named));
  return new Uint8Array(whole.buffer);
}

/** The checksum of a chunk's type and data (ISO/IEC 3309, the polynomial 0xEDB88320). */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
