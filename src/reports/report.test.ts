import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { contextOf, makeGroup } from "../../test/groups";
import { makeOrganisers } from "../../test/organisers";
import { makePetition } from "../../test/petitions";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { newId } from "../platform/ids";
import { mailQueued } from "../platform/mail/messages";
import { mailDue } from "./mailing";
import { reportsOf } from "./objects";
import { lastPeriod, nextDue, periodSpan } from "./period";
import { dayIn, dayName, rangeIn, stepsOf } from "./range";
import type { ReportsObject } from "./reports-object";
import { listDaysFrom, reportMails } from "./store";
import { noteStretch } from "./store-sweep";
import { beginSweep, sweepOn } from "./sweep";
import { type Cell, DAY_MS } from "./types";
import { dayNumber, offsetSql } from "./zone";

const hex = () => newId().replaceAll("-", "");
const NOW = Date.UTC(2026, 2, 12, 18);

async function addPerson(
  { d1, groupNo }: GroupDb,
  no: number,
  more: Record<string, string | number | null> = {},
): Promise<void> {
  const row = { email: `p${no}@x.example`, email_status: 1, email_status_at: NOW, created_at: NOW, ...more };
  const names = Object.keys(row);
  await d1
    .prepare(
      `INSERT INTO people (group_no, person_no, id, ${names.join(", ")}) VALUES (?, ?, unhex(?), ${names.map(() => "?").join(", ")})`,
    )
    .bind(groupNo, no, hex(), ...Object.values(row))
    .run();
}

async function change({ d1, groupNo }: GroupDb, no: number, changes: Record<string, string | number | null>) {
  const names = Object.keys(changes);
  await d1
    .prepare(
      `UPDATE people SET ${names.map((name) => `${name} = ?`).join(", ")} WHERE group_no = ? AND person_no = ?`,
    )
    .bind(...Object.values(changes), groupNo, no)
    .run();
}

const acted = (
  { d1, groupNo }: GroupDb,
  person: number,
  actionNo: number,
  at: number,
  more: { source?: string; removal?: number } = {},
) =>
  d1
    .prepare(
      `INSERT INTO participations (group_no, person_no, action_no, nth, id, acted_at, revised_at, answer, is_named, source, removal_no)
       VALUES (?, ?, ?, 0, unhex(?), ?, ?, '{}', 1, ?, ?)`,
    )
    .bind(groupNo, person, actionNo, hex(), at, at, more.source ?? null, more.removal ?? 0)
    .run();

const note = (db: GroupDb, now = NOW, timeZone = "America/Toronto") =>
  noteStretch(db, { after: 0, upTo: 10_000 }, { timeZone, now });

/** What was counted, in words: change/cause/day: how many. */
async function ledger(db: GroupDb): Promise<Record<string, number>> {
  const { days } = await listDaysFrom(db, -1_000_000);
  return Object.fromEntries(
    days.map(({ change: what, cause, day, count }) => [
      [what, cause, dayName(day)].filter((part) => part).join("/"),
      count,
    ]),
  );
}

async function listSize(db: GroupDb): Promise<{ counted: number; stored: number }> {
  const { sizeBefore } = await listDaysFrom(db, 1_000_000);
  const stored = await db.d1
    .prepare(
      "SELECT count(*) AS n FROM people WHERE group_no = ? AND email_status = 1 AND erased_at IS NULL AND merged_into IS NULL",
    )
    .bind(db.groupNo)
    .first<number>("n");
  return { counted: sizeBefore, stored: stored ?? -1 };
}

