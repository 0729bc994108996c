import { beforeAll, describe, expect, it } from "vitest";
import { contextOf } from "../../test/groups";
import { makeOrganisers } from "../../test/organisers";
import { makeMailing } from "../../test/results";
import { dbFor } from "../groups/shard";

let team: Awaited<ReturnType<typeof makeOrganisers>>;
const now = Date.now();
const read = async (who: { get(path: string): Promise<Response> }, path: string) =>
  (await who.get(`${team.base}/mailings${path}`)).text();
const pageOf = (tag: string) => `/tags?tag=${encodeURIComponent(tag)}`;
const post = (page: string, tag: string, fields: Record<string, string> = {}) =>
  team.organiser.post(`${team.base}/mailings/tags/${page}?tag=${encodeURIComponent(tag)}`, fields);

async function tagsOf(no: number): Promise<unknown> {
  const { d1, groupNo } = dbFor(contextOf().env, team.group);
  const text = await d1
    .prepare("SELECT tags FROM mailings WHERE group_no = ? AND mailing_no = ?")
    .bind(groupNo, no)
    .first<string>("tags");
  return JSON.parse(text ?? "null");
}

async function made(tags: string[], changes: Parameters<typeof makeMailing>[2] = {}, openers = 1) {
  const received = Array.from({ length: 4 }, (_, at) => (at < openers ? { openedAfter: 5 } : {}));
  return makeMailing(team.group, received, { sentAt: now - 86_400_000, tags, ...changes });
}

beforeAll(async () => {
  team = await makeOrganisers();
});

describe("the page of a tag", () => {
  it("adds up its mailings, lists them, and leads to the drafts too", async () => {
    const first = await made(["rivers & lakes"], { subject: "First" }, 1);
    const second = await made(["rivers & lakes", "other"], { subject: "Second" }, 3);
    await made(["other"], { subject: "Another one" });
    await made(["rivers & lakes"], { status: "draft", sentAt: null, subject: "Later" });
    // Opening its numbers counts a mailing.
    for (const { id } of [first, second]) await read(team.owner, `/${id}/results`);
    const html = await read(team.organiser, pageOf("rivers & lakes"));
    expect(html).toMatch(/Sent<\/dt><dd class="stat-value">8<\/dd><dd class="stat-label">2 mailings/);
    expect(html).toMatch(/Opened by people<\/dt><dd class="stat-value">4<\/dd><dd class="stat-label">50%/);
    expect(html).toContain("Marked as spam");
    expect(html).toContain("First");
    expect(html).toContain("Second");
    expect(html).not.toContain("Another one");
    expect(html).toContain(`${team.base}/mailings?tag=rivers%20%26%20lakes`);
    expect(await read(team.organiser, "?tag=rivers%20%26%20lakes")).toContain("Later");
  });

  it("is not there for a tag that no mailing has, nor for another group", async () => {
    await made(["ours"]);
    expect((await team.owner.get(`${team.base}/mailings${pageOf("nothing")}`)).status).toBe(404);
    expect((await team.owner.get(`${team.base}/mailings${pageOf("x".repeat(5_000))}`)).status).toBe(404);
    const slug = team.group.slug.replace("team-", "other-");
    expect((await team.stranger.get(`/groups/${slug}/mailings${pageOf("ours")}`)).status).toBe(404);
    for (const page of ["hiding", "return", "name"]) {
      const path = `/groups/${slug}/mailings/tags/${page}?tag=ours`;
      expect((await team.stranger.post(path, { name: "theirs" })).status, page).toBe(404);
    }
    expect((await post("hiding", "nothing")).status).toBe(404);
  });
});

describe("a mailing that was removed", () => {
  it("is in no sum and no list of its tag", async () => {
    const [kept, removed] = [await made(["of two"]), await made(["of two"], { subject: "Taken away" })];
    for (const { id } of [kept, removed]) await read(team.owner, `/${id}/results`);
    expect(await read(team.owner, pageOf("of two"))).toContain("Taken away");
    await team.owner.post(`${team.base}/mailings/${removed.id}/hiding`);
    const html = await read(team.owner, pageOf("of two"));
    expect(html).not.toContain("Taken away");
    expect(html).toMatch(/Sent<\/dt><dd class="stat-value">4</);
    expect(await read(team.owner, "/numbers?days=all")).not.toContain("Taken away");
  });
});

