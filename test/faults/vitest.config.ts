import { defineConfig } from "vitest/config";
import { bundledPackages, FILES_AT_ONCE, inOrder, inWorkerd, root } from "../projects.ts";

/** Two side by side: the first needs all it can get, the next two mostly wait, the last needs one core. */
const LONGEST = [
  "test/faults/kill.test.ts",
  "test/faults/queues.test.ts",
  "test/faults/d1-down.test.ts",
  "src/intake/drain.test.ts",
];

/** Only a backstop: whoever waits inside a test says for what and gives up sooner. */
const TEST_TIMEOUT_MS = 15 * 60_000;
const HOOK_TIMEOUT_MS = 2 * 60_000;

const group = { maxWorkers: FILES_AT_ONCE, sequence: { groupOrder: 0 } };

export default defineConfig({
  root,
  test: {
    sequence: { sequencer: inOrder(LONGEST, ["faults", "histories"]) },
    projects: [
      {
        root,
        test: {
          ...group,
          name: "faults",
          include: ["test/faults/**/*.test.ts"],
          // The short ones belong to `npm test`.
          exclude: ["test/faults/**/*.short.test.ts"],
          testTimeout: TEST_TIMEOUT_MS,
          hookTimeout: HOOK_TIMEOUT_MS,
        },
      },
      {
        root,
        plugins: [
          inWorkerd({
            TEST_HISTORIES: Number(process.env.TEST_HISTORIES ?? 200),
            TEST_FIRST_SEED: Number(process.env.TEST_FIRST_SEED ?? 1_001),
            TEST_AUDIENCE_WORLDS: Number(process.env.TEST_AUDIENCE_WORLDS ?? 50),
          }),
        ],
        test: {
          ...group,
          name: "histories",
          include: ["src/intake/drain.test.ts", "src/audiences/compile.test.ts"],
          setupFiles: ["test/setup.ts"],
          deps: bundledPackages(),
          testTimeout: TEST_TIMEOUT_MS,
          hookTimeout: HOOK_TIMEOUT_MS,
        },
      },
    ],
  },
});