describe("gains and losses", () => {
  it("are each on its day, with its reason, and counted once however often one looks", async () => {
    const db = dbFor(env, (await makeGroup()).group);
    await addPerson(db, 1, { created_at: Date.UTC(2026, 2, 10, 3) }); // still the 9th in Toronto
    await addPerson(db, 2);
    await addPerson(db, 3);
    await addPerson(db, 4, { email_status: 2, email_status_at: null }); // said no: was never on the list
    await addPerson(db, 5, { email_status: 2, email_status_at: NOW + DAY_MS, email_status_cause: "mail" });
    await addPerson(db, 6);
    await addPerson(db, 7);
    await note(db);
    await note(db);
    const first = { "new/2026-03-09": 1, "new/2026-03-12": 5, "unsubscribed/mail/2026-03-13": 1 };
    expect(await ledger(db)).toEqual(first);
    await change(db, 1, { email_status: 2, email_status_at: NOW + DAY_MS, email_status_cause: "mail" });
    await change(db, 2, { email_status: 3, email_status_at: NOW + DAY_MS });
    await change(db, 3, { email_status: 4, email_status_at: NOW + DAY_MS });
    await change(db, 5, { email_status: 1, email_status_at: NOW + 2 * DAY_MS });
    await change(db, 6, { erased_at: NOW + DAY_MS, email: null, email_status: 2 });
    await change(db, 7, { merged_into: 5 });
    await note(db, NOW + 3 * DAY_MS);
    await note(db, NOW + 4 * DAY_MS);
    expect(await ledger(db)).toEqual({
      ...first,
      "unsubscribed/mail/2026-03-13": 2,
      "bounced/2026-03-13": 1,
      "complained/2026-03-13": 1,
      "erased/2026-03-13": 1,
      "back/2026-03-14": 1,
      "merged/2026-03-15": 1,
    });
    expect(await listSize(db)).toEqual({ counted: 1, stored: 1 });
  });

  it("come to the size of the list whatever happens to people, and whenever one looks", async () => {
    const db = dbFor(env, (await makeGroup()).group);
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return Math.floor((seed / 2 ** 31) * below);
    };
    let people = 0;
    for (let step = 0; step < 60; step += 1) {
      const at = NOW + step * 3_600_000;
      if (people < 12 || random(3) === 0) {
        people += 1;
        await addPerson(db, people, {
          email_status: random(5),
          email_status_at: at,
          created_at: at - random(2) * DAY_MS,
        });
      } else {
        const no = 1 + random(people);
        const how = random(8);
        if (how === 0) await change(db, no, { erased_at: at, email: null });
        else if (how === 1) await change(db, no, { merged_into: 1 + random(people) });
        else if (how === 2) await change(db, no, { merged_into: null });
        else await change(db, no, { email_status: random(5), email_status_at: at });
      }
      if (random(4) === 0) {
        await note(db, at);
        const { counted, stored } = await listSize(db);
        expect({ step, counted }).toEqual({ step, counted: stored });
      }
    }
  });

  it("of one group are not another's on the same shard", async () => {
    const one = await makeGroup({ shard: "SHARD_01" });
    const other = await makeGroup({ shard: "SHARD_01" });
    await addPerson(dbFor(env, one.group), 1);
    await addPerson(dbFor(env, other.group), 1);
    await note(dbFor(env, one.group));
    expect(await ledger(dbFor(env, other.group))).toEqual({});
    const scored = await dbFor(env, other.group)
      .d1.prepare("SELECT count(*) AS n FROM people_scores WHERE group_no = ?")
      .bind(other.group.no)
      .first<number>("n");
    expect(scored).toBe(0);
  });
});

