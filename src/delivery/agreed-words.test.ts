import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { HandDriver, makeMailing, makeSenders } from "../../test/deliveries";
import { contextOf } from "../../test/groups";
import { addressesOfAccounts } from "../../test/members";
import { changePetition, makePetition } from "../../test/petitions";
import { actionByNo } from "../actions/store";
import { saveMailSettings } from "../groups/mail-settings";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { mailingByNo } from "../mailings/mailing";
import type { Mailing, SnippetId, WrapperId } from "../mailings/types";
import { listSnippets, listWrappers, saveSnippet, saveWrapper } from "../mailings/wrapper";
import { wholeText } from "../platform/mail/mail-text";
import type { MailQueued } from "../platform/mail/messages";
import { mailSeriesRuns } from "../series/tables";
import type { RunState } from "../series/types";
import { approveMailing, fingerprintNow, sendMailing } from "./delivery";

const BY = { no: 1 };

/** Writes a wrapper, which names a snippet, or writes another one in its place. */
async function wrap(group: Group, words: string): Promise<number> {
  const db = dbFor(env, group);
  const [kept] = await listWrappers(db);
  const html = `<p>${words}</p>{% snippet "office" %}{{ content }}`;
  const saved = await saveWrapper(contextOf(), group, BY, {
    ...{ id: (kept?.id ?? null) as WrapperId | null, name: "W", html, plain: "" },
    revision: kept?.revision ?? 0,
  });
  if (saved.is !== "saved") throw new Error(saved.is);
  return (await listWrappers(db))[0]?.no ?? 0;
}

async function keep(group: Group, name: string, words: string): Promise<void> {
  const kept = (await listSnippets(dbFor(env, group))).find((each) => each.name === name);
  const saved = await saveSnippet(contextOf(), group, BY, {
    ...{ id: (kept?.id ?? null) as SnippetId | null, name, form: "html" as const, body: `<p>${words}</p>` },
    revision: kept?.revision ?? 0,
  });
  if (saved.is !== "saved") throw new Error(saved.is);
}

/** Addresses the group's petition to somebody else. */
async function retarget(group: Group, name: string): Promise<void> {
  const petition = await actionByNo(dbFor(env, group), 1);
  const settings = { ...petition?.settings, targets: [{ name, title: "" }] };
  await changePetition(group, 1, { settings });
}

let addresses: string[];

beforeAll(async () => {
  addresses = await addressesOfAccounts(2);
});

/** A mailing in a wrapper that somebody asked to be sent; where a second person must agree, one did. */
async function agreed({
  approvalFrom = 1,
  body = "<p>Body</p>",
  form = "html",
  plain = null,
}: {
  approvalFrom?: number;
  body?: string;
  form?: "html" | "visual";
  plain?: string | null;
} = {}) {
  const { group, db } = await makeSenders(2, { mail: { undoMinutes: 0, approvalFrom } as never });
  await keep(group, "office", "Office");
  await keep(group, "other", "Other");
  await keep(group, "outer", 'Outer {% snippet "other" %}');
  await makePetition(group);
  const mailing = await makeMailing(group, { body, settings: { wrapperNo: await wrap(group, "Head") } });
  await db.d1
    .prepare("UPDATE mailing_versions SET form = ?3, plain = ?4 WHERE group_no = ?1 AND mailing_no = ?2")
    .bind(group.no, mailing.no, form, plain)
    .run();
  const mails: { to: string; text: string }[] = [];
  const queue = { isAway: false };
  const send = async ({ message }: MailQueued) => {
    if (queue.isAway) throw new Error("the queue is away");
    mails.push({ to: message.to, text: message.text });
  };
  class Driver extends HandDriver {
    override get env(): typeof env {
      return { ...super.env, MAIL: { send } } as unknown as typeof env;
    }
  }
  const driver = new Driver(group, mailing);
  const ctx = contextOf(driver.env);
  await sendMailing(ctx, group, mailing, { by: 1, startAt: null });
  const standing = async () => (await mailingByNo(db, mailing.no)) as Mailing;
  if (approvalFrom > 0) await approveMailing(ctx, group, await standing(), { by: 2, as: "colleague" });
  expect((await standing()).status).toBe("scheduled");
  const texts = () => driver.sent.map(({ message }) => wholeText(message.text));
  return { group, db, mailing, driver, ctx, standing, texts, mails, queue };
}

