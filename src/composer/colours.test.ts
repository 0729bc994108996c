import { beforeAll, describe, expect, it } from "vitest";
import { contextOf } from "../../test/groups";
import { makeOrganisers } from "../../test/organisers";
import { dbFor, type GroupDb } from "../groups/shard";
import { duplicateMailing, mailingById, saveSettings, versionsOf } from "../mailings/mailing";
import type { Mailing, MailingId } from "../mailings/types";
import { listWrappers, saveWrapper } from "../mailings/wrapper";

let team: Awaited<ReturnType<typeof makeOrganisers>>;
let db: GroupDb;
let base: string;

beforeAll(async () => {
  team = await makeOrganisers();
  db = dbFor(contextOf().env, team.group);
  base = `${team.base}/mailings`;
});

async function begin(): Promise<Mailing> {
  const response = await team.owner.post(`${base}/new`, {});
  const id = /mailings\/([0-9a-f-]{36})/.exec(response.headers.get("Location") ?? "")?.[1] ?? "";
  return found(id as MailingId);
}

async function found(id: MailingId): Promise<Mailing> {
  const mailing = await mailingById(db, id);
  if (!mailing) throw new Error("no such mailing");
  return mailing;
}

/** Gives a mailing a wrapper with some ground, and maybe another one in French. */
async function wrap(mailing: Mailing, name: string, ground: string, french?: string) {
  const htmlOn = (on: string) => `<table><tr><td style="background:${on}">{{ content }}</td></tr></table>`;
  const by = { no: 1 };
  const words = { name, html: htmlOn(ground), plain: "", revision: 0 };
  const saved = await saveWrapper(contextOf(), team.group, by, { ...words, id: null });
  const kept = (await listWrappers(db)).find((wrapper) => wrapper.name === name);
  if (saved.is !== "saved" || !kept) throw new Error("no wrapper");
  if (french !== undefined) {
    const version = { ...words, id: kept.id, html: htmlOn(french), revision: kept.revision };
    await saveWrapper(contextOf(), team.group, by, { ...version, language: "fr" });
  }
  await saveSettings(contextOf(), team.group, mailing, { settings: { wrapperNo: kept.no } });
}

const choose = (mailing: Mailing, fields: Record<string, string>) =>
  team.organiser.post(`${base}/${mailing.id}/colours`, fields);

