import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import Papa from "papaparse";

/*
 * npm run officials -- <folder>: makes the look-up files of public/data/officials from the CSV files of a folder, whose
 * columns docs/decisions/0011-officials-data.md lists. Fails, and leaves the old files, when a row is not as it should be.
 */

type Row = Record<string, string>;

const root = join(import.meta.dirname, "../../..");
const into = join(root, "public/data/officials");

function rowsOf(folder: string, name: string, columns: readonly string[]): Row[] {
  const text = readFileSync(join(folder, name), "utf8");
  const { data, errors, meta } = Papa.parse<Row>(text, { header: true, skipEmptyLines: true });
  const missing = columns.filter((column) => !meta.fields?.includes(column));
  if (missing.length > 0) throw new Error(`${name}: no column ${missing.join(", ")}`);
  if (errors[0]) throw new Error(`${name}: ${errors[0].message} in row ${errors[0].row}`);
  return data;
}

function must(isRight: boolean, what: string, row: Row): void {
  if (!isRight) throw new Error(`${what}: ${JSON.stringify(row)}`);
}

/** A share of 0 to 1 as a whole number of hundredths; "" where nobody knows. */
function hundredths(share: string): string {
  return share === "" ? "" : String(Math.round(Number(share) * 100));
}

/** `90210 CA32:62 CA36:38 CA30:0`: where a code lies, the likeliest district first. `90209 CA`: the state is all we know. */
function usPlaces(folder: string): Map<string, string[]> {
  const places = new Map<string, string[]>();
  for (const row of rowsOf(folder, "us-zip-districts.csv", ["zip", "state", "district", "land_share"])) {
    must(/^\d{5}$/.test(row.zip ?? "") && /^[A-Z]{2}$/.test(row.state ?? ""), "a ZIP code or a state", row);
    const known = places.get(row.zip ?? "") ?? [];
    places.set(row.zip ?? "", [
      ...known,
      `${row.state}${Number(row.district)}:${hundredths(row.land_share ?? "")}`,
    ]);
  }
  for (const row of rowsOf(folder, "us-zip-centroids.csv", ["zip", "state"])) {
    if (!places.has(row.zip ?? "")) places.set(row.zip ?? "", [row.state ?? ""]);
  }
  return places;
}

/** `M5V 35102:89 35110:11` */
function canadianPlaces(folder: string): Map<string, string[]> {
  const places = new Map<string, string[]>();
  for (const row of rowsOf(folder, "ca-fsa-ridings.csv", ["fsa", "riding_code", "share"])) {
    const { fsa = "", riding_code = "" } = row;
    must(/^[A-Z]\d[A-Z]$/.test(fsa) && /^\d{5}$/.test(riding_code), "a postal code or a riding", row);
    places.set(fsa, [...(places.get(fsa) ?? []), `${riding_code}:${hundredths(row.share ?? "")}`]);
  }
  return places;
}

function linesOf(places: Map<string, string[]>): string {
  const lines = [...places].toSorted().map(([code, found]) => `${code} ${found.join(" ")}`);
  return `\n${lines.join("\n")}\n`;
}

/** One row for each member; `data.ts` reads them in this order. */
function congress(folder: string): string[][] {
  const columns = [
    "bioguide",
    "chamber",
    "state",
    "district",
    "official_name",
    "last",
    "party",
    "phone",
    "contact_form",
    "website",
  ];
  return rowsOf(folder, "us-congress.csv", columns).map((row) => {
    must(row.chamber === "house" || row.chamber === "senate", "a chamber", row);
    must((row.official_name ?? "") !== "", "a name", row);
    return columns.map((column) => row[column] ?? "");
  });
}

/** One row for each riding; the name is "" where the seat is empty. */
function commons(folder: string): string[][] {
  const columns = [
    "ourcommons_id",
    "riding_code",
    "riding_name_current",
    "riding_name_fr",
    "province",
    "name",
    "last",
    "party",
    "email",
    "phone",
    "preferred_language",
    "url",
  ];
  return rowsOf(folder, "ca-house-of-commons.csv", [...columns, "status"]).map((row) => {
    must(row.status === "vacant" || (row.name ?? "") !== "", "a name or a vacancy", row);
    return columns.map((column) => (row.status === "vacant" && column === "name" ? "" : (row[column] ?? "")));
  });
}

const [given] = process.argv.slice(2);
if (!given) throw new Error("npm run officials -- <folder with the CSV files>");
const folder = resolve(given);
const us = usPlaces(folder);
const files = new Map<string, string>();
for (let digit = 0; digit <= 9; digit += 1) {
  const part = new Map([...us].filter(([zip]) => zip.startsWith(String(digit))));
  files.set(`us-${digit}.txt`, linesOf(part));
}
files.set("ca.txt", linesOf(canadianPlaces(folder)));
files.set("us-congress.json", rowsAsJson(congress(folder)));
files.set("ca-commons.json", rowsAsJson(commons(folder)));

/** A line for each row, so that a change reads well in a diff. */
function rowsAsJson(rows: string[][]): string {
  return `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`;
}

rmSync(into, { recursive: true, force: true });
mkdirSync(into, { recursive: true });
for (const [name, text] of files) writeFileSync(join(into, name), text);
const bytes = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
process.stdout.write(`${files.size} files, ${Math.round(bytes / 1024)} kB in public/data/officials\n`);
