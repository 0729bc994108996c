import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { developmentVariables, testSecrets } from "./variables.ts";

/* What the two suites (vitest.config.ts here and in faults/) have in common. */

export const root = join(import.meta.dirname, "..");

/** On two cores too: whatever waits for a browser, a queue or a workerd that starts leaves its core to another file (two use half of them). */
export const FILES_AT_ONCE = 3;

/** Runs test files in workerd with the bindings of wrangler.toml, development's variables and the migrations. */
export function inWorkerd(bindings: Record<string, number> = {}) {
  return cloudflareTest(async () => ({
    wrangler: { configPath: "./wrangler.toml" },
    remoteBindings: false,
    miniflare: {
      bindings: {
        ...developmentVariables(8787),
        ...testSecrets,
        // Time for a test to do something while a participation still waits.
        INTAKE_GATHER_MS: "1000",
        ...bindings,
        TEST_DIRECTORY_MIGRATIONS: await readD1Migrations("migrations/directory"),
        TEST_SHARD_MIGRATIONS: await readD1Migrations("migrations/shard"),
      },
    },
  }));
}

/**
 * Packages are bundled once a run. Else each workerd fetches the hundreds of modules they consist of one by one, which is most
 * of what a small test file costs. Nothing may be left out: a module that is there twice is two classes and two contexts.
 */
export function bundledPackages() {
  const imported = globSync("src/**/*.{ts,tsx}", {
    cwd: root,
    exclude: ["**/*.test.*", "src/mailings/editor/**"],
  })
    .flatMap((path) => [...read(path).matchAll(PACKAGE_IMPORTS)])
    .map(([, name = ""]) => name);
  const include = [...new Set([...imported, ...JSX_RUNTIMES])].toSorted();
  return { optimizer: { ssr: { enabled: true, include } } };
}

const PACKAGE_IMPORTS = /(?:^import (?!type )[^"]*|\bimport\()"(?!\.|node:|cloudflare:)([^"]+)"/gm;

/** Nobody writes these imports: JSX is compiled to them. */
const JSX_RUNTIMES = ["hono/jsx/jsx-runtime", "hono/jsx/jsx-dev-runtime"];

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/**
 * The test files that reach no binding, neither by themselves nor by a helper: these may share a workerd, since there is nothing
 * stored that one could find of another's.
 */
export function filesWithoutBindings(): string[] {
  return globSync("src/**/*.test.{ts,tsx}", { cwd: root }).filter(
    (path) => !/"cloudflare:|from "[./]*\/test\//.test(read(path)),
  );
}

/** The test files that replace the clock. Ids only go up, hence those made after them in the same workerd would be of their time. */
export function filesWithAnotherClock(): string[] {
  return globSync("src/**/*.test.{ts,tsx}", { cwd: root }).filter((path) => /spyOn\(Date,/.test(read(path)));
}

/**
 * Files in the order that is given first, then all others project by project as Vitest has them: a process that several share goes on
 * only while the next file is of its own project.
 * @param projects names, those that share a workerd last
 */
export function inOrder(first: string[], projects: string[]) {
  return class extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      const rank = ({ moduleId, project }: TestSpecification) => {
        const at = first.findIndex((path) => moduleId.endsWith(path));
        return at >= 0 ? at : first.length + projects.indexOf(project.name);
      };
      return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
    }
  };
}
