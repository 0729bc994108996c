import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { fakeQueue } from "../../test/fake-mail";
import { contextOf } from "../../test/groups";
import { clerk, DAY, lane, lettersWorld, MINUTE, mayor, states, T0, write } from "../../test/letters";
import type { MailEvent } from "../platform/mail/events";
import { deliver, sendDue } from "./delivery";
import { letterReturned } from "./returned";
import { retryTarget } from "./store-claims";
import { lettersByTarget, undelivered } from "./store-lists";

const unknownUser = "550 5.1.1 User unknown";

/** A report as the provider words it. */
function report(
  messageId: string,
  { event = "bounced", type = "hard", recipient = "Mayor@City.example", reason = unknownUser } = {},
): MailEvent {
  return {
    type: `cf.email.sending.message.${event}`,
    payload: { messageId, recipient, bounce: { type, reason } },
  };
}

/** A world whose letters have left, the nth in a mail of the nth id. */
async function sentWorld(count: number, settings: Record<string, unknown> = {}) {
  const world = await lettersWorld(settings);
  const mark = world.group.slug;
  const { email, at } = lane((n) => `<${mark}-${n}@mail.example>`);
  await deliver(at(), world.group, world.action, await write(world, count));
  return { ...world, email, at, id: (n: number) => `<${mark}-${n}@mail.example>` };
}

describe("a letter that comes back", () => {
  it("says so once, with the reason, however often it is reported; nothing more goes to that address", async () => {
    const world = await sentWorld(2);
    const later = contextOf(env, T0 + MINUTE);
    await Promise.all([
      letterReturned(later, report(world.id(1))),
      letterReturned(later, report(world.id(1))),
    ]);
    await letterReturned(contextOf(env, T0 + DAY), report(world.id(1)));
    expect(await states(world)).toEqual(["bounced", "sent"]);
    expect(await lettersByTarget(world.db, 1)).toMatchObject([
      { bouncedAt: T0 + MINUTE, bounces: 1, bounceReason: unknownUser, counts: { bounced: 1, sent: 1 } },
    ]);
    expect(await undelivered(world.db, 1)).toMatchObject([
      { state: "bounced", reason: unknownUser, settledAt: T0 + MINUTE, targetName: "Helen Brandt" },
    ]);
    await deliver(world.at(T0 + DAY), world.group, world.action, await write(world, 1, { from: 9 }));
    expect(world.email.sent.length).toBe(2);
    expect(await states(world)).toEqual(["bounced", "bounced", "sent"]);
  });

  it("for the time being stops nothing until it happens for the third time; an organiser begins anew", async () => {
    const world = await sentWorld(3);
    const at = async () => (await lettersByTarget(world.db, 1))[0];
    for (const n of [1, 2]) await letterReturned(world.at(), report(world.id(n), { type: "soft" }));
    expect(await at()).toMatchObject({ bouncedAt: null, bounces: 2 });
    await letterReturned(world.at(), report(world.id(3), { type: "soft", reason: "452 4.2.2 Mailbox full" }));
    expect(await at()).toMatchObject({ bouncedAt: T0, bounces: 3, bounceReason: "452 4.2.2 Mailbox full" });
    expect(await retryTarget(world.db, 1, "mayor", T0 + MINUTE)).toBe(3);
    expect(await at()).toMatchObject({ bouncedAt: null, bounces: 0, bounceReason: null });
    await sendDue(world.at(T0 + MINUTE), world.group, world.action);
    expect(await states(world)).toEqual(["sent", "sent", "sent"]);
    // A late report of the first mail is no word on the second.
    await letterReturned(world.at(T0 + DAY), report(world.id(1)));
    expect(await states(world)).toEqual(["sent", "sent", "sent"]);
  });

  it("in a day's mail takes all letters of that mail along, and no others", async () => {
    const world = await lettersWorld({ delivery: "digest" });
    const { at } = lane((n) => `<${world.group.slug}-${n}@mail.example>`);
    await deliver(at(), world.group, world.action, await write(world, 3, { to: [mayor, clerk] }));
    await sendDue(at(T0 + DAY), world.group, world.action);
    const targets = await lettersByTarget(world.db, 1);
    expect(targets.map(({ counts }) => counts)).toEqual([{ sent: 3 }, { sent: 3 }]);
    await letterReturned(at(), report(`<${world.group.slug}-1@mail.example>`, { recipient: "" }));
    expect(await states(world)).toEqual(["bounced", "bounced", "bounced", "sent", "sent", "sent"]);
  });

  it("from an address that was corrected meanwhile is no word on the new one", async () => {
    const world = await sentWorld(1);
    await deliver(
      world.at(),
      world.group,
      world.action,
      await write(world, 1, { from: 7, to: [{ ...mayor, e: "office@city.example" }] }),
    );
    await letterReturned(world.at(), report(world.id(1)));
    expect(await states(world)).toEqual(["bounced", "sent"]);
    expect(await lettersByTarget(world.db, 1)).toMatchObject([{ bouncedAt: null, bounces: 0 }]);
  });
});

describe("other reports", () => {
  it("a complaint stops the address and leaves the letter as it is: it has arrived", async () => {
    const world = await sentWorld(1);
    const complaint = report(world.id(1), { event: "complained", reason: "" });
    await letterReturned(world.at(), complaint);
    await letterReturned(world.at(), complaint);
    expect(await states(world)).toEqual(["sent"]);
    expect(await lettersByTarget(world.db, 1)).toMatchObject([
      { bouncedAt: T0, bounces: 1, bounceReason: "complaint" },
    ]);
  });

  it("a mail the service gave up is a letter refused", async () => {
    const world = await sentWorld(1);
    await letterReturned(world.at(), report(world.id(1), { event: "failed", reason: "no route" }));
    expect(await states(world)).toEqual(["failed"]);
    expect(await undelivered(world.db, 1)).toMatchObject([{ state: "failed", reason: "no route" }]);
  });

  it("what arrived, waits, or is no letter changes nothing; an early one is looked at once more", async () => {
    const world = await sentWorld(1);
    const queue = fakeQueue<MailEvent>();
    const ctx = contextOf({ ...env, MAIL_EVENTS: queue.binding });
    for (const event of ["delivered", "deferred"])
      await letterReturned(ctx, report(world.id(1), { event, type: "soft" }));
    expect(queue.sent).toEqual([]);
    await letterReturned(ctx, report("<early@mail.example>"));
    expect(queue.sent).toMatchObject([{ body: { isRepeated: true }, delaySeconds: 90 }]);
    for (const { body } of [...queue.sent]) await letterReturned(ctx, body);
    expect(queue.sent.length).toBe(1);
    expect(await states(world)).toEqual(["sent"]);
  });

  it("touches one group's letters alone", async () => {
    const [one, other] = [await sentWorld(1), await sentWorld(1)];
    await letterReturned(one.at(), report(one.id(1)));
    expect([await states(one), await states(other)]).toEqual([["bounced"], ["sent"]]);
    expect(await lettersByTarget(other.db, 1)).toMatchObject([{ bouncedAt: null }]);
  });
});
