import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { contextOf, makeGroup } from "../../test/groups";
import { again, bring, counts, problemsOf, undriven, work } from "../../test/imports";
import type { Env } from "../env";
import type { Group } from "../groups/types";
import type { ImportRow } from "./import";
import { PAGE_ROWS } from "./page";
import { takeTurn } from "./work";

const text = (value: string) => new TextEncoder().encode(value);
const joined = (...parts: Uint8Array[]) => new Uint8Array(parts.flatMap((part) => [...part]));

/** UTF-16 as Excel's "Unicode text" writes it. */
function wide(value: string): Uint8Array {
  const units = Uint16Array.from(`\uFEFF${value}`, (letter) => letter.charCodeAt(0));
  return new Uint8Array(units.buffer);
}

const emails = (group: Group) =>
  env.SHARD_01.prepare("SELECT email FROM people WHERE group_no = ? ORDER BY person_no")
    .bind(group.no)
    .all<{ email: string }>()
    .then(({ results }) => results.map(({ email }) => email));

type Hostile = {
  name: string;
  file: Uint8Array;
  stored: string[];
  /** Lines of the file that are not stored, with the beginning of the reason. */
  rejected: [line: number, why: string][];
};

const columns = Array.from({ length: 200 }, (_, index) => `column ${index}`);

const files: Hostile[] = [
  {
    name: "quotes, and line breaks inside of cells",
    file: text('email,name\n"ana@example.org","Ana ""la"" Sow\nof Laval"\nbo@example.org,Bo\n'),
    stored: ["ana@example.org", "bo@example.org"],
    rejected: [],
  },
  {
    name: "a quotation mark that nothing closes",
    file: text('email,name\nana@example.org,"Ana\nbo@example.org,Bo\ncy@example.org,Cy\n'),
    stored: ["bo@example.org", "cy@example.org"],
    rejected: [[2, "A quotation mark"]],
  },
  {
    name: "NULs and other controls",
    file: text("email,name\nana@example.org,A\0na\u0007\nb\0o@example.org,Bo\n\0\0\0,\0\n"),
    stored: ["ana@example.org", "bo@example.org"],
    rejected: [[4, "There is neither"]],
  },
  {
    name: "byte order marks, at the start and where files were glued together",
    file: text(
      "\uFEFFemail,name\nana@example.org,Ana\n\uFEFFbo@example.org,Bo\n\uFEFFemail,name\ncy@example.org,Cy\n",
    ),
    stored: ["ana@example.org", "bo@example.org", "cy@example.org"],
    rejected: [[4, "This is no email"]],
  },
  {
    name: "a line of ten megabytes",
    file: joined(
      text("email,name\nana@example.org,"),
      new Uint8Array(10_000_000).fill(120),
      text("\nbo@example.org,Bo\n"),
    ),
    stored: ["bo@example.org"],
    rejected: [[2, "This line is too long"]],
  },
  {
    name: "two hundred columns",
    file: text(
      `email,${columns.join(",")}\nana@example.org,${columns.join(",")}\nbo@example.org,1\nx,${columns.join(",")},y\n`,
    ),
    stored: ["ana@example.org", "bo@example.org"],
    rejected: [[4, "There are more cells"]],
  },
  {
    name: "the same heading twice",
    file: text("Email,Email,Name,Name\nana@example.org,other@example.org,Ana,Sow\n,bo@example.org,Bo,\n"),
    stored: ["ana@example.org"],
    rejected: [[3, "There is neither"]],
  },
  {
    name: "encodings that change on the way",
    file: joined(
      text("email,name\nana@example.org,Zoé\n"),
      Uint8Array.from("bo@example.org,Zo\u00e9\n", (letter) => letter.charCodeAt(0)),
    ),
    stored: ["ana@example.org", "bo@example.org"],
    rejected: [],
  },
  {
    name: "UTF-16 with tabs",
    file: wide("email\tname\r\nana@example.org\tZoé\r\nnobody\t😀\r\n"),
    stored: ["ana@example.org"],
    rejected: [[3, "This is no email"]],
  },
  {
    name: "formulas",
    file: text(
      'email,name\nana@example.org,"=HYPERLINK(""http://evil.example"",""x"")"\n=1+1,Bo\n@SUM(A1),Cy\n+a@example.org,Di\n',
    ),
    stored: ["ana@example.org", "+a@example.org"],
    rejected: [
      [3, "This is no email"],
      [4, "This is no email"],
    ],
  },
  {
    name: "addresses of every sort",
    file: text(
      [
        "email,name",
        "Ana Sow <ana@EXAMPLE.org>,1",
        "mailto:bo@example.org,2",
        "josé@exämple.org,3",
        "用户@例子.广告,4",
        "a@b,5",
        "a b@example.org,6",
        "a@@example.org,7",
        '"quoted\\"@example.org",8',
        `${"x".repeat(65)}@example.org,9`,
        "'; DROP TABLE people; --,10",
        "ana@example.org;bo@example.org,11",
        "ANA@example.ORG,12",
      ].join("\r\n"),
    ),
    stored: ["ana@example.org", "bo@example.org", "josé@xn--exmple-cua.org", "用户@xn--fsqu00a.xn--4rr70v"],
    rejected: [6, 7, 8, 9, 10, 11, 12].map((line) => [line, "This is no email"] as [number, string]),
  },
  {
    name: "line ends of three kinds, blank lines and blank cells",
    file: text("email,name\rana@example.org,Ana\r\nbo@example.org,Bo\n\n,,\n  ,\ncy@example.org"),
    stored: ["ana@example.org", "bo@example.org", "cy@example.org"],
    rejected: [],
  },
  { name: "headings alone", file: text("email,name\n"), stored: [], rejected: [] },
];

