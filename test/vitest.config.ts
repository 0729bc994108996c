import { defineConfig } from "vitest/config";
import {
  bundledPackages,
  FILES_AT_ONCE,
  filesWithAnotherClock,
  filesWithoutBindings,
  inOrder,
  inWorkerd,
  root,
} from "./projects.ts";

const withoutBindings = filesWithoutBindings();

/** What needs a workerd that no other file has used: one changes the list of kinds, the other sees what is there before anything is. */
const alone = [
  "test/contracts/sample-kind.test.ts",
  "src/operations/routes.test.ts",
  ...filesWithAnotherClock(),
];

/**
 * What takes long begins early, so that nothing is left to run alone at the end. The first keeps both cores busy; the others of
 * the browser mostly wait and run beside it.
 */
const LONGEST = [
  "test/stories/every-page.test.ts",
  "test/faults/surroundings.short.test.ts",
  "test/stories/public-page.test.ts",
  "test/faults/queues.short.test.ts",
  "test/stories/organiser-looks-after-signatures.test.ts",
  "test/faults/d1-down.short.test.ts",
  "test/stories/organiser-publishes-a-petition.test.ts",
  "test/stories/supporter-signs-a-petition.test.ts",
  "src/intake/drain.test.ts",
  "migrations/apply.test.ts",
  "test/server.test.ts",
];

/** Mails and how they are written, as a browser shows them. */
const SHOWN_MAILS = ["test/mail-looks.test.ts", "test/mail-editor.test.ts", "test/editor-saving.test.ts"];

/** Only a backstop, for a machine which is busy with other things: how long something takes is measured in `bench/`. */
const TIMEOUT_MS = 60_000;

// All projects are one group, whose files run side by side whichever project they are of.
const group = { maxWorkers: FILES_AT_ONCE, sequence: { groupOrder: 0 } };

export default defineConfig({
  root,
  test: {
    sequence: { sequencer: inOrder(LONGEST, ["browser", "tools", "alone", "pure", "worker"]) },
    // What one project has transformed the others need not, nor the next run.
    fsModuleCache: true,
    projects: [
      {
        root,
        plugins: [inWorkerd()],
        test: {
          ...group,
          name: "worker",
          include: ["src/**/*.test.{ts,tsx}", "test/contracts/**/*.test.{ts,tsx}"],
          exclude: [...withoutBindings, ...alone],
          setupFiles: ["test/setup.ts"],
          deps: bundledPackages(),
          // A workerd for each file costs three seconds of a core, most of what a file takes. What a test stores is its own group's.
          isolate: false,
          testTimeout: TIMEOUT_MS,
          hookTimeout: TIMEOUT_MS,
        },
      },
      {
        root,
        plugins: [inWorkerd()],
        test: {
          ...group,
          name: "alone",
          include: alone,
          setupFiles: ["test/setup.ts"],
          deps: bundledPackages(),
          testTimeout: TIMEOUT_MS,
          hookTimeout: TIMEOUT_MS,
        },
      },
      {
        root,
        plugins: [inWorkerd()],
        test: {
          ...group,
          name: "pure",
          include: withoutBindings,
          setupFiles: ["test/setup-pure.ts"],
          deps: bundledPackages(),
          isolate: false,
          testTimeout: TIMEOUT_MS,
          hookTimeout: TIMEOUT_MS,
        },
      },
      {
        root,
        test: {
          ...group,
          name: "tools",
          include: [".ci/**/*.test.ts", "bench/**/*.test.ts", "migrations/*.test.ts", "test/*.test.ts"],
          exclude: SHOWN_MAILS,
          testTimeout: TIMEOUT_MS,
          hookTimeout: TIMEOUT_MS,
        },
      },
      {
        root,
        test: {
          ...group,
          name: "browser",
          include: [...SHOWN_MAILS, "test/stories/**/*.test.ts", "test/faults/**/*.short.test.ts"],
          globalSetup: ["test/global-setup.ts"],
          // They share the server and the browser anyway, and keep nothing else.
          isolate: false,
          // A second, which is the default, is less than a drain and a refreshed count take on a busy machine.
          expect: { poll: { timeout: 30_000 } },
          // Only a backstop: whoever waits inside a test says for what and gives up sooner.
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
