/*
 * A ZIP file (APPNOTE 6.3.10) written piece by piece, with its state in the caller's hands: a library writes one whole stream,
 * and an archive that takes an hour must go on after whatever interrupts it. Sizes above 4 GiB use ZIP64.
 */

/** One file of the archive as its directory will list it. */
type Entry = [
  name: string,
  method: number,
  flags: number,
  crc: number,
  packed: number,
  size: number,
  offset: number,
];

/** How far an archive is: plain JSON, kept with the cursor. */
export type ZipState = {
  offset: number;
  entries: Entry[];
  /** The entry that is being written in pieces. */
  open: { name: string; crc: number; size: number; offset: number; isLarge: boolean } | null;
};

export const emptyZip: ZipState = { offset: 0, entries: [], open: null };

const STORED = 0;
const DEFLATED = 8;
const UTF8 = 0x0800;
/** Sizes and checksum follow the data. */
const LATE = 0x0008;
const MAX32 = 0xffff_ffff;
const MAX16 = 0xffff;
const VERSION = 20;
const VERSION64 = 45;
/** 1 January 1980: moments are in the files, and the same group gives the same bytes. */
const DOS_TIME = 0;
const DOS_DATE = 0x21;

type Step = { bytes: Uint8Array; zip: ZipState };

const encoder = new TextEncoder();

/** A whole file at once, deflated where that is shorter. */
export async function wholeEntry(zip: ZipState, name: string, data: Uint8Array): Promise<Step> {
  const deflated = await deflate(data);
  const isShorter = deflated.length < data.length;
  const packed = isShorter ? deflated : data;
  const method = isShorter ? DEFLATED : STORED;
  const crc = crc32(data, 0);
  const header = localHeader({ name, method, flags: UTF8, crc, packed: packed.length, size: data.length });
  const entry: Entry = [name, method, UTF8, crc, packed.length, data.length, zip.offset];
  const bytes = concat([header, packed]);
  return {
    bytes,
    zip: { offset: zip.offset + bytes.length, entries: [...zip.entries, entry], open: null },
  };
}

/** Begins a file that comes in pieces, as it is. @param expected its size, which says only how sizes are written */
export function openEntry(zip: ZipState, name: string, expected: number): Step {
  const isLarge = expected >= MAX32;
  const bytes = localHeader({
    name,
    method: STORED,
    flags: UTF8 | LATE,
    crc: 0,
    packed: 0,
    size: 0,
    isLarge,
  });
  const open = { name, crc: 0, size: 0, offset: zip.offset, isLarge };
  return { bytes, zip: { ...zip, offset: zip.offset + bytes.length, open } };
}

export function moreOfEntry(zip: ZipState, bytes: Uint8Array): Step {
  if (!zip.open) throw new Error("no entry is open");
  const open = { ...zip.open, crc: crc32(bytes, zip.open.crc), size: zip.open.size + bytes.length };
  return { bytes, zip: { ...zip, offset: zip.offset + bytes.length, open } };
}

export function closeEntry(zip: ZipState): Step {
  if (!zip.open) throw new Error("no entry is open");
  const { name, crc, size, offset, isLarge } = zip.open;
  const wide = isLarge ? 8 : 4;
  const bytes = new Uint8Array(8 + 2 * wide);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x0807_4b50, true);
  view.setUint32(4, crc, true);
  for (const nth of [0, 1]) {
    if (isLarge) view.setBigUint64(8 + nth * wide, BigInt(size), true);
    else view.setUint32(8 + nth * wide, size, true);
  }
  const entry: Entry = [name, STORED, UTF8 | LATE, crc, size, size, offset];
  return {
    bytes,
    zip: { offset: zip.offset + bytes.length, entries: [...zip.entries, entry], open: null },
  };
}

