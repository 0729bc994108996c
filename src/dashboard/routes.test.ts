import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { actionIdIn, makeOrganisers } from "../../test/organisers";
import { type StoredSnapshot, snapshotKey } from "../actions/publication";
import { dbFor } from "../groups/shard";
import { newId } from "../platform/ids";

let team: Awaited<ReturnType<typeof makeOrganisers>>;
beforeAll(async () => {
  team = await makeOrganisers();
});

const text = async (response: Promise<Response>) => (await response).text();

type Page = { path: string; actionNo: number; slug: string };

/** A live petition, and these people in its list. */
async function petition(signers: Signer[] = []): Promise<Page> {
  const { base, owner, group } = team;
  const id = actionIdIn(await owner.post(`${base}/actions/new/petition`, { title: "Clean air" }));
  const path = `${base}/actions/${id}`;
  await owner.post(`${path}/edit`, {
    version: "1",
    "targets.count": "1",
    "targets.0.name": "The mayor",
    ask: "Act.",
  });
  await owner.post(`${path}/publication`, { version: "2" });
  const row = await dbFor(env, group)
    .d1.prepare("SELECT action_no, slug FROM actions WHERE group_no = ? AND id = unhex(?)")
    .bind(group.no, id.replaceAll("-", ""))
    .first<{ action_no: number; slug: string }>();
  const page = { path, actionNo: row?.action_no ?? 0, slug: row?.slug ?? "" };
  for (const signer of signers) await sign(page, signer);
  return page;
}

type Signer = {
  name: string;
  email: string;
  source?: string;
  comment?: string;
  status?: number;
  at?: number;
};
let people = 0;

async function sign(
  { actionNo }: Page,
  { name, email, source, comment, status = 0, at = Date.now() }: Signer,
): Promise<string> {
  const { d1, groupNo } = dbFor(env, team.group);
  const id = newId();
  people += 1;
  const answer = JSON.stringify({ givenName: name, familyName: "Sow", postalCode: "M4M 2T1", country: "CA" });
  await d1.batch([
    d1
      .prepare(
        "INSERT INTO people (group_no, person_no, id, email, given_name, family_name, email_status, first_action_no, created_at) VALUES (?, ?, randomblob(16), ?, ?, 'Sow', 1, ?, ?)",
      )
      .bind(groupNo, people, email, name, actionNo, at),
    d1.prepare("INSERT INTO identities VALUES (?, 1, ?, ?, ?)").bind(groupNo, email, people, at),
    d1
      .prepare(
        `INSERT INTO participations (group_no, person_no, action_no, nth, id, acted_at, revised_at, answer, comment, comment_status, is_named, source)
         VALUES (?, ?, ?, 0, unhex(?), ?, ?, ?, ?, ?, 1, ?)`,
      )
      .bind(
        groupNo,
        people,
        actionNo,
        id.replaceAll("-", ""),
        at,
        at,
        answer,
        comment ?? null,
        status,
        source ?? null,
      ),
  ]);
  return id;
}

async function removed({ actionNo }: Page): Promise<number> {
  const { d1, groupNo } = dbFor(env, team.group);
  const sql =
    "SELECT count(*) AS n FROM participations WHERE group_no = ? AND action_no = ? AND removal_no > 0";
  return (await d1.prepare(sql).bind(groupNo, actionNo).first<number>("n")) ?? -1;
}

const acts = async (act: string) =>
  (
    await env.DIRECTORY.prepare(
      "SELECT detail, account_no FROM audit_log WHERE group_no = ? AND act = ? ORDER BY audit_no DESC",
    )
      .bind(team.group.no, act)
      .all<{ detail: string; account_no: number }>()
  ).results;

