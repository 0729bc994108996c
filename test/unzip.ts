/**
 * The files of a ZIP archive, read as the format's description says (APPNOTE 6.3.10) and not as anything of ours writes it: by
 * the directory at its end, each file's sizes and checksum compared with what is there. Throws at the first thing that is wrong.
 */
export async function unzip(zip: Uint8Array): Promise<Map<string, Uint8Array>> {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const end = zip.length - 22;
  if (view.getUint32(end, true) !== 0x06054b50) throw new Error("no end of a directory");
  const count = view.getUint16(end + 10, true);
  const start = view.getUint32(end + 16, true);
  if (start + view.getUint32(end + 12, true) !== end)
    throw new Error("the directory is not where it should be");
  const files = new Map<string, Uint8Array>();
  let at = start;
  for (let nth = 0; nth < count; nth += 1) {
    if (view.getUint32(at, true) !== 0x02014b50) throw new Error(`no entry ${nth}`);
    const [method, crc] = [view.getUint16(at + 10, true), view.getUint32(at + 16, true)];
    const [packed, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const nameLength = view.getUint16(at + 28, true);
    const name = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(
      zip.subarray(at + 46, at + 46 + nameLength),
    );
    const local = view.getUint32(at + 42, true);
    if (view.getUint32(local, true) !== 0x04034b50) throw new Error(`${name}: no local header`);
    const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const data = await unpacked(zip.slice(from, from + packed), method);
    if (data.length !== size) throw new Error(`${name}: ${data.length} bytes instead of ${size}`);
    if (checksum(data) !== crc) throw new Error(`${name}: another checksum`);
    if (files.has(name)) throw new Error(`${name} is there twice`);
    files.set(name, data);
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return files;
}

async function unpacked(data: Uint8Array<ArrayBuffer>, method: number): Promise<Uint8Array> {
  if (method === 0) return data;
  if (method !== 8) throw new Error(`method ${method}`);
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Bit by bit, as the standard (ISO 3309) has it. */
function checksum(data: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of data) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return (value ^ 0xffffffff) >>> 0;
}
