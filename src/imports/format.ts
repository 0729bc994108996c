import { normaliseEmail } from "../platform/email-address";
import { type FileRecord, RecordReader } from "./records";
import { delimiterNames, type Encoding, type FileFormat } from "./types";

/** So much of a file is looked at to find out how it is written, and shown as a preview. */
export const SAMPLE_BYTES = 256 * 1024;
/** Records that are compared to find what separates cells. */
const COMPARED_MAX = 50;
/** Of a text in UTF-16 in any script with spaces and digits, so many of the high bytes are zero. */
const ZEROS_MIN = 0.2;

/** How a file is written, by its first bytes. What it guesses is shown, and can be told otherwise. */
export function detectFormat(sample: Uint8Array): FileFormat {
  const encoding = detectEncoding(sample);
  const delimiter = detectDelimiter(sample, encoding);
  const [first] = recordsOf(sample, { encoding, delimiter, hasHeader: true }, 1);
  const cells = first?.cells ?? [];
  const hasHeader = !cells.some((cell) => normaliseEmail(cell) !== null);
  return { encoding, delimiter, hasHeader };
}

function detectEncoding(sample: Uint8Array): Encoding {
  const [first, second, third] = sample;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (first === 0xef && second === 0xbb && third === 0xbf) return "utf-8";
  return wideEncoding(sample) ?? narrowEncoding(sample);
}

function wideEncoding(sample: Uint8Array): Encoding | null {
  const zeros = [0, 0];
  for (let at = 0; at < sample.length; at += 1)
    if (sample[at] === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros.map((count) => count / Math.max(1, sample.length / 2));
  if (odd > ZEROS_MIN && odd > even * 4) return "utf-16le";
  if (even > ZEROS_MIN && even > odd * 4) return "utf-16be";
  return null;
}

/** Lines that are UTF-8 beside lines that are not: the more frequent wins, since the reader helps the others. */
function narrowEncoding(sample: Uint8Array): Encoding {
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    utf8.decode(sample, { stream: true });
    return "utf-8";
  } catch {
    let valid = 0;
    let invalid = 0;
    const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    for (let start = 0; start < sample.length; ) {
      const found = sample.indexOf(10, start);
      const end = found === -1 ? sample.length : found;
      const line = sample.subarray(start, end);
      start = end + 1;
      if (!line.some((byte) => byte > 127)) continue;
      try {
        strict.decode(line);
        valid += 1;
      } catch {
        invalid += 1;
      }
    }
    return valid > invalid ? "utf-8" : "windows-1252";
  }
}

function detectDelimiter(sample: Uint8Array, encoding: Encoding): FileFormat["delimiter"] {
  let best: { name: FileFormat["delimiter"]; score: number } = { name: "comma", score: 0 };
  for (const delimiter of delimiterNames) {
    const records = recordsOf(sample, { encoding, delimiter, hasHeader: true }, COMPARED_MAX);
    const score = scoreOf(records.map(({ cells }) => cells?.length ?? 0).filter((count) => count > 0));
    if (score > best.score) best = { name: delimiter, score };
  }
  return best.name;
}

/** The more rows have the first row's number of cells the better, and among those the more cells. */
function scoreOf(counts: number[]): number {
  const [first = 0] = counts;
  if (first < 2) return 0;
  const alike = counts.filter((count) => count === first).length / counts.length;
  return alike * 100 + Math.min(first, 50);
}

/** The first records of a sample, none of them cut off at its end unless it is the only one. */
export function recordsOf(sample: Uint8Array, format: FileFormat, max: number): FileRecord[] {
  const reader = new RecordReader(format, { byte: 0, line: 1 });
  const whole = reader.push(sample);
  const all = whole.length < max && sample.length < SAMPLE_BYTES ? [...whole, ...reader.end()] : whole;
  return all.slice(0, max);
}