describe("the front page", () => {
  it("says to a stranger what this is, in their language, and sets no cookie", async () => {
    const anonymous = await exports.default.fetch("http://localhost:8787/", {
      headers: { "Accept-Language": "fr" },
    });
    expect(anonymous.status).toBe(200);
    expect(anonymous.headers.get("Set-Cookie")).toBeNull();
    expect(await anonymous.text()).toContain("Lancez une pétition");
  });

  it("leads on in the language somebody chose, which no cookie remembers", async () => {
    const chosen = await exports.default.fetch("http://localhost:8787/?lang=es", {
      headers: { "Accept-Language": "en" },
    });
    const html = await chosen.text();
    for (const path of ["/sign-in", "/help", "/"]) expect(html).toContain(`href="${path}?lang=es"`);
  });

  it("takes somebody signed in to the group they looked at last", async () => {
    const home = await team.owner.get(team.base);
    expect(home.headers.get("Set-Cookie")).toContain(`group=${team.group.slug}`);
    expect((await team.owner.get("/")).headers.get("Location")).toBe(team.base);
  });
});

describe("a group's home", () => {
  it("shows what needs somebody: comments to read, drafts to finish", async () => {
    const { path } = await petition([
      { name: "Amina", email: "waiting@x.example", comment: "Six years old", status: 1 },
    ]);
    const draft = actionIdIn(
      await team.owner.post(`${team.base}/actions/new/petition`, { title: "Unfinished" }),
    );
    const html = await text(team.owner.get(team.base));
    expect(html).toContain(`href="${path}/comments"`);
    expect(html).toContain(`href="${team.base}/actions/${draft}/edit"`);
    expect(html).toContain(`href="${team.base}/actions/new/petition"`);
  });

  it("shows an organiser no trace of what people wrote", async () => {
    const { path } = await petition([
      { name: "Amina", email: "hidden@x.example", comment: "Secret", status: 1 },
    ]);
    expect(await text(team.organiser.get(team.base))).not.toContain(`${path}/comments`);
    const overview = await text(team.organiser.get(path));
    expect(overview).not.toContain(`${path}/signers`);
    expect(overview).not.toContain("Secret");
  });

  it("lists actions by status", async () => {
    await petition();
    const drafts = await text(team.owner.get(`${team.base}/actions?status=draft`));
    expect(drafts).not.toContain("status-good");
    expect((await team.owner.get(`${team.base}/actions?status=nonsense&before=x`)).status).toBe(200);
  });
});

describe("the overview of an action", () => {
  it("begins with the link to share as long as nobody has taken part", async () => {
    const { path, slug } = await petition();
    const html = await text(team.owner.get(`${path}?done=published`));
    expect(html.indexOf(`localhost:8787/petitions/${slug}"`)).toBeGreaterThan(0);
    expect(html.indexOf('id="share"')).toBeLessThan(html.indexOf('class="stats"'));
  });

  it("leads to the page also when the action is closed, since the page stays", async () => {
    const { path, slug } = await petition();
    await team.owner.post(`${path}/closure`);
    const html = await text(team.owner.get(path));
    expect(html).toContain(`href="http://${team.group.slug}.localhost:8787/petitions/${slug}"`);
  });
});

