import { beforeAll, describe, expect, it } from "vitest";
import { contextOf } from "../../test/groups";
import { makeOrganisers } from "../../test/organisers";
import { makePetition } from "../../test/petitions";
import { makeAct, makeMailing, type Received } from "../../test/results";
import type { Action } from "../actions/types";
import { type Audience, isPersonOf } from "../audiences/audience";
import { dbFor } from "../groups/shard";
import { mergePeople, splitPeople } from "../intake/erasure";
import { leftOutReasons } from "../mailings/types";
import { peopleByNumber } from "../people/edit";
import type { MergeId } from "../people/types";
import { newId } from "../platform/ids";
import { everythingOf } from "../privacy/everything";

let team: Awaited<ReturnType<typeof makeOrganisers>>;
let action: Action;
let mailing: Awaited<ReturnType<typeof makeMailing>>;
const now = Date.now();
const resultsOf = ({ id }: { id: string }) => `${team.base}/mailings/${id}/results`;

const HOSTILE = '"><script>alert(1)</script>=cmd()';

beforeAll(async () => {
  team = await makeOrganisers();
  action = await makePetition(team.group);
  const received: Received[] = [
    ...Array.from({ length: 40 }, (_, at) => ({
      variantNo: (at % 2) + 1,
      email: `reader${at}@gmail.com`,
      ...(at < 10 ? { openedAfter: 100 } : {}),
      ...(at < 4 ? { clickedAfter: 200, links: [1] } : {}),
    })),
    { flags: 2, left: { choice: 1, reason: "too_many", comment: HOSTILE } },
    { status: "failed", reason: 31 },
    { status: "left_out", reason: leftOutReasons.bounced },
  ];
  mailing = await makeMailing(team.group, received, {
    subject: HOSTILE,
    sentAt: now - 3 * 86_400_000,
    links: [{ url: `https://clean-air.example/?${HOSTILE}`, action }, { url: "https://two.example/" }],
    html: `<script>alert(2)</script><form action="https://evil.example"><input></form><p onclick="x()">Hi</p>
      <a href="https://${team.group.slug}.example/m/{{ mail_key }}/1" target="_blank">One</a>
      <a href="https://elsewhere.example/m/{{ mail_key }}/1/">Not ours</a>
      <a href="https://two.example/m/{{ mail_key }}/2">Two {{ "<b>" }}</a>
      <img src="https://${team.group.slug}.example/m/{{ mail_key }}/open.gif"><iframe src="https://evil.example"></iframe>`,
    tags: ["spring"],
  });
  await makeAct(team.group, action, {
    personNo: 5,
    source: `m${mailing.no}-2`,
    after: 40_000_000,
    amount: 1_050,
    currency: "CAD",
  });
});

describe("the page of one mailing", () => {
  it("says every number with what it is a share of", async () => {
    const html = await (await team.owner.get(resultsOf(mailing))).text();
    expect(html).toMatch(/Sent<\/dt><dd class="stat-value">41<\/dd>/);
    expect(html).toMatch(
      /Opened by people<\/dt><dd class="stat-value">10<\/dd><dd class="stat-label">24.3% of delivered/,
    );
    expect(html).toMatch(/Clicks per opening <\/th><td><strong>40%/);
    expect(html).toContain("Their address bounces");
    expect(html).toContain("Too many mails");
    expect(html).toContain("1. https://clean-air.example/");
    expect(html).toMatch(/Counted <time/);
  });

  it("lets nothing of a subject, a link or a comment become markup", async () => {
    const html = await (await team.owner.get(resultsOf(mailing))).text();
    expect(html).not.toContain("<script>alert");
    expect(html).toContain("&lt;script&gt;alert(1)");
  });

  it("shows neither names nor comments to whoever may not see people", async () => {
    const html = await (await team.organiser.get(resultsOf(mailing))).text();
    expect(html).not.toContain("alert(1)&lt;/script&gt;=cmd()</blockquote>");
    expect(html).not.toContain("/results/people/");
    expect((await team.organiser.get(`${resultsOf(mailing)}/people/opened`)).status).toBe(403);
  });

  it("compares with the median of the mailings before, once there are some", async () => {
    const html = await (await team.owner.get(resultsOf(mailing))).text();
    expect(html).toContain("With the next mailing there will be a median");
    const next = await makeMailing(
      team.group,
      Array.from({ length: 25 }, (_, at) => (at < 20 ? { openedAfter: 1 } : {})),
      { sentAt: now - 2 * 86_400_000, subject: "The next" },
    );
    const compared = await (await team.owner.get(resultsOf(next))).text();
    expect(compared).toContain("your last mailing before this one");
    expect(compared).toMatch(
      /55\.6 points more<\/span><\/th><td>20<\/td><td><strong>80%<\/strong><\/td><td>24\.3%/,
    );
  });

  it("says nothing before anything left", async () => {
    const draft = await makeMailing(team.group, [{}], { status: "draft", sentAt: null, subject: "Later" });
    const html = await (await team.owner.get(resultsOf(draft))).text();
    expect(html).toContain("Nothing has left yet");
    expect((await team.owner.get(`${resultsOf(draft)}.csv`)).status).toBe(404);
  });
});

