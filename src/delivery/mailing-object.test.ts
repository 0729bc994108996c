import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { makeMailing, makeSenders } from "../../test/deliveries";
import { contextOf } from "../../test/groups";
import { dbFor } from "../groups/shard";
import { mailingByNo } from "../mailings/mailing";
import {
  pauseMailing,
  progressOf,
  resumeMailing,
  sendMailing,
  sendPage,
  stopMailing,
  wakeOpenMailings,
} from "./delivery";
import type { MailingDriver } from "./mailing-object";
import { driverOf, refOf } from "./objects";
import type { MailingPage } from "./types";

/* The driver as the platform runs it, with the real gate and the captured mailbox; the queue alone is a list. */

async function begun(people: number, settings: Parameters<typeof makeMailing>[1] = {}) {
  const { group } = await makeSenders(people);
  const mailing = await makeMailing(group, settings);
  const ctx = contextOf();
  const ref = refOf(group, mailing.no);
  const stub = driverOf(env, ref);
  const pages: MailingPage[] = [];
  await runInDurableObject(stub, (driver: MailingDriver) => {
    const own = driver as unknown as { env: typeof env };
    const MAILINGS = {
      sendBatch: async (messages: Iterable<{ body: MailingPage }>) => {
        for (const { body } of messages) pages.push(body);
      },
    };
    own.env = { ...own.env, MAILINGS } as unknown as typeof env;
  });
  await sendMailing(ctx, group, mailing, { by: 1, startAt: null });
  /** Lets alarms ring and pages be handled until its status is this one. */
  const until = async (status: string) => {
    const deadline = Date.now() + 15_000;
    for (;;) {
      await runDurableObjectAlarm(stub);
      for (const page of pages.splice(0)) await sendPage(contextOf(), page);
      const { status: now, totals } = await progressOf(ctx, group, mailing);
      if (now === status) return;
      if (Date.now() > deadline) throw new Error(`${now} ${JSON.stringify(totals)}`);
    }
  };
  return { group, mailing, ctx, ref, stub, pages, until };
}

it("sends by its alarms, and says how far it is", async () => {
  const { group, mailing, ctx, until } = await begun(120);
  await until("sent");
  const [progress, done] = [
    await progressOf(ctx, group, mailing),
    await mailingByNo(dbFor(env, group), mailing.no),
  ];
  expect(progress).toMatchObject({ status: "sent", frozen: { recipients: 120 }, perSecond: 0, test: null });
  expect(done?.finishedAt).not.toBeNull();
  await expect
    .poll(async () => (await progressOf(ctx, group, mailing)).totals)
    .toMatchObject({ sent: 120, waiting: 0 });
});

it("stands still while it is paused, and rests when it is stopped", async () => {
  const { group, mailing, ctx, stub, until, pages } = await begun(40, { settings: { hourlyMax: 60 } });
  await until("sending");
  await pauseMailing(ctx, group, mailing, "organiser");
  await runDurableObjectAlarm(stub);
  expect(await runDurableObjectAlarm(stub)).toBe(false);
  await resumeMailing(ctx, group, mailing);
  await runDurableObjectAlarm(stub);
  // A minute a mail: no second one is given out.
  expect(pages.reduce((sum, { most }) => sum + most, 0)).toBeLessThanOrEqual(1);
  await stopMailing(ctx, group, mailing);
  await until("stopped");
  await expect
    .poll(async () => (await progressOf(ctx, group, mailing)).totals)
    .toMatchObject({ waiting: 0, claimed: 0 });
});

it("is woken when its alarm was lost", async () => {
  const { stub, until } = await begun(10);
  await runInDurableObject(stub, (_driver, state) => state.storage.deleteAlarm());
  expect(await wakeOpenMailings(contextOf())).toBeGreaterThanOrEqual(1);
  await until("sent");
});

it("is woken when it was stopped and its alarm lost: nobody is left waiting", async () => {
  const { group, mailing, ctx, stub, until } = await begun(40, { settings: { hourlyMax: 60 } });
  await until("sending");
  await stopMailing(ctx, group, mailing);
  await runInDurableObject(stub, (_driver, state) => state.storage.deleteAlarm());
  expect((await progressOf(ctx, group, mailing)).totals.waiting).toBeGreaterThan(0);
  await wakeOpenMailings(contextOf());
  await expect
    .poll(async () => {
      await runDurableObjectAlarm(stub);
      return (await progressOf(ctx, group, mailing)).totals;
    })
    .toMatchObject({ waiting: 0, claimed: 0 });
});

it("looks at what somebody is about to change though they come while it drives and die before they say so", async () => {
  const { group, mailing, ctx, ref, stub, until } = await begun(3, { settings: { hourlyMax: 60 } });
  await until("sending");
  await pauseMailing(ctx, group, mailing, "organiser");
  const alarms = await runInDurableObject(stub, async (driver: MailingDriver, state) => {
    await driver.alarm();
    const before = await state.storage.getAlarm();
    const ringing = driver.alarm();
    await driver.expect(ref);
    await ringing;
    return [before, await state.storage.getAlarm()];
  });
  expect(alarms).toEqual([null, expect.any(Number)]);
});