describe("the list of signers", () => {
  it("names the country, and shows of a long comment its beginning", async () => {
    const comment = `Every morning ${"we count the cars ".repeat(20)}and weep`;
    const { path } = await petition([{ name: "Amina", email: "long@x.example", comment, status: 1 }]);
    const html = await text(team.owner.get(`${path}/signers`));
    expect(html).toContain("M4M 2T1, Canada");
    expect(/<summary dir="auto">([^<]*)</.exec(html)?.[1]).toMatch(/^Every morning .{50,150}$/);
    expect(html).toContain("and weep");
  });

  it("finds by name, address, source, day and comment", async () => {
    const day = Date.UTC(2026, 2, 12, 12);
    const page = await petition([
      { name: "Amina", email: "amina@find.example", source: "flyer", at: day },
      { name: "Mei", email: "mei@find.example", comment: "Hello", status: 1, at: day + 86_400_000 },
      { name: "100%_sure", email: "odd@find.example", at: day },
    ]);
    const found = async (query: string) =>
      [
        ...(await text(team.owner.get(`${page.path}/signers?${query}`))).matchAll(/([a-z]+)@find\.example/g),
      ].map(([, name]) => name);
    expect(await found("")).toEqual(["odd", "mei", "amina"]);
    expect(await found("q=AMIN")).toEqual(["amina"]);
    expect(await found("q=%25_")).toEqual(["odd"]);
    expect(await found("source=flyer")).toEqual(["amina"]);
    expect(await found("source=-")).toEqual(["odd", "mei"]);
    expect(await found("from=2026-03-13")).toEqual(["mei"]);
    expect(await found("to=2026-03-12")).toEqual(["odd", "amina"]);
    expect(await found("comment=waiting")).toEqual(["mei"]);
    expect(await found("state=removed")).toEqual([]);
    expect(await found("from=0000-99-99&to=never&comment=maybe&state=gone&before=nonsense")).toHaveLength(3);
  });

  it("lets nothing a signer wrote become markup", async () => {
    const nasty = "<img src=x onerror=alert(1)>";
    const page = await petition([
      { name: nasty, email: "nasty@x.example", source: nasty, comment: nasty, status: 1 },
    ]);
    for (const part of [
      "/signers",
      `/signers?q=${encodeURIComponent(nasty)}`,
      "/comments",
      "",
      `?code=${encodeURIComponent(nasty)}`,
    ]) {
      expect(await text(team.owner.get(page.path + part))).not.toContain("<img src=x");
    }
  });

  it("is for those who may see people", async () => {
    const page = await petition();
    for (const part of ["/signers", "/comments", "/removals", "/removals/new?q=x"]) {
      expect((await team.organiser.get(page.path + part)).status).toBe(403);
      expect((await team.stranger.get(page.path + part)).status).toBe(404);
    }
    expect((await team.organiser.post(`${page.path}/signers.csv`)).status).toBe(403);
    expect((await team.organiser.post(`${page.path}/removals`, { ids: newId() })).status).toBe(403);
    expect((await team.organiser.get(`${team.base}/people`)).status).toBe(403);
  });
});