describe("engagement", () => {
  it("is by how often and how lately somebody acted; what is taken out of the count gives nothing", async () => {
    const { group } = await makeGroup();
    const db = dbFor(env, group);
    const actions = await Promise.all([1, 2, 3, 4].map(() => makePetition(group)));
    const [one = 0, two = 0, three = 0, four = 0] = actions.map(({ no }) => no);
    await db.d1
      .prepare("UPDATE actions SET kind = 'event' WHERE group_no = ? AND action_no = ?")
      .bind(group.no, four)
      .run();
    const ago = (days: number) => NOW - days * DAY_MS;
    for (const no of [1, 2, 3, 4, 5]) await addPerson(db, no);
    await acted(db, 1, one, ago(400));
    await acted(db, 2, one, ago(100));
    await acted(db, 2, two, ago(60));
    await acted(db, 3, one, ago(1));
    await acted(db, 3, two, ago(40));
    await acted(db, 4, one, ago(1));
    await acted(db, 4, two, ago(2));
    await acted(db, 4, four, ago(3));
    await acted(db, 5, three, ago(1), { removal: 1 });
    await note(db);
    const scores = async () =>
      (
        await db.d1
          .prepare("SELECT score, level FROM people_scores WHERE group_no = ? ORDER BY person_no")
          .bind(group.no)
          .all<{ score: number; level: number }>()
      ).results.map(({ score, level }) => [score, level]);
    expect(await scores()).toEqual([
      [0, 0],
      [4, 1],
      [8, 2],
      [20, 3],
      [0, 0],
    ]);
    await note(db, NOW + 366 * DAY_MS);
    expect(await scores()).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });
});

describe("a sweep", () => {
  it("killed at any step and begun again from what was saved counts everybody once", async () => {
    const { group } = await makeGroup();
    const db = dbFor(env, group);
    const action = await makePetition(group);
    for (let no = 1; no <= 12; no += 1) {
      await addPerson(db, no, { first_action_no: action.no, country: no % 2 ? "CA" : "FR" });
      await acted(db, no, action.no, NOW, { source: no % 3 ? "r-ab12ab12ab12.facebook" : "leaflet" });
    }
    let saved = { ...(await beginSweep(db, 1, NOW)), step: 2 };
    const kept = new Map<string, Cell>();
    let added: [string, Cell][] = [];
    let calls = 0;
    const isKilled = () => {
      calls += 1;
      if (calls % 9 === 0) throw new Error("killed");
    };
    for (let turn = 0; turn < 60 && saved.after < saved.last; turn += 1) {
      added = [];
      let steps = 0;
      await sweepOn(
        {
          ...{ db, group, now: Date.now },
          add: (topic, cells) => {
            isKilled();
            for (const cell of cells) added.push([`${topic}/${cell.key}/${cell.sub}`, cell]);
          },
          save: (sweep) => {
            for (const [name, cell] of added) {
              const known = kept.get(name);
              kept.set(name, { ...cell, n: cell.n + (known?.n ?? 0), m: cell.m + (known?.m ?? 0) });
            }
            added = [];
            saved = { ...sweep, step: 2 };
          },
          mayGoOn: () => {
            steps += 1;
            return steps < 1;
          },
        },
        saved,
      ).catch((error: Error) => expect(error.message).toBe("killed"));
    }
    expect(saved.after).toBe(12);
    expect(kept.get(`activity/${dayNumber(NOW, group.timeZone)}/${action.no}`)).toMatchObject({
      n: 12,
      m: 12,
    });
    expect(kept.get("places/CA/")).toMatchObject({ n: 6, m: 6 });
    expect(kept.get("statuses/1/")).toMatchObject({ n: 12 });
    expect(await ledger(db)).toEqual({ "new/2026-03-12": 12 });
    const { results } = await db.d1
      .prepare("SELECT source, people_count AS n FROM source_days WHERE group_no = ? ORDER BY source")
      .bind(group.no)
      .all();
    expect(results).toEqual([
      { source: "leaflet", n: 4 },
      { source: "r-*", n: 8 },
    ]);
  });

  it("has days of the group's clocks, before and after they change", async () => {
    const at = [
      Date.UTC(2026, 2, 8, 4, 59),
      Date.UTC(2026, 2, 8, 5),
      Date.UTC(2026, 6, 1, 3, 59),
      Date.UTC(2026, 6, 1, 4),
    ];
    for (const zone of ["America/Toronto", "Asia/Kathmandu", "UTC", "Pacific/Chatham"]) {
      const days = await env.SHARD_00.prepare(
        `SELECT (at + ${offsetSql("at", zone, NOW)}) / ${DAY_MS} AS day FROM (SELECT value AS at FROM json_each(?))`,
      )
        .bind(JSON.stringify(at))
        .all<{ day: number }>();
      const expected = at.map((moment) =>
        new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" }).format(moment),
      );
      expect(days.results.map(({ day }) => dayName(day))).toEqual(expected);
    }
  });
});

