import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/*
 * npm run reference: puts the viewer of the API's description (swagger-ui-dist) among the static files, and the quick starts of
 * docs/quickstart where the worker finds them. test/stories/programs-use-the-api.test.ts holds what it made to its sources.
 */

const root = join(import.meta.dirname, "../..");
export const viewerFrom = join(root, "node_modules/swagger-ui-dist");
export const viewerInto = join(root, "public/reference");
/** Nothing else of the package is served. */
export const viewerFiles = ["swagger-ui-bundle.js", "swagger-ui.css", "LICENSE", "NOTICE"];
export const quickstartsInto = join(root, "src/reference/quickstarts.json");

/** The quick starts as the worker serves them. */
export function quickstarts(): string {
  const read = (file: string) => readFileSync(join(root, "docs/quickstart", file), "utf8");
  const all = { curl: read("curl.sh"), python: read("python.py"), javascript: read("javascript.mjs") };
  return `${JSON.stringify(all, null, 2)}\n`;
}

if (import.meta.main) {
  mkdirSync(viewerInto, { recursive: true });
  for (const file of viewerFiles) copyFileSync(join(viewerFrom, file), join(viewerInto, file));
  writeFileSync(quickstartsInto, quickstarts());
}
