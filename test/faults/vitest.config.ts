import { join } from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { developmentVariables, testSecrets } from "../variables.ts";

const root = join(import.meta.dirname, "../..");

export default defineConfig({
  root,
  test: {
    projects: [
      {
        root,
        test: {
          name: "faults",
          include: ["test/faults/**/*.test.ts"],
          exclude: ["test/faults/**/*.short.test.ts"],
          // Each file wants the machine for itself, and takes minutes. The short ones belong to `npm test`.
          maxWorkers: 1,
          testTimeout: 15 * 60_000,
          hookTimeout: 2 * 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        root,
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: "./wrangler.toml" },
            remoteBindings: false,
            miniflare: {
              bindings: {
                ...developmentVariables(8787),
                ...testSecrets,
                TEST_DIRECTORY_MIGRATIONS: await readD1Migrations("migrations/directory"),
                TEST_SHARD_MIGRATIONS: await readD1Migrations("migrations/shard"),
                TEST_HISTORIES: Number(process.env.TEST_HISTORIES ?? 200),
                TEST_FIRST_SEED: Number(process.env.TEST_FIRST_SEED ?? 1_001),
              },
            },
          })),
        ],
        test: {
          name: "histories",
          include: ["src/intake/drain.test.ts"],
          setupFiles: ["test/setup.ts"],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