describe("the export", () => {
  it("holds everybody the filter finds, neutralises formulas and is recorded", async () => {
    const page = await petition([
      { name: '=HYPERLINK("http://evil")', email: "one@csv.example", source: "flyer" },
      {
        name: "Mei",
        email: "two@csv.example",
        source: "flyer",
        comment: 'She said "no",\nand left',
        status: 2,
      },
      { name: "Else", email: "three@csv.example" },
    ]);
    const response = await team.administrator.post(`${page.path}/signers.csv`, { source: "flyer" });
    expect(response.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
    expect(response.headers.get("Content-Disposition")).toBe(`attachment; filename="${page.slug}.csv"`);
    expect(response.headers.get("Cache-Control")).toContain("no-store");
    const csv = await response.text();
    expect(csv).toContain('one@csv.example,"\'=HYPERLINK(""http://evil"")",Sow,M4M 2T1');
    expect(csv).toContain('"She said ""no"",\nand left",Shown,flyer,Yes\r\n');
    expect(csv).not.toContain("three@csv.example");
    const [act] = await acts("people.exported");
    expect([act?.account_no, JSON.parse(act?.detail ?? "{}")]).toEqual([
      team.administrator.accountNo,
      { state: "counted", source: "flyer", count: 2 },
    ]);
  });

  it("goes on page after page", async () => {
    const page = await petition();
    const { d1, groupNo } = dbFor(env, team.group);
    const rows = JSON.stringify(
      Array.from({ length: 1_203 }, (_, n) => ({ n: 100_000 + n, id: newId().replaceAll("-", "") })),
    );
    await d1.batch([
      d1
        .prepare(
          "INSERT INTO people (group_no, person_no, id, email, created_at) SELECT ?1, value ->> 'n', randomblob(16), 'p' || (value ->> 'n') || '@many.example', 1 FROM json_each(?2)",
        )
        .bind(groupNo, rows),
      d1
        .prepare(
          `INSERT INTO participations (group_no, person_no, action_no, nth, id, acted_at, revised_at, answer, is_named)
           SELECT ?1, value ->> 'n', ?3, 0, unhex(value ->> 'id'), 1, 1, '{}', 1 FROM json_each(?2)`,
        )
        .bind(groupNo, rows, page.actionNo),
    ]);
    const csv = await text(team.owner.post(`${page.path}/signers.csv`));
    expect(new Set(csv.match(/p\d+@many\.example/g)).size).toBe(1_203);
    expect(csv.trim().split("\r\n")).toHaveLength(1_204);
  });
});

describe("taking signatures out of the count", () => {
  const bots = [1, 2, 3].map((n) => ({ name: "Bot", email: `bot${n}@removal.example` }));

  it("one by one, with a way back", async () => {
    const page = await petition();
    const id = await sign(page, { name: "Amina", email: "one@removal.example" });
    await sign(page, { name: "Mei", email: "other@removal.example" });
    const done = await team.owner.post(`${page.path}/removals`, { ids: id });
    const location = done.headers.get("Location") ?? "";
    expect(location).toMatch(/done=removed&removal=\d+&count=1/);
    expect(await removed(page)).toBe(1);
    const undo =
      /action="([^"]+\/removals\/\d+\/undo)"/.exec(await text(team.owner.get(location)))?.[1] ?? "";
    expect((await team.owner.post(undo)).headers.get("Location")).toContain("done=undone&count=1");
    expect(await removed(page)).toBe(0);
    expect((await team.owner.post(undo)).headers.get("Location")).toContain("done=undone&count=0");
  });

  it("in bulk, after saying how many of how many", async () => {
    const page = await petition([
      ...bots.map((bot, n) => ({ ...bot, email: `a${n}${bot.email}` })),
      { name: "Amina", email: "human@removal.example" },
    ]);
    const asked = await text(team.owner.get(`${page.path}/removals/new?q=bot`));
    expect(asked).toContain("This takes 3 of 4 people out of the count.");
    const until = /name="until" value="(\d+)"/.exec(asked)?.[1] ?? "";
    await sign(page, { name: "Bot", email: "late-bot@removal.example", at: Number(until) + 1_000 });
    await team.owner.post(`${page.path}/removals`, { q: "bot", until });
    expect(await removed(page)).toBe(3);
    expect((await acts("participations.removed"))[0]).toMatchObject({ account_no: team.owner.accountNo });
    expect(await text(team.owner.get(`${page.path}/removals`))).toContain("name or address with “bot”");
  });

  it("of everybody, or of nobody, is not done", async () => {
    const page = await petition([{ name: "Amina", email: "all@removal.example" }]);
    expect((await team.owner.get(`${page.path}/removals/new`)).status).toBe(303);
    const chosen: Record<string, string>[] = [
      {},
      { until: String(Date.now() + 1e9) },
      { q: "amina" },
      { ids: "not-an-id" },
      { ids: newId() },
    ];
    for (const fields of chosen) {
      expect((await team.owner.post(`${page.path}/removals`, fields)).headers.get("Location")).toContain(
        "done=nothing",
      );
    }
    expect(await removed(page)).toBe(0);
  });

  it("reaches no other action, and no removal of another action can be undone from here", async () => {
    const [one, other] = [await petition(), await petition()];
    const id = await sign(other, { name: "Mei", email: "elsewhere@removal.example" });
    await team.owner.post(`${one.path}/removals`, { ids: id });
    expect(await removed(other)).toBe(0);
    const location =
      (await team.owner.post(`${other.path}/removals`, { ids: id })).headers.get("Location") ?? "";
    const removal = /removal=(\d+)/.exec(location)?.[1];
    expect((await team.owner.post(`${one.path}/removals/${removal}/undo`)).status).toBe(404);
    expect((await team.owner.post(`${one.path}/removals/nonsense/undo`)).status).toBe(404);
    expect(await removed(other)).toBe(1);
  });
});

