import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { makeOrganisers } from "../../test/organisers";
import { LIST_BYTES_MAX } from "./types";

const csv = "name,email\nHelen Brandt,mayor@city.example\n=cmd|calc,formula@city.example\nWrong,nothing\n";
const file = (text: string) => new File([text], "list.csv", { type: "text/csv" });
const { base, organiser, owner, stranger, group } = await makeOrganisers();

/** Uploads a new list as the lowest role. Gives the address of what is to be looked at. */
async function upload(text = csv): Promise<string> {
  const response = await organiser.upload(`${base}/targets`, { name: "Council", file: file(text) });
  expect(response.status).toBe(303);
  return response.headers.get("Location") ?? "";
}

describe("a group's target lists", () => {
  it("are filled from a file that is looked at first", async () => {
    const preview = await upload();
    const list = preview.replace(/\/uploads.*/, "");
    const html = await (await organiser.get(preview)).text();
    expect(html).toContain("2 people can be put on the list.");
    expect(html).toContain("Line 4: “nothing” is no email address");
    expect(await (await organiser.get(list)).text()).toContain("Nobody is on this list yet");
    expect((await organiser.post(preview)).headers.get("Location")).toBe(`${list}?done=taken`);
    expect(await (await organiser.get(list)).text()).toContain("mayor@city.example");
    // The file is gone once it was used.
    expect((await organiser.post(preview)).status).toBe(404);
  });

  it("are refused without a name or a file, with what was written kept", async () => {
    const nameless = await organiser.upload(`${base}/targets`, { name: " ", file: file(csv) });
    expect(nameless.status).toBe(422);
    expect(await nameless.text()).toContain("Give the list a name");
    const empty = await organiser.upload(`${base}/targets`, { name: "Kept & shown" });
    expect(empty.status).toBe(422);
    const html = await empty.text();
    expect(html).toContain("Choose a CSV file");
    expect(html).toContain("Kept &amp; shown");
  });

  it("take no file that is no table, and none that is too large", async () => {
    const preview = await upload("just words\nand more\n");
    const refused = await organiser.get(preview);
    expect(refused.status).toBe(422);
    expect((await organiser.post(preview)).status).toBe(404);
    const large = file(`name,email\n${"x".repeat(LIST_BYTES_MAX + 20_000)}`);
    expect((await organiser.upload(`${base}/targets`, { name: "Large", file: large })).status).toBe(413);
  });

  it("are nobody else's to see, fill or delete", async () => {
    const preview = await upload();
    const path = preview.replace(base, "");
    const list = path.replace(/\/uploads.*/, "");
    const { slug } = await strangersGroup();
    for (const theirs of [`/groups/${slug}${path}`, `/groups/${slug}${list}`])
      expect((await stranger.get(theirs)).status).toBe(404);
    for (const theirs of [`/groups/${slug}${path}`, `/groups/${slug}${list}/removal`])
      expect((await stranger.post(theirs)).status).toBe(404);
    expect((await stranger.get(`${base}${list}`)).status).toBe(404);
    expect((await organiser.get(`${base}${list}`)).status).toBe(200);
  });

  it("can be deleted, and leave a line in the group's history", async () => {
    const list = (await upload()).replace(/\/uploads.*/, "");
    expect((await organiser.post(`${list}/removal`)).headers.get("Location")).toBe(
      `${base}/targets?done=removed`,
    );
    expect((await organiser.get(list)).status).toBe(404);
    expect(await (await owner.get(`${base}/settings/history`)).text()).toContain("Deleted a target list");
  });

  it("are not deleted while an open action is addressed to them", async () => {
    const preview = await upload();
    const list = preview.replace(/\/uploads.*/, "");
    await organiser.post(preview);
    const made = await organiser.post(`${base}/actions/new/letter`, { title: "To the council" });
    const action = (made.headers.get("Location") ?? "").replace(/\/edit.*/, "");
    const version =
      /name="version" value="(\d+)"/.exec(await (await organiser.get(`${action}/edit`)).text())?.[1] ?? "";
    const listId = list.split("/").at(-1) ?? "";
    await organiser.post(`${action}/edit`, {
      version,
      do: "save",
      "source.from": "list",
      "source.listId": listId,
    });
    expect((await organiser.post(`${list}/removal`)).headers.get("Location")).toBe(`${list}?done=used`);
    expect(await (await organiser.get(list)).text()).toContain("To the council");
  });
});

async function strangersGroup(): Promise<{ slug: string }> {
  const row = await env.DIRECTORY.prepare("SELECT slug FROM groups WHERE slug = ?")
    .bind(group.slug.replace("team-", "other-"))
    .first<{ slug: string }>();
  if (!row) throw new Error("the stranger has no group");
  return row;
}