describe("words somebody agreed to", () => {
  it("leave as they were agreed to", async () => {
    const { driver, standing, texts } = await agreed();
    await driver.run();
    expect((await standing()).status).toBe("sent");
    expect(texts()[0]).toMatch(/^Head\s+Office\s+Body/);
  });

  it.each([
    ["its wrapper", (group: Group) => wrap(group, "Sale!")],
    ["a snippet of its wrapper", (group: Group) => keep(group, "office", "Sale!")],
  ])("do not leave once %s says something else, until somebody agrees again", async (_, change) => {
    const { group, driver, ctx, standing, texts } = await agreed();
    await change(group);
    await driver.run();
    expect(driver.sent).toEqual([]);
    expect(await driver.standing()).toMatchObject({ status: "waiting", pauseNote: "words_changed" });
    const waiting = await standing();
    expect(waiting.approvedBy).toBeNull();
    expect(await approveMailing(ctx, group, waiting, { by: 1, as: "colleague" })).toEqual({ is: "own" });
    await approveMailing(ctx, group, waiting, { by: 2, as: "colleague" });
    await driver.run();
    expect(texts()).toHaveLength(2);
    expect(texts()[0]).toContain("Sale!");
  });

  it("do not leave once the sign-off they name is another, or a card shows an action by another title", async () => {
    const signed = await agreed({ body: "<p>{{ group.sign_off }}</p>" });
    await saveMailSettings(signed.ctx, signed.group, BY, { signOff: "Sale!" });
    signed.driver.group.settings.mail.signOff = "Sale!";
    await signed.driver.run();
    expect([signed.driver.sent, (await signed.standing()).status]).toEqual([[], "waiting"]);
    const card = { type: "doc", content: [{ type: "actionCard", attrs: { actionNo: 1, label: "" } }] };
    const shown = await agreed({ body: JSON.stringify(card), form: "visual" });
    await changePetition(shown.group, 1, { title: "Sale!" });
    await shown.driver.run();
    expect([shown.driver.sent, (await shown.standing()).status]).toEqual([[], "waiting"]);
  });

  it.each([
    ["a snippet after a tab", { body: "<p>Body</p>{% snippet\tother %}" }],
    ["a snippet after a line break", { body: '<p>Body</p>{%-\nsnippet "other" %}' }],
    ["a snippet of the edited text part", { body: "<p>Body</p>", plain: "Body {% snippet 'other' %}" }],
    [
      "a snippet within a snippet of the visual editor",
      {
        body: JSON.stringify({ type: "doc", content: [{ type: "snippet", attrs: { name: "outer" } }] }),
        form: "visual" as const,
      },
    ],
  ])("do not leave once %s says something else", async (_, written) => {
    const { group, driver, standing } = await agreed(written);
    await keep(group, "other", "Sale!");
    await driver.run();
    expect([driver.sent, (await standing()).status]).toEqual([[], "waiting"]);
  });

  it.each([
    "{{ group['sign_off'] }}",
    '{{ group["sign_off"] }}',
    "{{\ngroup.sign_off }}",
    "{% if group.sign_off %}Yes{% endif %}",
  ])("do not leave once the sign-off that %j names is another", async (signOff) => {
    const { ctx, group, driver, standing } = await agreed({ body: `<p>Body</p>${signOff}` });
    await saveMailSettings(ctx, group, BY, { signOff: "Sale!" });
    driver.group.settings.mail.signOff = "Sale!";
    await driver.run();
    expect([driver.sent, (await standing()).status]).toEqual([[], "waiting"]);
  });

  it.each([
    "<p>{{ targets.a1 }}</p>",
    "<p>{% if targets.a1 %}Them{% endif %}</p>",
    '<p><a href="https://a.example/?to={{ targets.a1 | url_encode }}">Write</a></p>',
  ])("do not leave once the targets that %j names are called otherwise", async (body) => {
    const { group, driver, standing } = await agreed({ body });
    await retarget(group, "Sale!");
    await driver.run();
    expect([driver.sent, (await standing()).status]).toEqual([[], "waiting"]);
  });

  it("leave when the targets of an action that they do not name are called otherwise", async () => {
    const { group, driver, standing } = await agreed({ body: "<p>Body of a1, targets</p>" });
    await retarget(group, "Sale!");
    await driver.run();
    expect((await standing()).status).toBe("sent");
  });

  it("leave when what changed is none of theirs, or is what it was again", async () => {
    const { group, driver, standing, mails } = await agreed({
      body: "<p>Some other body, a snippet of it</p>",
    });
    await keep(group, "other", "Sale!");
    await saveMailSettings(contextOf(), group, BY, { signOff: "Sale!" });
    await wrap(group, "Sale!");
    await wrap(group, "Head");
    await driver.run();
    expect((await standing()).status).toBe("sent");
    expect(mails).toEqual([]);
  });

  it("are the newest where nobody had to agree", async () => {
    const { group, driver, texts } = await agreed({ approvalFrom: 0 });
    await wrap(group, "Newest");
    await driver.run();
    expect(texts()[0]).toMatch(/^Newest/);
  });

  it("are told to have changed to whoever asked and whoever agreed, also when that fails at first", async () => {
    const { group, driver, standing, mails, queue } = await agreed();
    await wrap(group, "Sale!");
    queue.isAway = true;
    await expect(driver.run()).rejects.toThrow("away");
    expect([driver.sent, (await standing()).status]).toEqual([[], "preparing"]);
    queue.isAway = false;
    await driver.run();
    expect((await standing()).status).toBe("waiting");
    expect(mails.map(({ to }) => to)).toEqual(addresses);
    expect(mails[0]?.text).toContain("something it is made of was changed");
    expect(mails[0]?.text).toContain(`/groups/${group.slug}/mailings/${(await standing()).id}/progress`);
  });

  it.each<[string, { state: RunState; open: number } | null, number]>([
    ["is watched by its series, which tells of it", { state: "asked", open: 1 }, 0],
    ["waited for an operator, of which its series told", { state: "held", open: 0 }, 2],
    ["is not there", null, 2],
  ])("are told to have changed of a run that %s", async (_, run, told) => {
    const { group, db, mailing, driver, standing, mails } = await agreed();
    await db.d1
      .prepare("UPDATE mailings SET approved_to = 100 WHERE group_no = ?1 AND mailing_no = ?2")
      .bind(group.no, mailing.no)
      .run();
    const row = { groupNo: group.no, seriesNo: 1, nth: 1, dueAt: 1, takenAt: 1, mailingId: mailing.id };
    if (run) await db.db.insert(mailSeriesRuns).values({ ...row, mailingNo: mailing.no, ...run });
    await wrap(group, "Sale!");
    await driver.run();
    expect([driver.sent, (await standing()).status, mails.length]).toEqual([[], "waiting", told]);
  });

  it("are those whoever agrees has seen, and no others", async () => {
    const { group, driver, ctx, standing } = await agreed();
    await wrap(group, "Second");
    await driver.run();
    const waiting = await standing();
    const seen = await fingerprintNow(ctx, group, waiting);
    await wrap(group, "Third");
    const agree = (fingerprint: string) =>
      approveMailing(ctx, group, waiting, { by: 2, as: "colleague", seen: fingerprint });
    expect(await agree(seen)).toEqual({ is: "words_changed" });
    expect((await standing()).status).toBe("waiting");
    expect((await agree(await fingerprintNow(ctx, group, waiting))).is).toBe("scheduled");
  });
});
