import { and, eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { refusal } from "../../test/fake-mail";
import { contextOf } from "../../test/groups";
import {
  byHand,
  clerk,
  DAY,
  lane,
  lettersWorld,
  MINUTE,
  mayor,
  states,
  T0,
  targetOf,
  text,
  write,
} from "../../test/letters";
import { makeOrganisers } from "../../test/organisers";
import { textsOf } from "../../test/pdf";
import { mergePeople } from "../intake/erasure";
import { participations } from "../intake/tables";
import { addPerson } from "../people/edit";
import { people } from "../people/tables";
import { CLAIM_MS, deliver, findMissing, sendDue } from "./delivery";
import { makeLetters } from "./store";
import { claimDue, retryTarget } from "./store-claims";
import { lettersByTarget, listLetters } from "./store-lists";

describe("the letters to one official on paper", () => {
  it("are a sheet each, for those who may export, without whoever was removed, and nothing of them is markup", async () => {
    const team = await makeOrganisers();
    const world = await lettersWorld({}, team.group);
    const { at } = lane();
    const said = { s: "Hello <b>you</b>", b: "<script>alert(1)</script>\n\n夜" };
    const taken = [
      ...(await write(world, 1, { to: [mayor, clerk], said })),
      ...(await write(world, 2, { from: 2, to: [byHand, clerk] })),
    ];
    await makeLetters(world.db, 1, taken, T0);
    await sendDue(at(), world.group, world.action);
    const href = `${team.base}/actions/${world.action.id}/letters`;
    const list = await (await team.owner.get(href)).text();
    expect(list).toContain('name="target" value="clerk"');
    const print = async (target: string) => (await team.owner.post(`${href}/print`, { target })).text();
    const clerks = await print("clerk");
    expect(clerks.match(/class="sheet"/g)).toHaveLength(3);
    expect(clerks).toContain("Hello &lt;b&gt;you");
    expect(clerks).toContain("夜");
    expect(clerks).not.toContain("<script>alert");
    expect(clerks).toContain("Dear The clerk,");
    // Who has no address for mail is written to on paper all the same.
    expect((await print("senator")).match(/class="sheet"/g)).toHaveLength(2);
    await world.db.db
      .update(participations)
      .set({ removalNo: 1 })
      .where(and(eq(participations.groupNo, world.group.no), eq(participations.personNo, 2)));
    expect((await print("senator")).match(/class="sheet"/g)).toHaveLength(1);
    expect((await team.organiser.post(`${href}/print`, { target: "clerk" })).status).toBe(403);
    expect((await team.stranger.post(`${href}/print`, { target: "clerk" })).status).toBe(404);
    expect((await team.owner.post(`${href}/print`, { target: "nobody" })).status).toBe(404);
  });
});

describe("a letter", () => {
  it("goes to each target in the writer's name, with answers to the writer, and nothing of it is markup", async () => {
    const world = await lettersWorld();
    const { email, at } = lane();
    const said = {
      s: "Hello <b>you</b>\r\nBcc: all@x.example",
      b: "<script>alert(1)</script>\n\n{{target_name}} & I",
    };
    await deliver(at(), world.group, world.action, await write(world, 1, { to: [mayor, clerk], said }));
    expect(email.sent.map(({ to }) => to).toSorted()).toEqual(["clerk@city.example", "mayor@city.example"]);
    const first = email.sent.find(({ to }) => to === "mayor@city.example");
    expect(first).toMatchObject({
      replyTo: `p1-g${world.group.no}@supporters.example`,
      subject: "Hello <b>you</b> Bcc: all@x.example",
      headers: { "Auto-Submitted": "no" },
    });
    expect(first?.from).toMatchObject({ name: `Person1 Sow (via ${world.group.name})` });
    expect(first?.text).toContain("Helen Brandt & I\n\nPerson1 Sow\nM4M 2T1\np1-g");
    expect(first?.html).not.toContain("<script");
    expect(first?.html).toContain("Helen Brandt &amp; I");
    expect(await states(world)).toEqual(["sent", "sent"]);
  });

  it("that nobody changed is written from the organiser's text as it stood when it was sent", async () => {
    const world = await lettersWorld();
    const { email, at } = lane();
    const taken = await write(world, 1);
    const settings = { ...world.action.settings, variants: [{ ...text, body: "Something else" }] };
    await deliver(at(), world.group, { ...world.action, settings }, taken);
    expect(email.sent[0]?.subject).toBe("The night bus, Helen Brandt");
    expect(email.sent[0]?.text).toContain("Dear Helen Brandt,\n\nfund it.\n\nPerson1");
  });

  it("to a target without an address is written down as the writer's own to send", async () => {
    const world = await lettersWorld();
    const { email, at } = lane();
    await deliver(at(), world.group, world.action, await write(world, 1, { to: [byHand] }));
    expect(email.sent).toEqual([]);
    expect(await states(world)).toEqual(["byHand"]);
  });

  it("is not sent for somebody who was removed or erased meanwhile", async () => {
    const world = await lettersWorld();
    const { email, at } = lane();
    const taken = await write(world, 2);
    await makeLetters(world.db, 1, taken, T0);
    const ofFirst = and(eq(participations.groupNo, world.group.no), eq(participations.personNo, 1));
    await world.db.db.update(participations).set({ removalNo: 3 }).where(ofFirst);
    await world.db.db
      .update(people)
      .set({ erasedAt: T0 })
      .where(and(eq(people.groupNo, world.group.no), eq(people.personNo, 2)));
    await sendDue(at(), world.group, world.action);
    expect(email.sent).toEqual([]);
    expect(await states(world)).toEqual(["failed", "failed"]);
  });
});

describe("whatever is repeated or killed", () => {
  it("a doubled message, a follow-up and two at once send one letter", async () => {
    const world = await lettersWorld();
    const { email, at } = lane();
    const taken = await write(world, 15);
    await Promise.all([
      deliver(at(), world.group, world.action, taken),
      deliver(at(), world.group, world.action, taken),
      sendDue(at(), world.group, world.action),
    ]);
    await findMissing(at(), { target: targetOf(world), sinceMs: T0 - MINUTE, untilMs: T0 + MINUTE });
    expect(email.sent.length).toBe(15);
    expect(new Set(email.sent.map(({ replyTo }) => replyTo)).size).toBe(15);
  });

  it("killed between the claim and the mail, a letter is never sent again: it ends as unknown", async () => {
    const world = await lettersWorld();
    const { email, at } = lane();
    await makeLetters(world.db, 1, await write(world, 1), T0);
    // Whoever claimed it was killed before it could hand anything over.
    await claimDue(world.db, 1, { now: T0, day: 1, cap: 10, limit: 10, tomorrow: T0 + DAY });
    expect(await sendDue(at(T0 + MINUTE), world.group, world.action)).toBe(T0 + CLAIM_MS);
    expect(await sendDue(at(T0 + CLAIM_MS + 1), world.group, world.action)).toBeNull();
    expect(await retryTarget(world.db, 1, "mayor", T0 + CLAIM_MS + 2)).toBe(0);
    await sendDue(at(T0 + 2 * CLAIM_MS), world.group, world.action);
    expect(email.sent).toEqual([]);
    expect(await states(world)).toEqual(["unknown"]);
  });

  it("news that never came is made up for", async () => {
    const world = await lettersWorld();
    const { email, at } = lane();
    await write(world, 3);
    const window = { target: targetOf(world), sinceMs: T0 - MINUTE, untilMs: T0 + MINUTE };
    expect(await findMissing(at(), window)).toBe(3);
    expect(await findMissing(at(), window)).toBe(0);
    expect(email.sent.length).toBe(3);
  });
});

describe("a writer who turns out to be somebody else", () => {
  const merged = async (world: Awaited<ReturnType<typeof lettersWorld>>, lost: number) => {
    const added = await addPerson(contextOf(), world.db, {
      ...{ email: `kept-g${world.group.no}@supporters.example`, phone: null, details: {}, hash: null, by: 1 },
    });
    if (added.outcome !== "added") throw new Error("not added");
    const kept = added.person.no;
    expect(await mergePeople(contextOf(), world.group, { kept, lost }, [])).not.toBeNull();
  };

  it("has each letter sent that waited, once", async () => {
    const world = await lettersWorld({ delivery: "digest" });
    const { email, at } = lane();
    const taken = await write(world, 2);
    await deliver(at(), world.group, world.action, taken);
    await merged(world, 1);
    await sendDue(at(T0 + DAY), world.group, world.action);
    expect(email.sent[0]?.subject).toBe("2 letters: The night bus");
    expect(await states(world)).toEqual(["sent", "sent"]);
    await deliver(at(T0 + DAY), world.group, world.action, taken);
    const window = { target: targetOf(world), sinceMs: T0 - MINUTE, untilMs: T0 + MINUTE };
    expect(await findMissing(at(T0 + DAY), window)).toBe(0);
    await sendDue(at(T0 + 2 * DAY), world.group, world.action);
    expect(email.sent).toHaveLength(1);
    const listed = await listLetters(world.db, 1, { after: null, limit: 10 });
    expect(listed.map((line) => line.email)).toContain(`kept-g${world.group.no}@supporters.example`);
  });
});

describe("a database that fails between the claim and the mail", () => {
  it.each(["each", "digest"])("loses no letter that leaves %s", async (delivery) => {
    const world = await lettersWorld({ delivery });
    const { email, at } = lane();
    await makeLetters(world.db, 1, await write(world, 2), T0);
    const failing = new Proxy(world.db.d1, {
      get(target, name) {
        if (name === "prepare")
          return (sql: string) => {
            if (sql.includes("is_gone")) throw new Error("D1_ERROR: refused by a test");
            return target.prepare(sql);
          };
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const broken = contextOf({ ...at().env, [world.group.shard]: failing }, T0);
    await expect(sendDue(broken, world.group, world.action)).rejects.toThrow("refused");
    await sendDue(at(T0 + 2 * CLAIM_MS), world.group, world.action);
    expect(email.sent).toHaveLength(delivery === "each" ? 2 : 1);
    expect(await states(world)).toEqual(["sent", "sent"]);
  });
});

describe("how a hand-over ends", () => {
  it("unknown is never sent again, refused waits for an organiser, later comes again by itself", async () => {
    const codes = ["E_INTERNAL_SERVER_ERROR", "E_CONTENT_TOO_LARGE", "E_RATE_LIMIT_EXCEEDED"];
    const world = await lettersWorld();
    const { email, at } = lane((n) => (n <= 3 ? refusal(codes[n - 1] ?? "") : `m-${n}`));
    await deliver(at(), world.group, world.action, await write(world, 3));
    expect(await states(world)).toEqual(["failed", "unknown", "waiting"]);
    await sendDue(at(T0 + 10 * MINUTE), world.group, world.action);
    expect(email.sent.length).toBe(4);
    expect(await retryTarget(world.db, 1, "mayor", T0 + 11 * MINUTE)).toBe(1);
    await sendDue(at(T0 + 12 * MINUTE), world.group, world.action);
    expect(await states(world)).toEqual(["sent", "sent", "unknown"]);
  });

  it("an address that bounced gets nothing more until an organiser says that it works", async () => {
    const world = await lettersWorld();
    let isBouncing = true;
    const { email, at } = lane(() => (isBouncing ? refusal("E_RECIPIENT_SUPPRESSED") : "m"));
    await deliver(at(), world.group, world.action, await write(world, 1));
    await deliver(at(), world.group, world.action, await write(world, 2, { from: 5 }));
    expect(email.sent.length).toBe(1);
    expect(await states(world)).toEqual(["bounced", "bounced", "bounced"]);
    expect((await lettersByTarget(world.db, 1))[0]).toMatchObject({ bouncedAt: T0, counts: { bounced: 3 } });
    isBouncing = false;
    await retryTarget(world.db, 1, "mayor", T0 + MINUTE);
    await sendDue(at(T0 + MINUTE), world.group, world.action);
    expect(await states(world)).toEqual(["sent", "sent", "sent"]);
  });

  it("a group that an operator stopped sends nothing; its letters wait", async () => {
    const world = await lettersWorld();
    const { email, at } = lane();
    const stopped = { ...world.group, status: "limited" as const };
    await deliver(at(), stopped, world.action, await write(world, 1));
    expect(email.sent).toEqual([]);
    expect(await sendDue(at(), stopped, world.action)).toBeGreaterThan(T0);
    await sendDue(at(), world.group, world.action);
    expect(email.sent.length).toBe(1);
  });
});

describe("the cap", () => {
  it("lets so many letters a day through to each target; the others follow on the next days", async () => {
    const world = await lettersWorld({ capPerDay: 4 });
    const { email, at } = lane();
    await deliver(at(), world.group, world.action, await write(world, 6, { to: [mayor, clerk] }));
    await deliver(at(), world.group, world.action, await write(world, 4, { from: 20 }));
    const to = (address: string) => email.sent.filter((mail) => mail.to === address).length;
    expect([to("mayor@city.example"), to("clerk@city.example")]).toEqual([4, 4]);
    const tomorrow = Date.parse("2030-03-02T00:00:00Z");
    expect(await sendDue(at(), world.group, world.action)).toBe(tomorrow);
    await sendDue(at(tomorrow), world.group, world.action);
    expect([to("mayor@city.example"), to("clerk@city.example")]).toEqual([8, 6]);
    await sendDue(at(tomorrow + DAY), world.group, world.action);
    expect([to("mayor@city.example"), to("clerk@city.example")]).toEqual([10, 6]);
    expect(await sendDue(at(tomorrow + DAY), world.group, world.action)).toBeNull();
  });
});

describe("the digest", () => {
  it("gathers the letters of a day to each target and leaves in the morning of the group", async () => {
    const world = await lettersWorld({ delivery: "digest" });
    const { email, at } = lane();
    await deliver(at(), world.group, world.action, await write(world, 3, { to: [mayor, clerk] }));
    expect(email.sent).toEqual([]);
    // Eight o'clock in Toronto, in winter.
    const morning = Date.parse("2030-03-01T13:00:00Z");
    expect(await sendDue(at(), world.group, world.action)).toBe(morning);
    await Promise.all([
      sendDue(at(morning), world.group, world.action),
      sendDue(at(morning), world.group, world.action),
    ]);
    expect(email.sent.map(({ to }) => to).toSorted()).toEqual(["clerk@city.example", "mayor@city.example"]);
    const [mail] = email.sent;
    expect(mail).toMatchObject({ subject: "3 letters: The night bus", replyTo: "hello@group.example" });
    for (const no of [1, 2, 3]) expect(mail?.text).toContain(`p${no}-g${world.group.no}@supporters.example`);
    expect(await states(world)).toEqual(Array(6).fill("sent"));
  });

  it("leaves as one file with a letter on each page, and says in the mail what the file cannot show", async () => {
    const world = await lettersWorld({ delivery: "pdf" });
    const { email, at } = lane();
    const own = { s: "My street", b: "It is dark.\n\n夜\n\n{{target_name}}, fund it." };
    await deliver(at(), world.group, world.action, [
      ...(await write(world, 2, { to: [mayor, clerk] })),
      ...(await write(world, 1, { from: 9, said: own })),
    ]);
    const morning = Date.parse("2030-03-01T13:00:00Z");
    await Promise.all([
      sendDue(at(morning), world.group, world.action),
      sendDue(at(morning), world.group, world.action),
    ]);
    expect(email.sent.map(({ to }) => to).toSorted()).toEqual(["clerk@city.example", "mayor@city.example"]);
    const file = (to: string) => {
      const mail = email.sent.find((sent) => sent.to === to);
      const [attached] = mail?.attachments ?? [];
      if (!mail || !(attached?.content instanceof Uint8Array)) throw new Error("no file");
      return { mail, attached, content: attached.content };
    };
    const toClerk = file("clerk@city.example");
    expect(toClerk.attached).toMatchObject({ filename: "night-bus.pdf", type: "application/pdf" });
    expect(toClerk.mail.subject).toBe("2 letters: The night bus");
    expect(toClerk.mail.text).not.toContain("fund it");
    const [cover, ...pages] = await textsOf(toClerk.content);
    expect(cover).toEqual(expect.arrayContaining(["The night bus", "2", "letters", "The clerk"]));
    expect(pages.map((lines) => lines.slice(0, 4))).toEqual([
      ["The night bus, The clerk", "Dear The clerk,", "fund it.", "Person1"],
      ["The night bus, The clerk", "Dear The clerk,", "fund it.", "Person2"],
    ]);
    expect(pages[0]).toEqual(expect.arrayContaining([`p1-g${world.group.no}@supporters.example`, "2 / 3"]));
    const toMayor = file("mayor@city.example");
    expect(toMayor.mail.text).toContain("夜\n\nHelen Brandt, fund it.");
    expect((await textsOf(toMayor.content)).length).toBe(4);
    expect(await states(world)).toEqual(Array(5).fill("sent"));
  });

  it("that may have left is never sent again, with any of its letters", async () => {
    const world = await lettersWorld({ delivery: "digest" });
    const { email, at } = lane(() => refusal("E_DELIVERY_FAILED"));
    await deliver(at(), world.group, world.action, await write(world, 2));
    await sendDue(at(T0 + DAY), world.group, world.action);
    await sendDue(at(T0 + 2 * DAY), world.group, world.action);
    expect(email.sent.length).toBe(1);
    expect(await states(world)).toEqual(["unknown", "unknown"]);
  });
});

describe("tenants", () => {
  it("never send or see each other's letters", async () => {
    const [one, other] = [await lettersWorld(), await lettersWorld()];
    const { email, at } = lane();
    await makeLetters(one.db, 1, await write(one, 2), T0);
    await sendDue(at(), other.group, other.action);
    expect(email.sent).toEqual([]);
    expect(await lettersByTarget(other.db, 1)).toEqual([]);
    expect(await retryTarget(other.db, 1, "mayor", T0)).toBe(0);
  });
});
