import type { Font } from "@pdf-lib/fontkit";

/*
 * fontkit hands the bytes of a subset out by a stream that waits for a tick in a queue it shares among all requests of an
 * isolate. A Worker must not wait for another request: of two PDFs at once, one would hang. So the bytes are written here,
 * at once, by fontkit's own encoder.
 */

type Listener = (bytes?: Uint8Array) => void;
type Encodes = { encode(writer: ByteWriter): void; encodeStream(): unknown };

/** The font, whose subsets give their bytes without waiting for anything. */
export function withSubsetsAtOnce(font: Font): Font {
  const make = font.createSubset.bind(font);
  font.createSubset = () => {
    const subset = make();
    const encodes = subset as unknown as Encodes;
    encodes.encodeStream = () => streamOf(encodes);
    return subset;
  };
  return font;
}

/** What pdf-lib listens to: `data`, then `end`. */
function streamOf(subset: Encodes) {
  const listeners = new Map<string, Listener>();
  const stream = {
    on(event: string, listener: Listener) {
      listeners.set(event, listener);
      if (event === "end") {
        const writer = new ByteWriter();
        subset.encode(writer);
        listeners.get("data")?.(writer.bytes());
        listener();
      }
      return stream;
    },
  };
  return stream;
}

/** As much of restructure's EncodeStream as a TrueType file needs; every number is big-endian. */
class ByteWriter {
  pos = 0;
  private store = new Uint8Array(65_536);

  bytes(): Uint8Array {
    return this.store.slice(0, this.pos);
  }

  writeBuffer(bytes: Uint8Array): void {
    this.room(bytes.length).set(bytes);
  }

  writeString(text: string): void {
    this.writeBuffer(new TextEncoder().encode(text));
  }

  fill(value: number, length: number): void {
    this.room(length).fill(value);
  }

  writeUInt8(value: number): void {
    this.integer(value, 1);
  }
  writeInt8(value: number): void {
    this.integer(value, 1);
  }
  writeUInt16BE(value: number): void {
    this.integer(value, 2);
  }
  writeInt16BE(value: number): void {
    this.integer(value, 2);
  }
  writeUInt24BE(value: number): void {
    this.integer(value, 3);
  }
  writeUInt32BE(value: number): void {
    this.integer(value, 4);
  }
  writeInt32BE(value: number): void {
    this.integer(value, 4);
  }

  private integer(value: number, size: number): void {
    const room = this.room(size);
    for (let at = 0; at < size; at += 1) room[at] = value >> (8 * (size - 1 - at));
  }

  /** The next `length` bytes, which then are written. */
  private room(length: number): Uint8Array {
    const end = this.pos + length;
    if (end > this.store.length) {
      const larger = new Uint8Array(Math.max(end, this.store.length * 2));
      larger.set(this.store);
      this.store = larger;
    }
    const room = this.store.subarray(this.pos, end);
    this.pos = end;
    return room;
  }
}
