import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import Papa from "papaparse";
import { isOnMap, MAP, project } from "../projection.ts";

/*
 * npm run places -- <folder>: makes public/data/places (where postal codes lie) and public/maps/north-america.svg (a map
 * made of nothing but those places) from us-zip-centroids.csv and ca-fsa-centroids.csv. Fails, and leaves the old files,
 * when a row is not as it should be. Needed again only when that data is.
 */

const root = join(import.meta.dirname, "../../..");
const places = join(root, "public/data/places");
const maps = join(root, "public/maps");
/**
 * One dot for all places of a square so wide on the map's sheet: as many as make a coast, few enough for a phone. Squares
 * are counted in whole steps from one to the next, which is what makes the drawing small.
 */
const DOT = 2;

type Place = { code: string; latitude: number; longitude: number };

function read(folder: string, name: string, column: string, pattern: RegExp): Place[] {
  const text = readFileSync(join(folder, name), "utf8");
  const { data, errors } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true });
  if (errors[0]) throw new Error(`${name}: ${errors[0].message} in row ${errors[0].row}`);
  return data.map((row) => {
    const place = { code: row[column] ?? "", latitude: Number(row.lat), longitude: Number(row.lon) };
    const isRight =
      pattern.test(place.code) && Math.abs(place.latitude) <= 90 && Math.abs(place.longitude) <= 180;
    if (!isRight || row.lat === "" || row.lon === "") throw new Error(`${name}: ${JSON.stringify(row)}`);
    return place;
  });
}

/** `90210 34.09 -118.41`: a hundredth of a degree is about a kilometre. */
function write(name: string, found: readonly Place[]): void {
  const lines = found.map(
    ({ code, latitude, longitude }) => `${code} ${+latitude.toFixed(2)} ${+longitude.toFixed(2)}`,
  );
  writeFileSync(join(places, name), `\n${lines.join("\n")}\n`);
}

function drawMap(found: readonly Place[]): string {
  const rows = new Map<number, Set<number>>();
  for (const place of found) {
    const { x, y } = project(place);
    if (!isOnMap(place)) continue;
    const row = Math.round(y / DOT);
    rows.set(row, (rows.get(row) ?? new Set()).add(Math.round(x / DOT)));
  }
  const lines = [...rows]
    .sort(([one], [other]) => one - other)
    .map(([row, columns]) => {
      let at = 0;
      const steps = [...columns]
        .sort((one, other) => one - other)
        .map((column, nth) => {
          const step = nth === 0 ? `M${column} ${row}h0` : `m${column - at} 0h0`;
          at = column;
          return step;
        });
      return steps.join("");
    });
  const size = `0 0 ${MAP.width / DOT} ${MAP.height / DOT}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${size}"><path d="${lines.join("")}" fill="none" stroke="#8a8178" stroke-opacity=".6" stroke-width=".72" stroke-linecap="round"/></svg>\n`;
}

const [, , given] = process.argv;
if (!given) throw new Error("say which folder the CSV files are in");
const folder = resolve(given);
const us = read(folder, "us-zip-centroids.csv", "zip", /^\d{5}$/);
const ca = read(folder, "ca-fsa-centroids.csv", "fsa", /^[A-Z]\d[A-Z]$/);
rmSync(places, { recursive: true, force: true });
for (const path of [places, maps]) mkdirSync(path, { recursive: true });
for (let digit = 0; digit < 10; digit += 1)
  write(
    `us-${digit}.txt`,
    us.filter(({ code }) => code.startsWith(String(digit))),
  );
write("ca.txt", ca);
writeFileSync(join(maps, "north-america.svg"), drawMap([...us, ...ca]));
