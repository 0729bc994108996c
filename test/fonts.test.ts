import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { files, from, into } from "../src/platform/pdf/data/make.ts";

it.each(Object.entries(files))(
  "%s stands in public/fonts as its package has it (npm run fonts)",
  (source, name) => {
    expect(readFileSync(join(into, name)).equals(readFileSync(join(from, source)))).toBe(true);
  },
);