it.each(files)("ends every row as stored or as rejected with its line and reason: $name", async (hostile) => {
  const { group } = await makeGroup();
  const row = await work(group, await bring(group, hostile.file));
  expect(await emails(group)).toEqual(hostile.stored);
  const problems = (await problemsOf(group, row)).split("\r\n").slice(0, -1);
  const rejected = problems.filter((line) => line.includes(",Not stored,"));
  expect(rejected.map((line) => Number(line.split(",")[0]))).toEqual(hostile.rejected.map(([line]) => line));
  for (const [index, [, why]] of hostile.rejected.entries()) expect(rejected[index]).toContain(why);
  const { rows, made, updated, unchanged, rejected: count } = counts(row);
  expect(made + updated + unchanged + count).toBe(rows);
  expect(count).toBe(hostile.rejected.length);
  expect(made).toBe(hostile.stored.length);
});

/** Bindings whose `n`th call that changes or reads something fails: before it has any effect, or after. */
function breaking(at: number, when: "before" | "after"): { env: Env; hasBroken: () => boolean } {
  let calls = 0;
  const guard = async <R>(act: () => Promise<R>): Promise<R> => {
    calls += 1;
    if (calls === at && when === "before") throw new Error("killed");
    const result = await act();
    if (calls === at && when === "after") throw new Error("killed");
    return result;
  };
  const watched = <B extends object>(binding: B, methods: readonly string[]): B =>
    new Proxy(binding, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        const call = (...args: unknown[]) => Reflect.apply(value, target, args);
        return methods.includes(String(name)) ? (...args: unknown[]) => guard(() => call(...args)) : call;
      },
    });
  const broken = {
    ...undriven,
    SHARD_01: watched(env.SHARD_01, ["batch"]),
    FILES: watched(env.FILES, ["get", "put"]),
  };
  return { env: broken, hasBroken: () => calls >= at };
}

const NOW = 1_790_000_000_000;

/** Three pages, with people who come twice, rows that cannot be read and tags of their own. */
function longFile(): string {
  const lines = ["email,first name,phone,joined us,tags"];
  for (let n = 0; n < PAGE_ROWS * 2 + 200; n += 1) {
    const address = n % 50 === 7 ? "nobody" : `p${n % 900}@example.org`;
    const phone = n % 30 === 3 ? "12" : n % 30 === 4 ? `514 555 0${100 + (n % 90)}` : "";
    lines.push(`${address},Name ${n},${phone},${n % 40 === 9 ? "soon" : "2024-03-1"},tag-${n % 3}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Everything an import leaves behind, but for moments and random ids. */
async function stateOf(group: Group, row: ImportRow): Promise<unknown> {
  const all = (sql: string) =>
    env.SHARD_01.prepare(sql)
      .bind(group.no)
      .all()
      .then(({ results }) => results);
  return {
    counts: { ...counts(row), noted: row.notedCount, status: row.status },
    problems: await problemsOf(group, row),
    people: await all(
      "SELECT person_no, email, phone, given_name, given_name_at, email_status, email_status_at FROM people WHERE group_no = ? ORDER BY 1",
    ),
    identities: await all("SELECT kind, value, person_no FROM identities WHERE group_no = ? ORDER BY 1, 2"),
    taggings: await all(
      "SELECT t.name, g.person_no FROM taggings g JOIN tags t USING (group_no, tag_no) WHERE g.group_no = ? ORDER BY 1, 2",
    ),
    values: await all("SELECT person_no, value, acted_at FROM field_values WHERE group_no = ? ORDER BY 1"),
    consents: await all(
      "SELECT person_no, acted_at, answer FROM consent_events WHERE group_no = ? ORDER BY 1",
    ),
    members: await all(
      "SELECT person_no, is_new, acted_at, before FROM import_people WHERE group_no = ? ORDER BY 1",
    ),
  };
}

/** The same import, killed once at a point; gives what it left, and whether it came to that point at all. */
async function run(at: number, when: "before" | "after"): Promise<{ state: unknown; hasBroken: boolean }> {
  const { group } = await makeGroup();
  const ctx = contextOf(undriven, NOW);
  const mapping = ["email", "givenName", "phone", "new:date", "tags"] as const;
  const row = await bring(group, longFile(), { mapping: [...mapping], subscribe: "all" }, ctx);
  const broken = breaking(at, when);
  // A clock that runs out after every page makes each page a turn of its own.
  let clock = NOW;
  const now = () => {
    clock += 6_000;
    return clock;
  };
  for (let turn = 0; turn < 20 && !broken.hasBroken(); turn += 1) {
    const { inMs } = await takeTurn(contextOf(broken.env, NOW), group.no, 0, now);
    if (inMs === null || inMs > 1_000_000) break;
  }
  await work(group, row, ctx);
  return { state: await stateOf(group, await again(group, row)), hasBroken: broken.hasBroken() };
}

it("ends as an undisturbed import does, wherever it is killed on the way", async () => {
  const undisturbed = await run(0, "before");
  expect(undisturbed.state).toMatchObject({
    counts: { rows: 1200, made: 882, rejected: 24, status: "finished" },
  });
  let points = 0;
  for (let at = 1; at < 30; at += 1) {
    const before = await run(at, "before");
    if (!before.hasBroken) break;
    expect(before.state).toEqual(undisturbed.state);
    const after = await run(at, "after");
    expect(after.state).toEqual(undisturbed.state);
    points += 2;
  }
  expect(points).toBeGreaterThanOrEqual(10);
}, 120_000);