describe("comments", () => {
  const shown = async (page: Page) =>
    (
      await env.SITES.get<StoredSnapshot>(snapshotKey(team.group.no, "petition", page.slug), "json")
    )?.comments.map(({ comment }) => comment);
  const waiting = (n: number) => ({
    name: "Amina",
    email: `c${n}-${newId()}@comments.example`,
    comment: `Comment ${n}`,
    status: 1,
  });

  it("wait until somebody shows them, and then stand on the page", async () => {
    const page = await petition();
    const id = await sign(page, waiting(1));
    expect(await shown(page)).toEqual([]);
    expect(await text(team.owner.get(`${page.path}/comments`))).toContain("Comment 1");
    await team.owner.post(`${page.path}/comments`, { do: `show:${id}`, state: "waiting" });
    expect(await shown(page)).toEqual(["Comment 1"]);
    await team.owner.post(`${page.path}/comments`, { do: `hide:${id}`, state: "shown" });
    expect(await shown(page)).toEqual([]);
    expect(await text(team.owner.get(`${page.path}/comments?state=hidden`))).toContain("Comment 1");
  });

  it("of a page are shown at once, and only those", async () => {
    const page = await petition();
    const ids = [await sign(page, waiting(1)), await sign(page, waiting(2))];
    await sign(page, waiting(3));
    await team.owner.post(`${page.path}/comments`, { do: "show-all", ids, state: "waiting" });
    expect((await shown(page))?.sort()).toEqual(["Comment 1", "Comment 2"]);
  });

  it("leave the page when their signature leaves the count", async () => {
    const page = await petition();
    const id = await sign(page, { ...waiting(1), status: 2 });
    await team.owner.post(`${page.path}/comments`, { do: "show:nonsense" });
    await team.owner.post(`${page.path}/removals`, { ids: id });
    expect(await shown(page)).toEqual([]);
  });
});

describe("closing on screen", () => {
  it("is done at once, and undone from the message that says so", async () => {
    const page = await petition();
    const closed = await team.owner.post(`${page.path}/closure`);
    const html = await text(team.owner.get(closed.headers.get("Location") ?? ""));
    expect(html).toContain(`action="${page.path}/closure/undo"`);
    const status = async () =>
      (await env.SITES.get<StoredSnapshot>(snapshotKey(team.group.no, "petition", page.slug), "json"))?.action
        .status;
    expect(await status()).toBe("closed");
    await team.owner.post(`${page.path}/closure/undo`);
    expect(await status()).toBe("published");
  });

  it("is not an organiser's, and there is nothing to close about a draft", async () => {
    const page = await petition();
    expect((await team.organiser.post(`${page.path}/closure`)).status).toBe(403);
    const draft = actionIdIn(await team.owner.post(`${team.base}/actions/new/petition`, { title: "Draft" }));
    expect((await team.owner.post(`${team.base}/actions/${draft}/closure`)).status).toBe(409);
  });
});

describe("people", () => {
  it("are listed newest first, and found by an address they have", async () => {
    await petition([
      { name: "Ada", email: "ada@people.example" },
      { name: "Bea", email: "bea@people.example" },
    ]);
    const all = await text(team.owner.get(`${team.base}/people?before=1000`));
    expect(all).toMatch(/bea@people[\s\S]*ada@people/);
    const one = await text(team.owner.get(`${team.base}/people?email=ADA@people.example`));
    expect(one).toContain("ada@people.example");
    expect(one).not.toContain("bea@people.example");
    expect(await text(team.owner.get(`${team.base}/people?email=nobody@x.example`))).toContain(
      "Nobody found",
    );
  });
});
