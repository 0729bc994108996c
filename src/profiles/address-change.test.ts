import { exports } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { personNoOf, storeAnswers } from "../../test/forms";
import { contextOf, makeGroup } from "../../test/groups";
import { makePetition } from "../../test/petitions";
import { dbFor, type GroupDb } from "../groups/shard";
import { publishSite } from "../groups/tenant";
import type { Group } from "../groups/types";
import { addressesOf } from "../people/address";
import { peopleByNumber } from "../people/edit";
import type { MailQueued } from "../platform/mail/messages";
import { askForAddressChange } from "./address-change";

const OLD = "amina@supporters.example";
const NEW = "amina@new.example";

let group: Group;
let host: string;
let db: GroupDb;
let mails: MailQueued[];

// The first request loads the whole worker, which takes as long as the machine is busy.
beforeAll(() => exports.default.fetch("http://localhost:8787/health").then((response) => response.text()));

beforeEach(async () => {
  ({ group, host } = await makeGroup());
  await publishSite(contextOf(), group);
  db = dbFor(contextOf().env, group);
  mails = [];
  const { no } = await makePetition(group);
  await storeAnswers(group, no, [{ email: OLD, at: 1_000 }]);
});

/** A context whose mail is kept here. */
function ctx(now = Date.now()) {
  const base = contextOf(undefined, now);
  const MAIL = { send: async (mail: MailQueued) => void mails.push(mail) };
  return { ...base, env: { ...base.env, MAIL } as never };
}

async function person(email = OLD) {
  const [found] = await peopleByNumber(db, [await personNoOf(group, email)]);
  if (!found) throw new Error("nobody");
  return found;
}

const ask = async (email = NEW) =>
  askForAddressChange(ctx(), group, await person(), { email, origin: `http://${host}:8787`, locale: "en" });

/** The link that was mailed to an address last. */
function linkTo(address: string): string {
  const mail = mails.findLast(({ message }) => message.to === address);
  const link = /http:\/\/\S+address-change\?key=[\w.-]+/.exec(mail?.message.text ?? "")?.[0];
  if (!link) throw new Error(`no link for ${address}`);
  return link;
}

function open(link: string, body?: string, headers: Record<string, string> = {}) {
  const type = "application/x-www-form-urlencoded";
  const init =
    body === undefined ? {} : { method: "POST", body, headers: { "Content-Type": type, ...headers } };
  return exports.default.fetch(link, init);
}

const confirm = (address: string) => open(linkTo(address), "do=confirm");

describe("a supporter's change of address", () => {
  it("happens once both addresses have confirmed it, in either order, and each link serves once", async () => {
    expect(await ask()).toBe("asked");
    const [first, second] = [linkTo(NEW), linkTo(OLD)];
    expect(await (await confirm(NEW)).text()).toContain("Now open the mail at your other address");
    expect((await person()).email).toBe(OLD);
    expect((await open(first, "do=confirm")).status).toBe(410);
    expect(await (await confirm(OLD)).text()).toContain("holds from now on");
    expect((await person()).email).toBe(NEW);
    expect((await addressesOf(db, await person())).find(({ value }) => value === OLD)?.leftAt).not.toBeNull();
    for (const link of [first, second]) expect((await open(link, "do=confirm")).status).toBe(410);
  });

  it("is not done by opening the links, by a forged or another group's key, or from another site", async () => {
    await ask();
    for (const address of [OLD, NEW]) expect((await open(linkTo(address))).status).toBe(200);
    expect((await open(`${linkTo(OLD)}x`, "do=confirm")).status).toBe(410);
    expect((await open(linkTo(OLD), "do=confirm", { Origin: "https://evil.example" })).status).toBe(403);
    const other = await makeGroup();
    await publishSite(contextOf(), other.group);
    expect((await open(linkTo(OLD).replace(host, other.host), "do=confirm")).status).toBe(410);
    await confirm(NEW);
    expect((await person()).email).toBe(OLD);
  });

  it("does not tell the new address what the old one is", async () => {
    await ask();
    expect(mails.find(({ message }) => message.to === NEW)?.message.text).not.toContain(OLD);
    expect(await (await open(linkTo(NEW))).text()).not.toContain(OLD);
  });

  it("makes one person of two when somebody else on the list has the new address", async () => {
    await storeAnswers(group, 1, [{ email: NEW, at: 2_000 }]);
    expect(await ask()).toBe("asked");
    await confirm(OLD);
    await confirm(NEW);
    expect(await personNoOf(group, NEW)).toBe(await personNoOf(group, OLD));
    expect((await person()).email).toBe(NEW);
    const { results } = await db.d1
      .prepare("SELECT count(*) AS n FROM participations WHERE group_no = ? AND removal_no = 0")
      .bind(group.no)
      .all();
    expect(results).toEqual([{ n: 1 }]);
  });

  it("can be called off by either side, and an older request ends with a newer one", async () => {
    await ask();
    const old = linkTo(OLD);
    expect(await (await open(linkTo(NEW), "do=cancel")).text()).toContain("Nothing was changed");
    expect((await open(old, "do=confirm")).status).toBe(410);
    await ask();
    const first = linkTo(NEW);
    await ask("amina@third.example");
    expect((await open(first, "do=confirm")).status).toBe(410);
    expect(await ask("amina@fourth.example")).toBe("tooMany");
    expect(await ask(OLD)).toBe("same");
  });

  it("does nothing to somebody whose address was changed meanwhile", async () => {
    await ask();
    await confirm(OLD);
    await db.d1
      .prepare("UPDATE people SET email = 'else@where.example' WHERE group_no = ? AND email = ?")
      .bind(group.no, OLD)
      .run();
    expect((await confirm(NEW)).status).toBe(410);
    expect((await person()).email).toBe("else@where.example");
  });
});
