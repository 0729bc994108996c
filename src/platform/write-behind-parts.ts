import { errorText } from "./log";

export type PartsDeps<Row, Outcome> = {
  /** Writes a page to where it belongs and says what became of each row. May be called again with the same rows. */
  write(rows: Row[]): Promise<Outcome[]>;
  /** Whether the destination answers at all: tells a bad row from an outage. */
  probe(): Promise<boolean>;
  /** These rows are written. What it throws ends the page. */
  written(rows: Row[], outcomes: Outcome[]): Promise<void>;
  /** The destination refuses this row by itself. */
  refused(row: Row, error: unknown): void;
};

/**
 * Writes a page. One that fails while the destination answers is halved until the bad row stands alone.
 * @returns how many rows were written
 * @throws when the destination is out
 */
export async function writeInParts<Row, Outcome>(
  rows: Row[],
  deps: PartsDeps<Row, Outcome>,
): Promise<number> {
  let outcomes: Outcome[];
  try {
    outcomes = await deps.write(rows);
  } catch (error) {
    if (isOutage(error) || !(await deps.probe())) throw error;
    const [only] = rows;
    if (only && rows.length === 1) {
      deps.refused(only, error);
      return 0;
    }
    const middle = Math.ceil(rows.length / 2);
    const first = await writeInParts(rows.slice(0, middle), deps);
    return first + (await writeInParts(rows.slice(middle), deps));
  }
  await deps.written(rows, outcomes);
  return rows.length;
}

/**
 * What D1 says when it is D1's trouble and not the row's (Cloudflare's docs, D1; "Exceeded maximum DB size", "… account storage":
 * developers.cloudflare.com/d1/observability/debug-d1), though it still answers a probe: cut off, overloaded, full, or not yet
 * migrated for the code that writes.
 */
const OUTAGE = new RegExp(
  [
    "network connection lost|reset because|caused object to be reset|transient issue|internal error",
    "overloaded|too many requests queued|exceeded timeout|memory limit|cpu time limit|database is locked",
    "exceeded maximum|database or disk is full|readonly database",
    "no such table|no such column|has no column named",
  ].join("|"),
  "i",
);

function isOutage(error: unknown): boolean {
  return OUTAGE.test(errorText(error));
}