/** The directory at the end of the archive. */
export function endOfZip({ offset, entries }: ZipState): Uint8Array {
  const listed = entries.map(centralHeader);
  const size = listed.reduce((sum, each) => sum + each.length, 0);
  const isLarge = offset >= MAX32 || size >= MAX32 || entries.length >= MAX16;
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x0605_4b50, true);
  end.setUint16(8, Math.min(entries.length, MAX16), true);
  end.setUint16(10, Math.min(entries.length, MAX16), true);
  end.setUint32(12, isLarge ? MAX32 : size, true);
  end.setUint32(16, isLarge ? MAX32 : offset, true);
  const large = isLarge ? [largeEnd(offset, size, entries.length)] : [];
  return concat([...listed, ...large, new Uint8Array(end.buffer)]);
}

function largeEnd(offset: number, size: number, count: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(56 + 20));
  view.setUint32(0, 0x0606_4b50, true);
  view.setBigUint64(4, 44n, true);
  view.setUint16(12, VERSION64, true);
  view.setUint16(14, VERSION64, true);
  view.setBigUint64(24, BigInt(count), true);
  view.setBigUint64(32, BigInt(count), true);
  view.setBigUint64(40, BigInt(size), true);
  view.setBigUint64(48, BigInt(offset), true);
  view.setUint32(56, 0x0706_4b50, true);
  view.setBigUint64(64, BigInt(offset + size), true);
  view.setUint32(72, 1, true);
  return new Uint8Array(view.buffer);
}

type Header = {
  name: string;
  method: number;
  flags: number;
  crc: number;
  packed: number;
  size: number;
  isLarge?: boolean;
};

function localHeader({ name, method, flags, crc, packed, size, isLarge = false }: Header): Uint8Array {
  const named = encoder.encode(name);
  const extra = isLarge ? 20 : 0;
  const bytes = new Uint8Array(30 + named.length + extra);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x0403_4b50, true);
  view.setUint16(4, isLarge ? VERSION64 : VERSION, true);
  view.setUint16(6, flags, true);
  view.setUint16(8, method, true);
  view.setUint16(10, DOS_TIME, true);
  view.setUint16(12, DOS_DATE, true);
  view.setUint32(14, crc, true);
  view.setUint32(18, isLarge ? MAX32 : packed, true);
  view.setUint32(22, isLarge ? MAX32 : size, true);
  view.setUint16(26, named.length, true);
  view.setUint16(28, extra, true);
  bytes.set(named, 30);
  if (isLarge) {
    view.setUint16(30 + named.length, 1, true);
    view.setUint16(32 + named.length, 16, true);
  }
  return bytes;
}

function centralHeader([name, method, flags, crc, packed, size, offset]: Entry): Uint8Array {
  const named = encoder.encode(name);
  const isLarge = packed >= MAX32 || size >= MAX32 || offset >= MAX32;
  const extra = isLarge ? 28 : 0;
  const bytes = new Uint8Array(46 + named.length + extra);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x0201_4b50, true);
  view.setUint16(4, isLarge ? VERSION64 : VERSION, true);
  view.setUint16(6, isLarge ? VERSION64 : VERSION, true);
  view.setUint16(8, flags, true);
  view.setUint16(10, method, true);
  view.setUint16(12, DOS_TIME, true);
  view.setUint16(14, DOS_DATE, true);
  view.setUint32(16, crc, true);
  view.setUint32(20, isLarge ? MAX32 : packed, true);
  view.setUint32(24, isLarge ? MAX32 : size, true);
  view.setUint16(28, named.length, true);
  view.setUint16(30, extra, true);
  view.setUint32(42, isLarge ? MAX32 : offset, true);
  bytes.set(named, 46);
  if (isLarge) {
    const at = 46 + named.length;
    view.setUint16(at, 1, true);
    view.setUint16(at + 2, 24, true);
    view.setBigUint64(at + 4, BigInt(size), true);
    view.setBigUint64(at + 12, BigInt(packed), true);
    view.setBigUint64(at + 20, BigInt(offset), true);
  }
  return bytes;
}

async function deflate(data: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([data]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1;
  return value;
});

/** The checksum (ISO 3309) of what came before and these bytes. @param before 0 at the start */
function crc32(bytes: Uint8Array, before: number): number {
  let value = ~before;
  // By index: an iterator takes four times as long, and this sees every byte of an archive.
  for (let at = 0; at < bytes.length; at += 1)
    value = (table[(value ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (value >>> 8);
  return ~value >>> 0;
}
