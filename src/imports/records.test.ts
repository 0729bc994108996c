import fc from "fast-check";
import { expect, it } from "vitest";
import { detectFormat } from "./format";
import { type FileRecord, type Place, RecordReader } from "./records";
import type { FileFormat } from "./types";

const start: Place = { byte: 0, line: 1 };
const csv: FileFormat = { encoding: "utf-8", delimiter: "comma", hasHeader: true };

function bytesOf(text: string, encoding: FileFormat["encoding"] = "utf-8"): Uint8Array {
  if (encoding === "utf-8") return new TextEncoder().encode(text);
  if (encoding === "windows-1252") return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < text.length; at += 1)
    view.setUint16(at * 2, text.charCodeAt(at), encoding === "utf-16le");
  return bytes;
}

function read(
  bytes: Uint8Array,
  format: FileFormat = csv,
  { from = start, chunk = 1 << 16, columns = null as number | null } = {},
): FileRecord[] {
  const reader = new RecordReader(format, from, columns);
  const found: FileRecord[] = [];
  for (let at = from.byte; at < bytes.length; at += chunk)
    found.push(...reader.push(bytes.slice(at, at + chunk)));
  return [...found, ...reader.end()];
}

const cellsOf = (records: FileRecord[]) => records.map(({ cells }) => cells);

it("gives back the cells of any table, however it was cut into chunks and wherever it goes on", () => {
  const cell = fc.string({
    unit: fc.constantFrom("a", "é", "😀", " ", '"', ",", "\n", "\r", "\t", ";", "|", "0"),
  });
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 8 }),
      fc.constantFrom("utf-8", "utf-16le", "utf-16be"),
      fc.constantFrom("comma", "semicolon", "tab", "pipe"),
      fc.constantFrom("\n", "\r\n", "\r"),
      fc.integer({ min: 1, max: 9 }),
      fc.boolean(),
      (table, encoding, delimiter, lineEnd, chunk, hasMark) => {
        const format: FileFormat = { encoding, delimiter, hasHeader: true };
        const separator = { comma: ",", semicolon: ";", tab: "\t", pipe: "|" }[delimiter];
        const written = table.map((row) =>
          row.map((text) => `"${text.replaceAll('"', '""')}"`).join(separator),
        );
        const bytes = bytesOf((hasMark ? "\uFEFF" : "") + written.join(lineEnd) + lineEnd, encoding);
        const records = read(bytes, format, { chunk });
        expect(cellsOf(records)).toEqual(table);
        for (const [index, { next }] of records.entries())
          expect(read(bytes, format, { from: next, chunk })).toEqual(records.slice(index + 1));
      },
    ),
    { numRuns: 300 },
  );
});

it("numbers lines as an editor does, breaks inside cells included", () => {
  const records = read(bytesOf('a,b\r\n"x\r\ny\nz",2\n\nlast,3'));
  expect(records.map(({ at }) => at.line)).toEqual([1, 2, 5, 6]);
  expect(cellsOf(records)).toEqual([["a", "b"], ["x\r\ny\nz", "2"], [""], ["last", "3"]]);
});

it("gives up the line of a quotation mark that nothing closes, and no line more", () => {
  const text = 'name,email\n"Ana,ana@example.org\nBo,bo@example.org\nCy,"cy@example.org"\n';
  const records = read(bytesOf(text), csv, { columns: 2 });
  expect(records[1]).toMatchObject({ cells: null, why: "quote", at: { line: 2 } });
  expect(cellsOf(records.slice(2))).toEqual([
    ["Bo", "bo@example.org"],
    ["Cy", "cy@example.org"],
  ]);
});

it("passes over a line of ten megabytes without keeping it", () => {
  const long = "x".repeat(10_000_000);
  for (const line of [long, `"${long}"`, `"${long}`]) {
    const records = read(bytesOf(`a,b\n1,${line}\n2,c\n`), csv, { columns: 2 });
    expect(records.map((record) => record.cells ?? record.why)).toEqual([["a", "b"], "tooLong", ["2", "c"]]);
    expect(records[2]?.at.line).toBe(3);
  }
});

it("reads what is no UTF-8 as Windows-1252, record by record", () => {
  const glued = new Uint8Array([...bytesOf("prénom,1\n"), ...bytesOf("pr\u00e9nom,2\n", "windows-1252")]);
  expect(cellsOf(read(glued))).toEqual([
    ["prénom", "1"],
    ["prénom", "2"],
  ]);
});

it("keeps marks that belong to a cell, and text after a closing one", () => {
  expect(cellsOf(read(bytesOf('a 5" pipe,"x"y,"",""""\n')))).toEqual([['a 5" pipe', "xy", "", '"']]);
});

it.each([
  ["prénom;courriel\nAna;ana@example.org\n", "utf-8", "semicolon", true],
  ["email\tcity\nana@example.org\tMontréal\n", "utf-16le", "tab", true],
  ["email\tcity\nana@example.org\tMontréal\n", "utf-16be", "tab", true],
  ["\u00e9mail,ville\nana@example.org,Montr\u00e9al\n", "windows-1252", "comma", true],
  ["ana@example.org|Ana\nbo@example.org|Bo\n", "utf-8", "pipe", false],
  ['email,note\nana@example.org,"a;b;c"\nbo@example.org,"d;e"\n', "utf-8", "comma", true],
] as const)("finds out how %j in %s is written", (text, encoding, delimiter, hasHeader) => {
  expect(detectFormat(bytesOf(text, encoding))).toEqual({ encoding, delimiter, hasHeader });
});
