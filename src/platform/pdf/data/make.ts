import { copyFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/*
 * npm run fonts: copies the typeface of PDF files, with its licence, from the package dejavu-fonts-ttf to public/fonts, where
 * the Worker reads it as an asset. It is 1.4 MB that would otherwise be in every isolate.
 */

const root = join(import.meta.dirname, "../../../..");
export const from = dirname(createRequire(import.meta.url).resolve("dejavu-fonts-ttf/package.json"));
export const into = join(root, "public/fonts");
export const files = {
  "ttf/DejaVuSans.ttf": "DejaVuSans.ttf",
  "ttf/DejaVuSans-Bold.ttf": "DejaVuSans-Bold.ttf",
  LICENSE: "LICENSE.txt",
} as const;

if (import.meta.main) {
  mkdirSync(into, { recursive: true });
  for (const [source, name] of Object.entries(files)) copyFileSync(join(from, source), join(into, name));
}