describe("the page of reports", () => {
  let team: Awaited<ReturnType<typeof makeOrganisers>>;
  let db: GroupDb;
  const reports = () => `${team.base}/reports`;
  beforeAll(async () => {
    team = await makeOrganisers();
    db = dbFor(env, team.group);
    const action = await makePetition(team.group, { title: "=Clean air" });
    const now = Date.now();
    for (const no of [1, 2, 3]) {
      await addPerson(db, no, {
        created_at: now,
        email_status_at: now,
        first_action_no: action.no,
        country: "CA",
      });
      await acted(db, no, action.no, now, { source: "leaflet" });
    }
    await change(db, 3, { email_status: 2, email_status_at: now + 1, email_status_cause: "mail" });
    await db.d1.batch([
      db.d1
        .prepare("INSERT INTO tags (group_no, tag_no, name, created_at) VALUES (?, 1, 'Volunteer', 1)")
        .bind(db.groupNo),
      db.d1
        .prepare(
          "INSERT INTO taggings (group_no, tag_no, person_no, tagged_at) VALUES (?1, 1, 1, 1), (?1, 1, 2, ?2)",
        )
        .bind(db.groupNo, now),
    ]);
  });

  const file = async (name: string) => (await team.owner.get(`${reports()}/${name}`)).text();

  it("says the size of the list, who came and left and why", async () => {
    const html = await (await team.owner.get(reports())).text();
    expect(html).toMatch(/On the mailing list<\/dt><dd class="stat-value">2</);
    expect(html).toMatch(/Gained<\/dt><dd class="stat-value">3</);
    expect(html).toContain("by the link in a mail");
    expect(html).toContain("Volunteer");
    expect(html).toContain("Canada");
  });

  it("has each table as a file for spreadsheets and for other software", async () => {
    expect(await file("reasons.csv")).toBe(
      "What,How,People\r\nNew,,3\r\nUnsubscribed,by the link in a mail,1\r\n",
    );
    expect(await file("actions.csv")).toContain("\r\n'=Clean air,3,2\r\n");
    expect(await file("sources.jsonl")).toBe(
      `${JSON.stringify({ source: "leaflet", people: 3, onList: 2 })}\n`,
    );
    expect(await file("tags.csv")).toContain("\r\nVolunteer,2,2,1\r\n");
    expect(await file("tags.csv?from=2020-01-01&to=2020-12-31")).toContain("\r\nVolunteer,2,2,0\r\n");
    expect(await file("levels.csv")).toContain("\r\nWarm,3,2,1\r\n");
    expect(await file("cohorts.csv")).toMatch(/\r\n20\d\d-\d\d,3,2,0\.6667\r\n/);
    const days = (await file("activity.csv?range=30&by=day")).trimEnd().split("\r\n");
    expect(days).toHaveLength(31);
    expect(days.at(-1)).toMatch(/^20\d\d-\d\d-\d\d,3,3$/);
    expect((await file("growth.csv?range=all&by=month")).split("\r\n").at(-2)).toMatch(/-01,2,3,1,3,1$/);
    for (const name of ["nonsense.csv", "growth.xml", "growth"])
      expect((await team.owner.get(`${reports()}/${name}`)).status).toBe(404);
  });

  it("is not for those who may not see people", async () => {
    expect((await team.organiser.get(reports())).status).toBe(403);
    expect((await team.stranger.get(`${reports()}/growth.csv`)).status).toBe(404);
  });

  it("pins at most four figures to the home of whoever chose them", async () => {
    await team.owner.post(`${reports()}/highlights`, {
      figures: ["core", "listSize", "lost30", "acted7", "gained30", "nonsense"],
    });
    const home = await (await team.owner.get(team.base)).text();
    const pinned = /<section class="pinned".*?<\/section>/s.exec(home)?.[0] ?? "";
    expect(
      [...pinned.matchAll(/stat-label">([^<]+)<\/dt><dd class="stat-value">([^<]+)/g)].map(
        ([, label, value]) => [label, value],
      ),
    ).toEqual([
      ["On the mailing list", "2"],
      ["Gained in 30 days", "3"],
      ["Lost in 30 days", "1"],
      ["Actions taken in 7 days", "3"],
    ]);
    expect(await (await team.administrator.get(team.base)).text()).not.toContain('class="pinned"');
  });

  it("counts behind what does not fit into one turn, and says how far it is", async () => {
    const stub = reportsOf(env, team.group);
    await runInDurableObject(stub, (_object: ReportsObject, state) => {
      state.storage.kv.put("finishedAt", 1);
      state.storage.kv.put("tookMs", 60_000);
    });
    await addPerson(db, 4, { created_at: Date.now() });
    const before = await (await team.owner.get(reports())).text();
    expect(before).toMatch(/On the mailing list<\/dt><dd class="stat-value">2</);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    const after = await (await team.owner.get(reports())).text();
    expect(after).toMatch(/On the mailing list<\/dt><dd class="stat-value">3</);
  });
});

describe("numbers by mail", () => {
  const monday = Date.UTC(2026, 2, 16, 12);

  async function mailsSent(group: Group, now: number) {
    const send = vi.spyOn(env.MAIL, "send");
    const { no, id, shard, jurisdiction, timeZone } = group;
    const part = { no, id, shard, jurisdiction, timeZone };
    await mailDue(contextOf(env, now), part, (wanted) => reportsOf(env, group).counted(part, wanted));
    const sent = send.mock.calls.map(([message]) => mailQueued.parse(message).message);
    send.mockRestore();
    return sent;
  }

  it("come once a period to those who were chosen, in their language, with a link that ends them", async () => {
    const team = await makeOrganisers();
    const { group } = team;
    const db = dbFor(env, group);
    await addPerson(db, 1, { created_at: NOW });
    await env.DIRECTORY.prepare("UPDATE accounts SET locale = 'fr' WHERE account_no = ?")
      .bind(team.administrator.accountNo)
      .run();
    await team.owner.post(`${team.base}/reports/mails`, {
      [`every.${team.owner.accountNo}`]: "month",
      [`every.${team.administrator.accountNo}`]: "week",
      [`every.${team.organiser.accountNo}`]: "week",
      [`every.${team.stranger.accountNo}`]: "week",
    });
    expect((await reportMails(db)).map(({ accountNo, every }) => [accountNo, every])).toEqual([
      [team.owner.accountNo, "month"],
      [team.administrator.accountNo, "week"],
    ]);
    await db.d1
      .prepare("UPDATE report_mails SET mailed_up_to = '2026-03-01' WHERE group_no = ?")
      .bind(group.no)
      .run();
    const [mail, ...others] = await mailsSent(group, monday);
    expect(others).toEqual([]);
    expect(mail?.subject).toMatch(/^Clean Air Now\s: votre semaine en chiffres$/);
    expect(mail?.text).toContain("Du 9 mars 2026 au 15 mars 2026");
    expect(mail?.text).toMatch(/Arrivées\s: 1 \(0 la fois précédente\)/);
    expect(await mailsSent(group, monday)).toEqual([]);
    expect(await mailsSent(group, monday + 6 * DAY_MS)).toEqual([]);
    expect(await mailsSent(group, monday + 7 * DAY_MS)).toHaveLength(1);

    const link = /http:\/\/localhost:8787(\/report-mails\/stop\?token=\S+)/.exec(mail?.text ?? "")?.[1] ?? "";
    expect(mail?.headers?.["List-Unsubscribe"]).toContain(link);
    const page = await team.stranger.get(link);
    expect(page.status).toBe(200);
    expect(await reportMails(db)).toHaveLength(2);
    await team.stranger.post("/report-mails/stop", { token: link.split("token=")[1] ?? "" });
    expect(await reportMails(db)).toHaveLength(1);
    expect((await team.owner.get("/report-mails/stop?token=nonsense")).status).toBe(404);
  });

  it("come no more to who has left the group, or may not see people any more", async () => {
    const team = await makeOrganisers();
    const db = dbFor(env, team.group);
    await team.owner.post(`${team.base}/reports/mails`, {
      [`every.${team.administrator.accountNo}`]: "week",
    });
    await db.d1
      .prepare("UPDATE report_mails SET mailed_up_to = '2026-03-01' WHERE group_no = ?")
      .bind(team.group.no)
      .run();
    await env.DIRECTORY.prepare("UPDATE memberships SET role = 'organiser' WHERE account_no = ?")
      .bind(team.administrator.accountNo)
      .run();
    expect(await mailsSent(team.group, monday)).toEqual([]);
    expect(await reportMails(db)).toEqual([]);
  });

  it("are due at seven on the reader's clock, on Monday or on the first", () => {
    const zone = "America/Toronto";
    const at = (text: string) => Date.parse(`${text}-04:00`);
    expect(lastPeriod("week", at("2026-03-16T06:59:00"), zone)).toBe("2026-03-08");
    expect(lastPeriod("week", at("2026-03-16T07:00:00"), zone)).toBe("2026-03-15");
    expect(lastPeriod("week", at("2026-03-22T23:59:00"), zone)).toBe("2026-03-15");
    expect(lastPeriod("month", at("2026-04-01T07:00:00"), zone)).toBe("2026-03-31");
    expect(nextDue("week", "2026-03-15", zone)).toBe(at("2026-03-23T07:00:00"));
    expect(nextDue("month", "2026-02-28", zone)).toBe(at("2026-04-01T07:00:00"));
    expect(nextDue("month", "2026-01-31", zone)).toBe(Date.parse("2026-03-01T07:00:00-05:00"));
    expect(periodSpan("month", "2026-02-28")).toEqual({ from: dayIn("2026-02-01"), to: dayIn("2026-02-28") });
    expect(periodSpan("week", "2026-03-15")).toEqual({ from: dayIn("2026-03-09"), to: dayIn("2026-03-15") });
  });
});

describe("the time a report shows", () => {
  const today = dayIn("2026-03-12") ?? 0;
  const asked = (query: Record<string, string>) =>
    rangeIn((name) => query[name], { today, earliest: today - 500 });

  it("is the last 90 days by week unless the address says another, and nonsense is as if it were not said", () => {
    expect(asked({})).toMatchObject({ from: today - 89, to: today, by: "week", name: "90" });
    expect(asked({ range: "x", by: "y", from: "2026-02-30", to: "z" })).toEqual(asked({}));
    expect(asked({ from: "2026-03-10", to: "2026-03-01" })).toEqual(asked({}));
    expect(asked({ range: "all" })).toMatchObject({ from: today - 500, by: "month" });
    expect(asked({ from: "0001-01-01", to: "2026-03-12" }).from).toBe(today - 6_000);
    expect(stepsOf(asked({ from: "2026-02-27", to: "2026-03-03", by: "month" })).map(dayName)).toEqual([
      "2026-02-01",
      "2026-03-01",
    ]);
    expect(stepsOf(asked({ from: "2026-03-08", to: "2026-03-09", by: "week" })).map(dayName)).toEqual([
      "2026-03-02",
      "2026-03-09",
    ]);
  });
});
