/** A stretch of a file: its bytes, how many rows are in them, and where the next one starts; null at the end. */
export type Piece = { bytes: Uint8Array; rows: number; next: string | null };

/**
 * Where a file comes from, stretch by stretch. Reading from a cursor needs nothing but the cursor, so that whoever is
 * interrupted goes on elsewhere; each stretch is a bounded number of short statements.
 */
export type Source = {
  /** Between null, the beginning, and the `next` of the piece before. Throws when D1 is away. */
  read(after: string | null): Promise<Piece>;
  /** About how many rows there will be; costs one short statement. */
  expected(): Promise<number>;
};

/** A file as it is read, as fast as whoever takes it takes it. Nothing of it is kept. */
export function streamOf(source: Source): ReadableStream<Uint8Array> {
  let next: string | null = null;
  let isDone = false;
  return new ReadableStream({
    async pull(controller) {
      while (!isDone) {
        const piece: Piece = await source.read(next);
        next = piece.next;
        isDone = piece.next === null;
        // A stretch in which nobody fits is no end: whoever pulls waits for bytes.
        if (piece.bytes.length > 0) return controller.enqueue(piece.bytes);
      }
      controller.close();
    },
  });
}
