import { beforeAll, describe, expect, it } from "vitest";
import { storeAnswers } from "../../test/forms";
import { contextOf } from "../../test/groups";
import { actionIdIn, makeOrganisers } from "../../test/organisers";
import { makePetition } from "../../test/petitions";
import { dbFor } from "../groups/shard";
import { kinds } from "../kinds";
import { civilDay } from "../ui/format";
import { addViews } from "./store";

let team: Awaited<ReturnType<typeof makeOrganisers>>;
let path: string;

beforeAll(async () => {
  team = await makeOrganisers();
  const action = await makePetition(team.group);
  path = `${team.base}/actions/${action.id}`;
  const now = Date.now();
  await storeAnswers(team.group, action.no, [
    { email: "amina@supporters.example", at: now },
    { email: "seun@supporters.example", at: now - 20 * 86_400_000 },
  ]);
  const day = civilDay(now, team.group.timeZone);
  const db = dbFor(contextOf().env, team.group);
  await addViews([{ db, entries: [[team.group.no, action.no, day, 15, 5]] }]);
});

describe("the statistics of an action", () => {
  it("say views, people, conversion and who was new, over the days asked for", async () => {
    const week = await (await team.organiser.get(`${path}/statistics?range=7`)).text();
    expect(week).toContain(">20</dd>");
    expect(week).toContain(">5%</dd>");
    const month = await (await team.organiser.get(`${path}/statistics`)).text();
    expect(month).toContain(">10%</dd>");
    expect(month).toContain('aria-current="page">Last 30 days</a>');
  });

  it("name nobody, in the page or in any file", async () => {
    const files = [
      "",
      "/days.csv",
      "/sources.csv",
      "/referrers.csv",
      "/sites.csv",
      "/countries.csv",
      "/shares.csv",
    ];
    for (const file of files) {
      const response = await team.organiser.get(`${path}/statistics${file}`);
      expect(response.status, file).toBe(200);
      expect(await response.text()).not.toContain("supporters.example");
    }
  });

  it("give each table as a file of the same days", async () => {
    const response = await team.organiser.get(`${path}/statistics/days.csv?range=7`);
    expect(response.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
    expect(response.headers.get("Content-Disposition")).toMatch(
      /attachment; filename="[a-z0-9-]+-days\.csv"/,
    );
    const lines = (await response.text()).trim().split("\r\n");
    expect(lines).toHaveLength(8);
    expect(lines[7]).toMatch(/^\d{4}-\d\d-\d\d,1,1,15,5,0\.0500$/);
    expect((await team.organiser.get(`${path}/statistics/people.csv`)).status).toBe(404);
  });

  it("take any other range for the usual one", async () => {
    const response = await team.organiser.get(`${path}/statistics?range=<script>`);
    expect(await response.text()).toContain('aria-current="page">Last 30 days</a>');
  });

  it.each(kinds.map(({ name }) => name))("are a tab of every kind: %s", async (name) => {
    const made = await team.owner.post(`${team.base}/actions/new/${name}`, { title: "How it goes" });
    const page = await team.owner.get(`${team.base}/actions/${actionIdIn(made)}/statistics`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('/statistics" aria-current="page">Statistics</a>');
  });

  it("are seen by nobody of another group", async () => {
    expect((await team.stranger.get(`${path}/statistics`)).status).toBe(404);
    expect((await team.stranger.get(`${path}/statistics/days.csv`)).status).toBe(404);
  });

  it("have a panel on the overview that leads to them", async () => {
    const html = await (await team.organiser.get(path)).text();
    expect(html).toContain(`href="${path}/statistics?range=7"`);
    expect(html).toContain(">5%</dd>");
  });
});
