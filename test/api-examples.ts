import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A request as it was made and what came back, as the reference shows it. */
export type Example = { request?: unknown; response: unknown };

const file = join(import.meta.dirname, "../src/reference/examples.json");
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** The examples that the reference shows. */
export function keptExamples(): Record<string, Example> {
  return JSON.parse(readFileSync(file, "utf8"));
}

export function keepExamples(examples: Record<string, Example>): void {
  writeFileSync(file, `${JSON.stringify(examples, null, 2)}\n`);
}

/** The same with what differs from run to run put in order: ids are counted, moments are one moment, the server has its own name. */
export function inOrder(examples: Record<string, Example>, origin: string): Record<string, Example> {
  const ids = new Map<string, string>();
  const text = JSON.stringify(examples)
    .replaceAll(origin, "https://groundswell.example")
    .replaceAll(new URL(origin).host, "groundswell.example")
    .replace(UUID, (id) => {
      const known = ids.get(id) ?? `0192f6c0-5a1e-7000-8000-${String(ids.size + 1).padStart(12, "0")}`;
      ids.set(id, known);
      return known;
    })
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, (moment) =>
      moment.startsWith("2030") ? moment : "2026-03-12T10:00:00Z",
    )
    .replace(/"after=[^"&]*|(?<=[?&]after=)[^"&]*/g, "cursor");
  return JSON.parse(text);
}