describe("a form that was drawn before a tag was renamed", () => {
  it("does not bring the old name back, and writes what somebody changed alone", async () => {
    const mailing = await made(["before", "other one"]);
    await post("name", "before", { name: "after" });
    const form = { internalTitle: "T", note: "", had: "before, other one", tags: "before, new one" };
    await team.organiser.post(`${team.base}/mailings/${mailing.id}/names`, form);
    expect(await tagsOf(mailing.no)).toEqual(["after", "new one"]);
    expect(await read(team.owner, `/${mailing.id}/progress`)).toContain('name="had" value="after, new one"');
  });
});

describe("hiding a tag", () => {
  it("takes it out of lists and choices, leaves its mailings alone, and is undone by a click", async () => {
    const mailing = await made(["spring", "kept"], { subject: "Of spring" });
    await read(team.owner, `/${mailing.id}/results`);
    expect(await read(team.owner, "")).toContain('<option value="spring"');
    const hidden = await post("hiding", "spring");
    expect(hidden.status).toBe(303);
    const list = await read(team.owner, "/tags?done=hidden&of=spring");
    expect(list).toContain("Hidden tags (1)");
    expect(list).toContain(`action="${team.base}/mailings/tags/return?tag=spring"`);
    const mailings = await read(team.owner, "");
    expect(mailings).not.toContain("spring</option>");
    expect(mailings).not.toContain("spring · kept");
    expect(mailings).toContain("Of spring");
    expect(mailings).toContain("Hidden tags (1)");
    const numbers = await read(team.owner, "/numbers?days=all");
    expect(numbers).not.toContain("tags?tag=spring");
    expect(numbers).toContain("tags?tag=kept");
    expect(await tagsOf(mailing.no)).toEqual(["spring", "kept"]);
    expect(await read(team.owner, pageOf("spring"))).toContain("Of spring");
    // Once more changes nothing.
    await post("hiding", "spring");
    await post("return", "spring");
    expect(await read(team.owner, "")).toContain('<option value="spring"');
    expect(await read(team.owner, "/tags")).not.toContain("Hidden tags");
  });

  it("is forgotten once nobody has the tag: another of that name is in sight, renamed or given", async () => {
    const [one, other] = [await made(["gone"]), await made(["stays here"])];
    await post("hiding", "gone");
    const names = (id: string, had: string, tags: string) =>
      team.organiser.post(`${team.base}/mailings/${id}/names`, { internalTitle: "", note: "", had, tags });
    await names(one.id, "gone", "");
    await post("name", "stays here", { name: "gone" });
    expect(await read(team.owner, pageOf("gone"))).not.toContain("This tag is hidden");
    await post("hiding", "gone");
    await names(other.id, "gone", "");
    await names(one.id, "", "gone");
    expect(await read(team.owner, pageOf("gone"))).not.toContain("This tag is hidden");
    await post("hiding", "gone");
    await names(one.id, "gone", "");
    const shown = await post("return", "gone");
    expect([shown.status, shown.headers.get("Location")]).toEqual([
      303,
      expect.stringContaining("done=shown"),
    ]);
    expect((await post("return", "gone")).status).toBe(404);
  });

  it("keeps the tag on a mailing whose title is changed meanwhile", async () => {
    const mailing = await made(["autumn"]);
    await post("hiding", "autumn");
    expect(await read(team.owner, `/${mailing.id}/progress`)).toContain('value="autumn"');
  });
});

describe("renaming a tag", () => {
  it("changes it on every mailing that has it, in its place, and stays hidden when it was", async () => {
    const [one, other] = [await made(["a", "old name", "z"]), await made(["old name"])];
    await post("hiding", "old name");
    const renamed = await post("name", "old name", { name: "  New   name " });
    expect(renamed.headers.get("Location")).toContain("tag=New%20name&done=renamed");
    expect([await tagsOf(one.no), await tagsOf(other.no)]).toEqual([["a", "New name", "z"], ["New name"]]);
    expect(await read(team.owner, pageOf("New name"))).toContain("This tag is hidden");
    expect((await team.owner.get(`${team.base}/mailings${pageOf("old name")}`)).status).toBe(404);
  });

  it.each([
    { typed: " ", says: "Write a name" },
    { typed: "n".repeat(41), says: "at most 40 characters" },
    { typed: "one, two", says: "Leave out the comma" },
    { typed: "taken", says: "called so already" },
  ])("is refused for “$typed”, and keeps what was typed", async ({ typed, says }) => {
    const mailing = await made(["stays", "taken"]);
    const response = await post("name", "stays", { name: typed });
    expect(response.status).toBe(422);
    const html = await response.text();
    expect(html).toContain(says);
    expect(html).toContain(`value="${typed}"`);
    expect(await tagsOf(mailing.no)).toEqual(["stays", "taken"]);
  });
});
