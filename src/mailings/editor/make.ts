import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";

/*
 * npm run editor: bundles the visual editor of mails (browser/main.ts with TipTap) into public/js/mail-editor.js, which the pages
 * that write mails load. The same sources give the same bytes; test/mail-editor.test.ts holds the file to them.
 */

const root = join(import.meta.dirname, "../../..");
export const into = join(root, "public/js/mail-editor.js");

const options: BuildOptions = {
  absWorkingDir: root,
  entryPoints: ["src/mailings/editor/browser/main.ts"],
  bundle: true,
  format: "esm",
  platform: "browser",
  target: ["es2022"],
  minify: true,
  legalComments: "eof",
  charset: "utf8",
  banner: { js: "// Made by `npm run editor` from src/mailings/editor; do not edit." },
  tsconfig: "src/mailings/editor/browser/tsconfig.json",
  logLevel: "silent",
  write: false,
};

/** The bundle as it should be. Fails when the sources do not compile. */
export async function bundle(): Promise<string> {
  const { outputFiles } = await build(options);
  const [file] = outputFiles ?? [];
  if (!file) throw new Error("esbuild wrote nothing");
  return file.text;
}

if (import.meta.main) writeFileSync(into, await bundle());