describe("the colours of a mailing", () => {
  it("are kept, with or without their #, shown in the preview, and copied", async () => {
    const mailing = await begin();
    const chosen = { buttonColour: " 1D3A8F ", buttonWordsColour: "#ffffff", wordsColour: "#333333" };
    expect((await choose(mailing, chosen)).headers.get("Location")).toMatch(/done=saved$/);
    const colours = { button: "#1d3a8f", buttonWords: "#ffffff", words: "#333333" };
    const saved = await found(mailing.id);
    expect(saved.settings.colours).toEqual(colours);
    const page = await (await team.owner.get(`${base}/${mailing.id}`)).text();
    expect(page).toContain('value="#1d3a8f"');
    const copy = await duplicateMailing(
      contextOf(),
      team.group,
      saved,
      { no: 1 },
      { for: "same", title: "" },
    );
    expect(copy.settings.colours).toEqual(colours);
    await choose(mailing, { buttonColour: "", buttonWordsColour: "", wordsColour: "" });
    expect((await found(mailing.id)).settings.colours).toEqual({ button: "", buttonWords: "", words: "" });
  });

  it.each([
    ["what is no colour", { buttonColour: "red" }, "Enter a colour as # and six digits or letters"],
    ["markup", { wordsColour: '"><b>' }, "Enter a colour as # and six digits or letters"],
    [
      "words too weak for the button",
      { buttonColour: "#ffe08a", buttonWordsColour: "#ffffff" },
      "on the button (#ffe08a): 1.2\u00a0:\u00a01",
    ],
    [
      "words too weak for the group's button",
      { buttonWordsColour: "#f4a833" },
      "on the button (#f4a833): 1\u00a0:\u00a01",
    ],
    ["text too weak for the ground", { wordsColour: "#999999" }, "on what it stands on (#f2eee6)"],
  ])("refuse %s, beside the field and above, and keep what was typed", async (_, fields, words) => {
    const mailing = await begin();
    const response = await choose(mailing, fields);
    expect(response.status).toBe(422);
    const page = await response.text();
    expect(page.split(words)).toHaveLength(3);
    expect((await found(mailing.id)).settings.colours).toEqual({ button: "", buttonWords: "", words: "" });
  });

  it("measure text on the ground that its wrapper gives it", async () => {
    const mailing = await begin();
    await wrap(mailing, "Night", "#101030");
    expect((await choose(mailing, { wordsColour: "#333333" })).status).toBe(422);
    expect((await choose(mailing, { wordsColour: "#ffffff" })).status).toBe(303);
  });

  it("measure text on the ground of the wrapper in each language of the mailing", async () => {
    const mailing = await begin();
    await wrap(mailing, "Day", "#ffffff", "#101030");
    expect((await choose(mailing, { wordsColour: "#333333" })).status).toBe(303);
    await team.owner.post(`${base}/${mailing.id}/languages`, { language: "fr" });
    expect((await versionsOf(db, mailing.no)).map(({ language }) => language)).toContain("fr");
    expect((await choose(mailing, { wordsColour: "#333333" })).status).toBe(422);
  });

  it("show no sample of text on a ground that is not its own in a wrapper", async () => {
    const mailing = await begin();
    await wrap(mailing, "Evening", "#202040");
    const refused = await (await choose(mailing, { wordsColour: "#333333" })).text();
    expect(refused).toContain("on what it stands on (#202040)");
    expect(refused).not.toContain("Text on the light ground");
    const plain = await begin();
    await choose(plain, { wordsColour: "#333333" });
    expect(await (await team.owner.get(`${base}/${plain.id}`)).text()).toContain("Text on the light ground");
  });

  it("lead back to the version that was being written", async () => {
    const mailing = await begin();
    await team.owner.post(`${base}/${mailing.id}/languages`, { language: "fr" });
    await team.owner.post(`${base}/${mailing.id}/variants`, {});
    const at = `?variant=2&language=fr`;
    const page = await (await team.owner.get(`${base}/${mailing.id}${at}`)).text();
    expect(page).toContain(`/colours${at.replace("&", "&amp;")}"`);
    const to = `${base}/${mailing.id}/colours${at}`;
    const saved = await team.organiser.post(to, { wordsColour: "#333333" });
    expect(saved.headers.get("Location")).toMatch(/\?variant=2&language=fr&done=saved$/);
    const refused = await (await team.organiser.post(to, { wordsColour: "red" })).text();
    expect(refused).toContain(`/colours${at.replace("&", "&amp;")}"`);
  });

  it("refuse no text where it cannot be told what it stands on", async () => {
    const mailing = await begin();
    await wrap(mailing, "Dusk", "linear-gradient(#101030,#ffffff)");
    expect((await choose(mailing, { wordsColour: "#333333" })).status).toBe(303);
  });

  it("cannot be changed once it is no draft, where a template is locked, by another group, or without the right", async () => {
    const mailing = await begin();
    expect((await team.stranger.post(`${base}/${mailing.id}/colours`, {})).status).toBe(404);
    const locked = JSON.stringify({ type: "doc", attrs: { locked: true }, content: [] });
    await db.d1
      .prepare("UPDATE mailing_versions SET body = ?3 WHERE group_no = ?1 AND mailing_no = ?2")
      .bind(db.groupNo, mailing.no, locked)
      .run();
    expect((await choose(mailing, { wordsColour: "#333333" })).status).toBe(403);
    const sent = await begin();
    await db.d1
      .prepare("UPDATE mailings SET status = 'scheduled' WHERE group_no = ?1 AND mailing_no = ?2")
      .bind(db.groupNo, sent.no)
      .run();
    await choose(sent, { wordsColour: "#333333" });
    expect((await found(sent.id)).settings.colours.words).toBe("");
  });
});
