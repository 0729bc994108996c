import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import Papa from "papaparse";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { contextOf } from "../../test/groups";
import { makeOrganisers } from "../../test/organisers";
import { makePetition } from "../../test/petitions";
import { listAudiences } from "../audiences/audience";
import { insertAudience } from "../audiences/store";
import type { AudienceId } from "../audiences/types";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { newId } from "../platform/ids";
import { type MailQueued, mailQueued } from "../platform/mail/messages";
import { eraseAsAsked } from "../privacy/erasure";
import { fileLink } from "./link";
import { exportsOf } from "./objects";
import { exportById, listExports } from "./store";
import type { ExportId } from "./types";

let team: Awaited<ReturnType<typeof makeOrganisers>>;
let exportsPath: string;
beforeAll(async () => {
  team = await makeOrganisers();
  exportsPath = `${team.base}/exports`;
});

const AT = Date.UTC(2026, 2, 12, 18, 5, 9);

/** People as an import or a drain leaves them. */
async function addPeople(group: Group, people: readonly Record<string, string | number | null>[]) {
  const { d1, groupNo } = dbFor(env, group);
  await d1.batch(
    people.map((person) => {
      const row = { email_status: 1, created_at: AT, ...person };
      const names = Object.keys(row);
      return d1
        .prepare(
          `INSERT INTO people (group_no, id, ${names.join(", ")}) VALUES (?, ?, ${names.map(() => "?").join(", ")})`,
        )
        .bind(groupNo, idBytes(), ...Object.values(row));
    }),
  );
}

