import { afterAll, beforeAll, expect, test } from "vitest";
import { doubled, swallowed } from "./mails.ts";
import { Stage } from "./stage.ts";

/* Queues carry hints: however often a message comes, and if it never comes, each signer gets one thank-you mail. */

const SIGNERS = 12;

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open({ hasReceipt: true });
});
afterAll(async () => {
  await stage.close();
});

test("when every message comes twice and every batch is handled twice at once, each signer gets one mail", async () => {
  expect(await doubled(stage, SIGNERS)).toEqual({ after: [1], inTheEnd: [1] });
});

test("when a queue loses everything, the home finds who has no mail, and each gets one", async () => {
  expect(await swallowed(stage, "events", SIGNERS)).toEqual({
    before: [0],
    isCompleteAtFirst: false,
    after: [1],
    isComplete: true,
    inTheEnd: [1],
  });
});
