import { join } from "node:path";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { developmentVariables, testSecrets } from "./variables.ts";

const root = join(import.meta.dirname, "..");

// Two files at a time also on two cores: half of a file's time is workerd starting, which another process does.
const FILES_AT_ONCE = 2;

export default defineConfig({
  root,
  test: {
    projects: [
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
              },
            },
          })),
        ],
        test: {
          name: "worker",
          include: ["src/**/*.test.{ts,tsx}", "test/contracts/**/*.test.{ts,tsx}"],
          setupFiles: ["test/setup.ts"],
          maxWorkers: FILES_AT_ONCE,
          testTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        root,
        test: {
          name: "tools",
          include: [".ci/**/*.test.ts", "bench/**/*.test.ts", "migrations/*.test.ts", "test/*.test.ts"],
          maxWorkers: FILES_AT_ONCE,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        root,
        test: {
          name: "browser",
          include: ["test/stories/**/*.test.ts", "test/faults/**/*.short.test.ts"],
          globalSetup: ["test/global-setup.ts"],
          // A second, which is the default, is less than a drain and a refreshed count take on a busy machine.
          expect: { poll: { timeout: 20_000 } },
          // One file at a time: a browser and a server already share two cores.
          maxWorkers: 1,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