const idBytes = () =>
  Uint8Array.from(newId().replaceAll("-", "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

const rowsOf = (csv: string) =>
  Papa.parse<string[]>(csv.replace("\uFEFF", ""), { skipEmptyLines: true }).data;

async function acts(act: string) {
  const { results } = await env.DIRECTORY.prepare(
    "SELECT subject, detail, account_no FROM audit_log WHERE group_no = ? AND act = ? ORDER BY audit_no",
  )
    .bind(team.group.no, act)
    .all<{ subject: string; detail: string; account_no: number }>();
  return results;
}

/** Lets the group's object work until nothing is left to make. */
async function madeBehind(group: Group = team.group): Promise<void> {
  const stub = exportsOf(env, group);
  for (let turn = 0; turn < 50 && (await stub.open()).length > 0; turn += 1)
    await runDurableObjectAlarm(stub);
}

/** Asks for something big enough to be made behind; gives its id. */
async function askBehind(path: string, fields: Record<string, string | string[]>): Promise<ExportId> {
  const response = await team.owner.post(path, { ...fields, behind: "yes" });
  expect(response.headers.get("Location")).toBe(`${exportsPath}?done=started`);
  const [newest] = await listExports(dbFor(env, team.group), 1);
  if (!newest) throw new Error("nothing was asked for");
  return newest.id;
}

const rowOf = async (id: ExportId) => {
  const row = await exportById(dbFor(env, team.group), id);
  if (!row) throw new Error("no such export");
  return row;
};

async function fetchFile(id: ExportId, by = team.owner): Promise<Response> {
  return by.get(await fileLink(contextOf(), team.group, id, 60));
}

describe("people as a file", () => {
  beforeAll(async () => {
    await addPeople(team.group, [
      { person_no: 1, email: "amina@x.example", given_name: "Amina", family_name: "=HYPERLINK(1)" },
      {
        person_no: 2,
        email: "mei@x.example",
        given_name: 'Mei "M", Chen',
        locality: "Hamilton\nWest",
        email_status: 2,
      },
      { person_no: 3, email: null, erased_at: AT },
      { person_no: 4, email: "old@x.example", merged_into: 1 },
      { person_no: 5, email: "zoe@x.example", given_name: "Zoé", phone: "+14165550100" },
    ]);
    const { d1, groupNo } = dbFor(env, team.group);
    await d1.batch([
      d1
        .prepare(
          "INSERT INTO tags (group_no, tag_no, name, created_at) VALUES (?, 1, 'Volunteer', 1), (?, 2, 'gone', 1)",
        )
        .bind(groupNo, groupNo),
      d1.prepare("UPDATE tags SET deleted_at = 1 WHERE group_no = ? AND tag_no = 2").bind(groupNo),
      d1
        .prepare(
          "INSERT INTO taggings (group_no, tag_no, person_no, tagged_at) VALUES (?, 1, 1, 1), (?, 2, 1, 1)",
        )
        .bind(groupNo, groupNo),
      d1
        .prepare(
          "INSERT INTO custom_fields (group_no, field_no, key, label, type, choices, created_at) VALUES (?, 1, 'ride', 'Rides', 'several', '[]', 1)",
        )
        .bind(groupNo),
      d1
        .prepare(
          `INSERT INTO field_values (group_no, field_no, person_no, value, acted_at) VALUES (?, 1, 5, '["bus","train"]', 1)`,
        )
        .bind(groupNo),
    ]);
  });

  const columns = [
    "email",
    "phone",
    "givenName",
    "familyName",
    "locality",
    "emailStatus",
    "createdAt",
    "tags",
    "field.ride",
  ];

  it("holds each person once, in the order of their numbers, with what other tables say; nobody who is gone", async () => {
    const response = await team.owner.post(`${exportsPath}/people`, {
      who: "all",
      columns,
      format: "csv",
      timeZone: "America/Toronto",
    });
    expect(response.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
    expect(response.headers.get("Content-Disposition")).toMatch(
      /filename="team-.*-everybody-on-the-list-.*\.csv"/,
    );
    const text = await response.text();
    const [heading, ...rows] = rowsOf(text);
    expect(heading).toEqual([
      "Email",
      "Phone",
      "First name",
      "Last name",
      "Town",
      "Mail",
      "On the list since (America/Toronto)",
      "Tags",
      "Rides",
    ]);
    expect(rows).toEqual([
      [
        "amina@x.example",
        "",
        "Amina",
        "'=HYPERLINK(1)",
        "",
        "Gets mail",
        "2026-03-12T14:05:09-04:00",
        "Volunteer",
        "",
      ],
      [
        "mei@x.example",
        "",
        'Mei "M", Chen',
        "",
        "Hamilton\nWest",
        "No mail",
        "2026-03-12T14:05:09-04:00",
        "",
        "",
      ],
      [
        "zoe@x.example",
        "+14165550100",
        "Zoé",
        "",
        "",
        "Gets mail",
        "2026-03-12T14:05:09-04:00",
        "",
        "bus; train",
      ],
    ]);
  });

  it("as JSON lines is unaltered and typed", async () => {
    const response = await team.owner.post(`${exportsPath}/people`, {
      who: "mail",
      columns,
      format: "jsonl",
      timeZone: "UTC",
    });
    const lines = (await response.text())
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({
      familyName: "=HYPERLINK(1)",
      emailStatus: "subscribed",
      tags: ["Volunteer"],
      "field.ride": null,
      createdAt: "2026-03-12T18:05:09+00:00",
    });
    expect(lines[1]).toMatchObject({ email: "zoe@x.example", "field.ride": ["bus", "train"] });
  });

  it("remembers the choice of columns, format and zone for whoever chose", async () => {
    await team.owner.post(`${exportsPath}/people`, {
      who: "all",
      columns: ["email", "phone", "nonsense"],
      format: "jsonl",
      timeZone: "UTC",
    });
    const form = await (await team.owner.get(`${exportsPath}/people`)).text();
    const ticked = [...form.matchAll(/name="columns" value="([^"]+)" checked/g)].map(([, key]) => key);
    expect(ticked).toEqual(["email", "phone"]);
    expect(form).toMatch(/value="jsonl" checked/);
    const others = await (await team.administrator.get(`${exportsPath}/people`)).text();
    expect(others).toMatch(/name="columns" value="tags" checked/);
  });

  it("is refused without a column, with the words beside the field", async () => {
    const response = await team.owner.post(`${exportsPath}/people`, { who: "all", columns: "nonsense" });
    expect(response.status).toBe(422);
    expect(await response.text()).toContain("Choose at least one column.");
  });

  it("is in the audit log before it leaves, with its columns and count", async () => {
    const before = (await acts("people.exported")).length;
    await team.owner.post(`${exportsPath}/people`, { who: "all", columns: ["email"] });
    const [act] = (await acts("people.exported")).slice(before);
    expect(act?.account_no).toBe(team.owner.accountNo);
    expect(JSON.parse(act?.detail ?? "{}")).toMatchObject({ what: "people", columns: "email", count: 5 });
  });
});

describe("a file made behind", () => {
  it("is ready with the same bytes, and a mail in the asker's language says so", async () => {
    const sent = vi.spyOn(env.MAIL, "send");
    const fields = { who: "all", columns: ["email", "tags"], format: "csv", timeZone: "UTC" };
    const id = await askBehind(`${exportsPath}/people`, fields);
    expect((await rowOf(id)).state).toBe("waiting");
    await madeBehind();
    const row = await rowOf(id);
    expect(row).toMatchObject({ state: "ready", rowsDone: 3 });
    const file = await fetchFile(id);
    const atOnce = await team.owner.post(`${exportsPath}/people`, fields);
    const text = await file.text();
    expect(text).toBe(await atOnce.text());
    // Reading it as text takes the mark away that tells spreadsheets it is UTF-8.
    expect(row.bytes).toBe(new TextEncoder().encode(`\uFEFF${text}`).length);
    expect(file.headers.get("Content-Length")).toBe(String(row.bytes));
    const mails: MailQueued[] = sent.mock.calls.map(([message]) => mailQueued.parse(message));
    expect(mails).toHaveLength(1);
    expect(mails[0]?.message.subject).toBe("Your export is ready: Everybody on the list");
    const link = /http:\/\/localhost:8787(\/groups\/\S+)/.exec(mails[0]?.message.text ?? "")?.[1] ?? "";
    expect(await (await team.owner.get(link)).text()).toBe(text);
    sent.mockRestore();
  });

  it("opens to nobody by the link alone, nor by an old or foreign one; each fetching is in the audit log", async () => {
    const id = await askBehind(`${exportsPath}/people`, { who: "all", columns: ["email"] });
    await madeBehind();
    const before = (await acts("export.fetched")).length;
    const path = `${exportsPath}/${id}/file`;
    const ctx = contextOf();
    expect((await team.stranger.get(await fileLink(ctx, team.group, id, 60))).status).toBe(404);
    expect((await team.organiser.get(await fileLink(ctx, team.group, id, 60))).status).toBe(403);
    const old = await fileLink(contextOf(env, Date.now() - 120_000), team.group, id, 60);
    const other = (await fileLink(ctx, team.group, newId<ExportId>(), 60)).split("token=")[1];
    for (const link of [path, `${path}?token=nonsense`, old, `${path}?token=${other}`])
      expect((await team.owner.get(link)).headers.get("Location")).toBe(`${exportsPath}?done=gone`);
    expect((await acts("export.fetched")).length).toBe(before);
    expect((await fetchFile(id, team.administrator)).status).toBe(200);
    const [act] = (await acts("export.fetched")).slice(before);
    expect(act).toMatchObject({ subject: id, account_no: team.administrator.accountNo });
  });

  it("is stopped by whoever asks, and leaves nothing", async () => {
    const id = await askBehind(`${exportsPath}/people`, { who: "all", columns: ["email"] });
    await team.owner.post(`${exportsPath}/${id}/cancellation`);
    await madeBehind();
    expect((await rowOf(id)).state).toBe("cancelled");
    expect(await env.FILES.head(`exports/${team.group.no}/${id}`)).toBeNull();
    const again = await team.owner.post(`${exportsPath}/${id}/cancellation`);
    expect(again.headers.get("Location")).toContain("done=ended");
  });

  it("is deleted when somebody says so, and the line stays", async () => {
    const id = await askBehind(`${exportsPath}/people`, { who: "all", columns: ["email"] });
    await madeBehind();
    await team.owner.post(`${exportsPath}/${id}/removal`);
    await runDurableObjectAlarm(exportsOf(env, team.group));
    expect((await rowOf(id)).state).toBe("expired");
    expect(await env.FILES.head(`exports/${team.group.no}/${id}`)).toBeNull();
    const page = await (await team.owner.get(exportsPath)).text();
    expect(page).toContain(`${exportsPath}/${id}/repeat`);
  });
});

describe("a file that somebody is in who is then forgotten", () => {
  it("is fetched no more, says why, and is made anew without them, ready or still waiting; another group's stays", async () => {
    const other = await makeOrganisers();
    await addPeople(other.group, [{ person_no: 1, email: "amina@x.example" }]);
    const wanted = { who: "all", columns: ["email"], format: "csv", timeZone: "UTC" };
    await other.owner.post(`${other.base}/exports/people`, { ...wanted, behind: "yes" });
    await madeBehind(other.group);
    await addPeople(team.group, [{ person_no: 9, email: "joana@x.example" }]);
    const id = await askBehind(`${exportsPath}/people`, wanted);
    await madeBehind();
    const link = await fileLink(contextOf(), team.group, id, 60);
    expect(await (await team.owner.get(link)).text()).toContain("joana@x.example");
    const begun = await askBehind(`${exportsPath}/people`, wanted);

    await eraseAsAsked(contextOf(), team.group, 9, null);

    for (const each of [id, begun]) expect((await rowOf(each)).state).toBe("withdrawn");
    expect((await team.owner.get(link)).headers.get("Location")).toBe(`${exportsPath}?done=withdrawn`);
    expect(await (await team.owner.get(exportsPath)).text()).toContain("asked to be forgotten");
    await runDurableObjectAlarm(exportsOf(env, team.group));
    await madeBehind();
    for (const each of [id, begun])
      expect(await env.FILES.head(`exports/${team.group.no}/${each}`)).toBeNull();
    expect((await rowOf(id)).state).toBe("withdrawn");

    await team.owner.post(`${exportsPath}/${id}/repeat`);
    await madeBehind();
    const [again] = await listExports(dbFor(env, team.group), 1);
    const text = again && (await (await fetchFile(again.id)).text());
    expect(text).toContain("amina@x.example");
    expect(text).not.toContain("joana@x.example");
    expect(await listExports(dbFor(env, other.group), 5)).toMatchObject([{ state: "ready" }]);
  });
});

describe("those who took an action as a file", () => {
  it("holds what they said then, their consent with its wording, and what is known of them now", async () => {
    const action = await makePetition(team.group, {
      settings: {
        questions: [
          {
            key: "q_why",
            label: "=Why?",
            type: "text",
            hint: "",
            choices: [],
            min: null,
            max: null,
            value: "",
            fieldNo: null,
            isRequired: false,
            page: 1,
            showIf: null,
            libraryNo: null,
          },
        ],
      },
    });
    const { d1, groupNo } = dbFor(env, team.group);
    const signed = (person: number, answer: object, more: { removal?: number; comment?: string } = {}) =>
      d1
        .prepare(
          `INSERT INTO participations (group_no, person_no, action_no, nth, id, acted_at, revised_at, answer, comment, comment_status, is_named, source, removal_no)
           VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?, 1, 'leaflet', ?)`,
        )
        .bind(
          groupNo,
          person,
          action.no,
          idBytes(),
          AT,
          AT,
          JSON.stringify(answer),
          more.comment ?? null,
          more.comment ? 2 : 0,
          more.removal ?? 0,
        );
    await d1.batch([
      signed(
        1,
        { givenName: "Then", country: "CA", site: "=paper.example", answers: { q_why: "-1+1" } },
        { comment: "@SUM(1)" },
      ),
      signed(2, { givenName: "Gone" }, { removal: 7 }),
      signed(5, { givenName: "Zoé" }),
      d1
        .prepare(
          "INSERT INTO consent_wordings VALUES (?, x'0102030405060708', 'unticked', 'en', 'Mail me', 1)",
        )
        .bind(groupNo),
      d1
        .prepare("INSERT INTO consent_events VALUES (?, 1, ?, ?, x'0102030405060708', 1)")
        .bind(groupNo, AT, action.no),
    ]);
    const columns = [
      "actedAt",
      "email",
      "givenName",
      "question.q_why",
      "comment",
      "commentStatus",
      "source",
      "site",
      "consent",
      "consentWording",
      "tags",
      "field.ride",
    ];
    const form = await (await team.owner.get(`${exportsPath}/action?action=${action.id}`)).text();
    for (const column of columns) expect(form).toContain(`value="${column}"`);
    const response = await team.owner.post(`${exportsPath}/action`, {
      action: action.id,
      columns,
      format: "csv",
      timeZone: "UTC",
    });
    const [heading, ...rows] = rowsOf(await response.text());
    expect(heading?.[3]).toBe("'=Why?");
    expect(rows).toEqual([
      [
        "2026-03-12T18:05:09+00:00",
        "amina@x.example",
        "Then",
        "'-1+1",
        "'@SUM(1)",
        "Shown",
        "leaflet",
        "'=paper.example",
        "Yes",
        "Mail me",
        "Volunteer",
        "",
      ],
      [
        "2026-03-12T18:05:09+00:00",
        "zoe@x.example",
        "Zoé",
        "",
        "",
        "",
        "leaflet",
        "",
        "",
        "",
        "",
        "bus; train",
      ],
    ]);
  });

  it("of another group is not found", async () => {
    const foreign = await makePetition((await makeOrganisers()).group);
    expect((await team.owner.get(`${exportsPath}/action?action=${foreign.id}`)).status).toBe(404);
    expect(
      (await team.owner.post(`${exportsPath}/action`, { action: foreign.id, columns: ["email"] })).status,
    ).toBe(404);
  });
});

describe("an audience as a file", () => {
  it("holds the people it has now, at once or behind; another member's own is not found", async () => {
    const db = dbFor(env, team.group);
    const made = await insertAudience(db, newId<AudienceId>(), {
      ...{
        by: team.owner.accountNo,
        now: AT,
        name: "Gets mail",
        description: "",
        isShared: false,
        parts: [],
      },
      audience: { include: { all: [{ is: "subscription", channel: "email", status: ["subscribed"] }] } },
    });
    expect(made).not.toBeNull();
    const [saved] = await listAudiences(db, team.owner.accountNo);
    if (!saved) throw new Error("no audience was saved");
    const fields = { who: `audience:${saved.id}`, columns: ["email"], format: "csv", timeZone: "UTC" };
    const atOnce = await (await team.owner.post(`${exportsPath}/people`, fields)).text();
    expect(rowsOf(atOnce).slice(1)).toEqual([["amina@x.example"], ["zoe@x.example"]]);
    const id = await askBehind(`${exportsPath}/people`, fields);
    await madeBehind();
    expect(await (await fetchFile(id)).text()).toBe(atOnce);
    expect((await rowOf(id)).title).toBe("Audience: Gets mail");
    expect((await team.administrator.post(`${exportsPath}/people`, fields)).status).toBe(404);
  });
});

describe("gifts as a file", () => {
  it("hold what came in, what it cost, what was given back and what failed; not what was never paid", async () => {
    const action = await makePetition(team.group);
    const { d1, groupNo } = dbFor(env, team.group);
    const details = JSON.stringify({ details: { recipients: [{ name: "=Fund", amount: 2500 }] } });
    const participation = JSON.stringify({ e: "giver@x.example", o: { givenName: "Giver" }, s: "leaflet" });
    const payment = (state: number, paidAt: number | null) => {
      const id = newId();
      const insert = d1
        .prepare(
          `INSERT INTO payments (group_no, id, action_no, provider, account, ref, amount, fee_cover, currency, interval, state, "order", participation, created_at, paid_at)
           VALUES (?, unhex(?), ?, 'test', 'a', ?, 2500, 100, 'CAD', 'month', ?, ?, ?, ?, ?)`,
        )
        .bind(groupNo, id.replaceAll("-", ""), action.no, id, state, details, participation, AT, paidAt);
      return { id, insert };
    };
    const line = (id: string, key: string, kind: number, amount: number) =>
      d1
        .prepare("INSERT INTO ledger_entries VALUES (?, ?, unhex(?), ?, ?, ?, 'CAD', 1, 1)")
        .bind(groupNo, `${key}:${id}`, id.replaceAll("-", ""), action.no, kind, amount);
    const [paid, failed, open] = [payment(4, AT), payment(3, null), payment(1, null)];
    await d1.batch([
      ...[paid.insert, failed.insert, open.insert],
      ...[line(paid.id, "charge", 1, 2600), line(paid.id, "fee", 2, -95), line(paid.id, "refund", 3, -600)],
    ]);
    const columns = [
      "id",
      "paidAt",
      "email",
      "givenName",
      "rhythm",
      "charged",
      "fee",
      "refunded",
      "kept",
      "currency",
      "standing",
      "recipients",
      "source",
    ];
    const asked = { action: action.id, columns, format: "csv", timeZone: "UTC" };
    const [, ...rows] = rowsOf(await (await team.owner.post(`${exportsPath}/gifts`, asked)).text());
    const same = ["giver@x.example", "Giver", "month", "26.00"];
    expect(rows).toEqual([
      [
        paid.id,
        "2026-03-12T18:05:09+00:00",
        ...same,
        "0.95",
        "6.00",
        "19.05",
        "CAD",
        "Partly refunded",
        "'=Fund: 25.00",
        "leaflet",
      ],
      [failed.id, "", ...same, "0.00", "0.00", "0.00", "CAD", "Failed", "'=Fund: 25.00", "leaflet"],
    ]);
    const later = await team.owner.post(`${exportsPath}/gifts`, {
      ...asked,
      action: "",
      from: "2026-03-13",
      to: "2026-03-14",
    });
    expect(rowsOf(await later.text())).toHaveLength(1);
    const thatDay = await team.owner.post(`${exportsPath}/gifts`, {
      ...asked,
      action: "",
      from: "2026-03-12",
      to: "2026-03-12",
    });
    expect(rowsOf(await thatDay.text())).toHaveLength(3);
  });
});