describe("variants", () => {
  const made = (openers: [number, number]) =>
    [1, 2].flatMap((variantNo) =>
      Array.from({ length: 200 }, (_, at) => ({
        variantNo,
        ...(at < (openers[variantNo - 1] ?? 0) ? { openedAfter: 5 } : {}),
      })),
    );

  it("are called ahead or alike a day after the last mail, and not before", async () => {
    const { group } = team;
    const old = { sentAt: now - 10 * 86_400_000 };
    const far = await makeMailing(group, made([20, 80]), old);
    expect(await (await team.owner.get(resultsOf(far))).text()).toContain(
      "B is ahead, and it is unlikely to be chance.",
    );
    const near = await makeMailing(group, made([50, 54]), old);
    expect(await (await team.owner.get(resultsOf(near))).text()).toContain(
      "No difference that could not be chance.",
    );
    const few = await makeMailing(group, made([1, 4]), old);
    expect(await (await team.owner.get(resultsOf(few))).text()).toContain("Too few people to say.");
    const sending = await makeMailing(group, made([20, 80]), { ...old, status: "sending", finishedAt: null });
    const html = await (await team.owner.get(resultsOf(sending))).text();
    expect(html).toContain("Too early to say");
    expect(html).not.toContain("is ahead");
  });

  it("of a test are judged by its sample, however the winner did with the rest", async () => {
    const { group } = team;
    const settings = { test: { share: 1_000, measure: "opens", hours: 4, isAutomatic: true } };
    const tested = await makeMailing(group, made([20, 80]), {
      settings,
      winnerNo: 2,
      sentAt: now - 10 * 86_400_000,
    });
    const early = await (await team.owner.get(resultsOf(tested))).text();
    expect(early).toContain("Too early to say");
    const sample = [1, 2].map((variantNo) => ({ variantNo, sent: 100, did: 30 + variantNo }));
    const { d1, groupNo } = dbFor(contextOf().env, group);
    await d1
      .prepare("UPDATE mailings SET verdict = ? WHERE group_no = ? AND mailing_no = ?")
      .bind(JSON.stringify({ measure: "opens", variants: sample }), groupNo, tested.no)
      .run();
    const html = await (await team.owner.get(resultsOf(tested))).text();
    expect(html).toContain("No difference that could not be chance.");
    expect(html).toContain("B went to everybody else.");
  });
});

describe("the map of clicks", () => {
  it("has a number inside each counted link and nothing that runs, leads away or is counted", async () => {
    const response = await team.organiser.get(`${resultsOf(mailing)}/map?variant=1&language=en`);
    const html = await response.text();
    expect(html).toMatch(/One<span style="[^"]*">1: 4 people<\/span><\/a>/);
    expect(html).toMatch(/Two &lt;b&gt;<span style="[^"]*">2: 0 people<\/span><\/a>/);
    expect(html).toContain("Not ours</a>");
    expect(html).not.toMatch(/<script|<form|<iframe|href=|open\.gif|target=/);
    const policy = response.headers.get("Content-Security-Policy") ?? "";
    expect(policy).toMatch(/^sandbox; default-src 'none'; style-src 'unsafe-inline'/);
    expect(policy).not.toContain("script");
  });

  it("is there for versions that were sent alone", async () => {
    for (const query of ["variant=9&language=en", "variant=1&language=de", "variant=x", ""])
      expect((await team.owner.get(`${resultsOf(mailing)}/map?${query}`)).status, query).toBe(404);
  });
});

