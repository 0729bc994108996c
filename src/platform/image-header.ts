export type ImageType = "png" | "jpg" | "webp" | "gif";
export type ImageHeader = { type: ImageType; width: number; height: number };

/** The type and size of a picture from its first bytes; null for anything that is not a PNG, JPEG, WebP or GIF. */
export function readImageHeader(bytes: Uint8Array): ImageHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (startsWith(bytes, PNG)) return { type: "png", width: view.getUint32(16), height: view.getUint32(20) };
    if (startsWith(bytes, GIF))
      return { type: "gif", width: view.getUint16(6, true), height: view.getUint16(8, true) };
    if (startsWith(bytes, JPEG)) return jpegHeader(view);
    if (startsWith(bytes, RIFF) && text(bytes, 8, 4) === "WEBP") return webpHeader(bytes, view);
    return null;
  } catch (error) {
    // A DataView read past the end: the file is cut off before its size.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

// PNG (RFC 2083 §3.1) with its first chunk, which must be IHDR; GIF89a §17; JPEG (ITU-T T.81 B.1.1.3); RIFF.
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52];
const GIF = [0x47, 0x49, 0x46, 0x38];
const JPEG = [0xff, 0xd8, 0xff];
const RIFF = [0x52, 0x49, 0x46, 0x46];

function startsWith(bytes: Uint8Array, signature: number[]): boolean {
  return signature.every((byte, index) => bytes[index] === byte);
}

function text(bytes: Uint8Array, start: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + length));
}

/** Segments before the frame header in a picture a camera or editor made; bounds the walk through a hostile one. */
const SEGMENTS_MAX = 500;

/** Walks the segments to the frame header (SOF), which holds the size. Metadata may come before it. */
function jpegHeader(view: DataView): ImageHeader | null {
  let at = 2;
  for (let segment = 0; segment < SEGMENTS_MAX; segment += 1) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    // A marker may be preceded by fill bytes.
    if (marker === 0xff) at += 1;
    else if (isFrame(marker))
      return { type: "jpg", width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    else at += 2 + view.getUint16(at + 2);
  }
  return null;
}

/** SOF0 to SOF15, without DHT, JPG and DAC, which share their range. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** WebP has three forms (RFC 9649 §2.5–2.7): lossy, lossless, extended. */
function webpHeader(bytes: Uint8Array, view: DataView): ImageHeader | null {
  const form = text(bytes, 12, 4);
  if (form === "VP8 ")
    return {
      type: "webp",
      width: view.getUint16(26, true) & 0x3fff,
      height: view.getUint16(28, true) & 0x3fff,
    };
  if (form === "VP8L") {
    const bits = view.getUint32(21, true);
    return { type: "webp", width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (form !== "VP8X") return null;
  return { type: "webp", width: uint24(view, 24) + 1, height: uint24(view, 27) + 1 };
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) + view.getUint8(at + 2) * 65_536;
}
