import { join } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: join(import.meta.dirname, "../.."),
  test: {
    name: "faults",
    include: ["test/faults/**/*.test.ts"],
    // Each file wants the machine for itself, and takes minutes.
    maxWorkers: 1,
    testTimeout: 15 * 60_000,
    hookTimeout: 2 * 60_000,
    passWithNoTests: true,
  },
});