describe("the people behind a number", () => {
  it.each([
    ["opened", 10],
    ["not_opened", 31],
    ["clicked", 4],
    ["unsubscribed", 1],
    ["failed", 1],
    ["left_out", 1],
    ["bounced", 0],
    ["machine", 0],
    ["held", 0],
    ["complained", 0],
    ["unknown", 0],
  ])("who %s are listed by name: %i", async (outcome, count) => {
    const html = await (await team.owner.get(`${resultsOf(mailing)}/people/${outcome}`)).text();
    expect([...html.matchAll(/\/people\/[0-9a-f-]{36}"/g)]).toHaveLength(count);
  });

  it("go on page by page, each once", async () => {
    const many = await makeMailing(
      team.group,
      Array.from({ length: 60 }, () => ({})),
      { subject: "Many" },
    );
    const first = await (await team.owner.get(`${resultsOf(many)}/people/not_opened`)).text();
    const next = /href="([^"]*\?after=\d+)"/.exec(first)?.[1] ?? "";
    const second = await (await team.owner.get(next)).text();
    const ids = [first, second].flatMap((html) =>
      [...html.matchAll(/\/people\/([0-9a-f-]{36})"/g)].map(([, id]) => id),
    );
    expect(ids).toHaveLength(60);
    expect(new Set(ids).size).toBe(60);
    expect(second).not.toContain("?after=");
  });

  it("become an audience that is read as it was meant", async () => {
    const html = await (await team.owner.get(resultsOf(mailing))).text();
    const forms = [...html.matchAll(/<form[^>]*action="[^"]*\/audiences\/new"[^>]*>([\s\S]*?)<\/form>/g)].map(
      ([, inner = ""]) => inner,
    );
    const counts: string[] = [];
    for (const inner of forms) {
      const fields: Record<string, string[]> = {};
      for (const [, name = "", value = ""] of inner.matchAll(/name="([^"]+)" value="([^"]*)"/g))
        fields[name] = [...(fields[name] ?? []), value];
      expect((await team.owner.post(`${team.base}/audiences/new`, fields)).status).toBe(200);
      const panel = await (await team.owner.post(`${team.base}/audiences/count`, fields)).text();
      counts.push(/audience-number">(\d+)</.exec(panel)?.[1] ?? panel);
    }
    // Opened, not opened, clicked, acted; nobody here has changed their subscription.
    expect(counts).toEqual(["10", "31", "4", "1", "0", "0", "0"]);
  });

  it("are not asked for by any other word", async () => {
    for (const outcome of ["acted", "constructor", "everything"])
      expect((await team.owner.get(`${resultsOf(mailing)}/people/${outcome}`)).status).toBe(404);
  });
});

describe("spreadsheets", () => {
  it("hold everything of a mailing, and run nothing", async () => {
    const response = await team.organiser.get(`${resultsOf(mailing)}.csv`);
    expect(response.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
    const lines = (await response.text()).trim().split("\r\n");
    const [heading = "", all = ""] = lines;
    const at = (line: string, name: string) => line.split(",")[heading.split(",").indexOf(name)];
    expect(at(all, "Sent")).toBe("41");
    expect(at(all, "Opened by people")).toBe("10");
    expect(at(all, "Opened by people (rate)")).toBe("0.243902");
    expect(at(all, "CAD")).toBe("10.50");
    expect(lines.filter((line) => line.startsWith("Version,"))).toHaveLength(2);
    expect(lines.filter((line) => line.startsWith("Hour,"))).toHaveLength(49);
    expect(lines.some((line) => line.startsWith("Left out,Their address bounces,1"))).toBe(true);
    expect(lines.join("\n")).not.toContain("gmail.com");
    const list = await (await team.organiser.get(`${team.base}/mailings/numbers.csv?days=all`)).text();
    expect(list).toContain('"""><script>alert(1)</script>=cmd()"');
    expect(list).not.toMatch(/(^|,)[=+@-][a-z]/m);
  });
});

describe("numbers of all mailings", () => {
  it("stand beside each other, sorted as asked, with totals, tags and health", async () => {
    await team.owner.get(`${team.base}/mailings/numbers?days=all`);
    const html = await (await team.owner.get(`${team.base}/mailings/numbers?days=30&sort=opened`)).text();
    expect(html).toContain('aria-sort="descending"><a class="sort"');
    expect(html).toContain("spring");
    expect(html).toContain("Gmail");
    const names = [...html.matchAll(/\/results" dir="auto">([^<]+)</g)].map(([, name]) => name);
    expect(names[0]).toBe("The next");
    const rising = await (
      await team.owner.get(`${team.base}/mailings/numbers?days=30&sort=opened&rising=yes`)
    ).text();
    expect([...rising.matchAll(/\/results" dir="auto">([^<]+)</g)].map(([, name]) => name)[0]).not.toBe(
      "The next",
    );
  });

  it("warn of what is near a limit and over it", async () => {
    const { group } = team;
    const flagged = (count: number, flags: number) =>
      Array.from({ length: 300 }, (_, at) => ({
        email: `h${flags}-${at}@web.de`,
        ...(at < count ? { flags } : {}),
      }));
    const bad = await makeMailing(group, flagged(7, 4), { subject: "Bad", sentAt: now - 86_400_000 });
    await team.owner.get(resultsOf(bad));
    const html = await (await team.owner.get(`${team.base}/mailings/numbers?days=30`)).text();
    expect(html).toMatch(/GMX, WEB\.DE.*?2\.3%.*?Over the limit/);
  });

  it("take any other word for the usual", async () => {
    const response = await team.owner.get(`${team.base}/mailings/numbers?days=<script>&sort=__proto__`);
    expect(await response.text()).toContain('aria-current="page">Last 90 days</a>');
  });
});

describe("another group", () => {
  it("finds no mailing of this one, in any page", async () => {
    const slug = team.group.slug.replace("team-", "other-");
    expect((await team.stranger.get(`/groups/${slug}/mailings/numbers`)).status).toBe(200);
    for (const page of [
      "results",
      "results.csv",
      "results/map?variant=1&language=en",
      "results/people/opened",
    ]) {
      expect((await team.stranger.get(`${team.base}/mailings/${mailing.id}/${page}`)).status, page).toBe(404);
      if (slug)
        expect((await team.stranger.get(`/groups/${slug}/mailings/${mailing.id}/${page}`)).status, page).toBe(
          404,
        );
    }
    expect((await team.stranger.get(`${team.base}/mailings/numbers`)).status).toBe(404);
    expect((await team.stranger.get(`${team.base}/mailings/numbers.csv`)).status).toBe(404);
  });
});

describe("a person's timeline", () => {
  it("says what became of each mail", async () => {
    const { group } = team;
    const fates: Received[] = [
      { openedAfter: 60, clickedAfter: 90, flags: 1 },
      { flags: 4 },
      { flags: 17 },
      { flags: 48 },
      { flags: 10, left: { choice: 1 } },
      { left: { choice: 3, back: true } },
      { status: "failed", reason: 31 },
    ];
    const made = await makeMailing(group, fates, { subject: "About the fates" });
    const listed = async (at: number) => {
      const { d1, groupNo } = dbFor(contextOf().env, group);
      const id = await d1
        .prepare("SELECT lower(hex(id)) AS id FROM people WHERE group_no = ? AND person_no = ?")
        .bind(groupNo, made.people[at] ?? 0)
        .first<string>("id");
      const uuid = (id ?? "").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
      const html = await (await team.owner.get(`${team.base}/people/${uuid}`)).text();
      const from = html.indexOf("About the fates");
      return html.slice(from - 200, html.indexOf("</li>", from));
    };
    const [read, dead, held, late, gone, back, failed] = await Promise.all(fates.map((_, at) => listed(at)));
    expect(read).toContain(`/mailings/${made.id}/results`);
    expect(read).toContain("Opened");
    expect(read).toContain("Clicked");
    expect(read).not.toContain("machine");
    expect(dead).toContain("bounced for good");
    expect(held).toContain("held up for now");
    expect(held).toContain("Opened by a machine alone");
    expect(late).not.toContain("held up");
    expect(gone).toContain("marked as spam");
    expect(gone).toContain("Unsubscribed from everything");
    expect(back).toContain("Chose a pause");
    expect(back).toContain("Came back");
    expect(failed).not.toContain("bounced");
  });

  it("follows a merge, as do lists, audiences and what is told on request, and comes back when it is undone", async () => {
    const { group } = team;
    const db = dbFor(contextOf().env, group);
    const made = await makeMailing(group, [{ openedAfter: 60 }, {}], { subject: "Before the merge" });
    const [lost = 0] = made.people;
    const [kept = 0] = (await makeMailing(group, [{}], {})).people;
    const idOf = async (no: number) => (await peopleByNumber(db, [no]))[0]?.id ?? "";
    const seen = async () => {
      const id = await idOf(kept);
      const tree: Audience = { include: { all: [{ is: "mail", did: "opened", mailings: [made.no] }] } };
      const [timeline, list, held, found] = await Promise.all([
        team.owner.get(`${team.base}/people/${id}`).then((page) => page.text()),
        team.owner.get(`${resultsOf(made)}/people/opened`).then((page) => page.text()),
        everythingOf(contextOf(), group, kept, "group"),
        isPersonOf(contextOf(), db, kept, [tree]).then(([is]) => is),
      ]);
      return [
        timeline.includes("Before the merge"),
        list.includes(`/people/${id}"`),
        JSON.stringify(held).includes("Before the merge"),
        found,
      ];
    };
    expect(await seen()).toEqual([false, false, false, false]);
    const by = { by: team.owner.accountNo, cause: "organiser" as const, choices: {} };
    const id = await mergePeople(contextOf(), group, { kept, lost }, [], by);
    expect(await seen()).toEqual([true, true, true, true]);
    await splitPeople(contextOf(), group, id ?? newId<MergeId>(), team.owner.accountNo, []);
    expect(await seen()).toEqual([false, false, false, false]);
  });
});
