import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { contextOf } from "../../test/groups";
import { makeOrganisers } from "../../test/organisers";
import { makePetition } from "../../test/petitions";
import { unzip } from "../../test/unzip";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { newId } from "../platform/ids";
import { translator } from "../ui/i18n";
import { archiveSource } from "./archive";
import { fileLink } from "./link";
import { exportsOf } from "./objects";
import { streamOf } from "./source";
import { listExports } from "./store";
import { nounsOf } from "./store-archive";
import { closeEntry, emptyZip, endOfZip, moreOfEntry, openEntry, wholeEntry } from "./zip";

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const rowsIn = (bytes: Uint8Array | undefined): Record<string, unknown>[] =>
  text(bytes)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

const hex = () => newId().replaceAll("-", "");

/** A group with a little of everything that an archive must not lose or mix up. */
async function fill(group: Group, mark: string): Promise<{ actionId: string }> {
  const action = await makePetition(group, { title: `Petition ${mark}` });
  const { d1, groupNo } = dbFor(env, group);
  const people = Array.from({ length: 30 }, (_, index) => index + 1);
  await d1.batch([
    ...people.flatMap((no) => [
      d1
        .prepare(
          `INSERT INTO people (group_no, person_no, id, email, given_name, email_status, created_at) VALUES (?, ?, unhex(?), ?, ?, 1, 5)`,
        )
        .bind(groupNo, no, hex(), `${mark}${no}@x.example`, `${mark} "${no}"\n=1`),
      d1.prepare("INSERT INTO identities VALUES (?, 1, ?, ?, 5)").bind(groupNo, `${mark}${no}@x.example`, no),
      d1
        .prepare(
          `INSERT INTO participations (group_no, person_no, action_no, nth, id, acted_at, revised_at, answer, is_named, removal_no)
           VALUES (?, ?, ?, 0, unhex(?), 5, 5, ?, 1, ?)`,
        )
        .bind(
          groupNo,
          no,
          action.no,
          hex(),
          JSON.stringify({ givenName: mark, answers: { q: ["a", "b"] } }),
          no === 30 ? 1 : 0,
        ),
    ]),
    d1
      .prepare("INSERT INTO consent_wordings VALUES (?, x'0102030405060708', 'unticked', 'en', ?, 1)")
      .bind(groupNo, mark),
    d1
      .prepare(
        "INSERT INTO removals (group_no, action_no, removal_no, cause, criteria, participation_count, removed_at) VALUES (?, ?, 1, 'organiser', '{}', 1, 5)",
      )
      .bind(groupNo, action.no),
  ]);
  await env.FILES.put(`groups/${group.no}/images/${mark}.png`, new Uint8Array([1, 2, 3]));
  await env.FILES.put(`groups/${group.no}/targets/${mark}.csv`, new Uint8Array(5 * 1024 * 1024).fill(65));
  return { actionId: action.id };
}

describe("everything a group owns", () => {
  it("is in its archive, as many as the database has, and nothing of another group of the same shard", async () => {
    const team = await makeOrganisers();
    const other = (await makeOrganisers()).group;
    await env.DIRECTORY.prepare("UPDATE groups SET shard = ? WHERE group_no = ?")
      .bind(team.group.shard, other.no)
      .run();
    const { actionId } = await fill(team.group, "mine");
    const foreign = await fill({ ...other, shard: team.group.shard }, "theirs");
    const response = await team.owner.post(`${team.base}/exports/group`);
    expect(response.headers.get("Location")).toBe(`${team.base}/exports?done=started`);
    const db = dbFor(env, team.group);
    const stub = exportsOf(env, team.group);
    for (let turn = 0; turn < 20 && (await stub.open()).length > 0; turn += 1)
      await runDurableObjectAlarm(stub);
    const [row] = await listExports(db, 1);
    if (row?.state !== "ready") throw new Error(`the archive is ${row?.state}`);
    const link = await fileLink(contextOf(), team.group, row.id, 60);
    expect((await team.administrator.get(link)).status).toBe(403);
    const file = await team.owner.get(link);
    expect(file.headers.get("Content-Disposition")).toMatch(/\.zip"$/);
    const files = await unzip(new Uint8Array(await file.arrayBuffer()));

    const manifest = JSON.parse(text(files.get("manifest.json")));
    expect(manifest).toMatchObject({
      format: "groundswell-group",
      version: 1,
      group: { slug: team.group.slug },
    });
    expect(manifest.files).toEqual({ count: 2, leftOut: 0 });
    for (const noun of await nounsOf(db)) {
      const stored = await db.d1
        .prepare(`SELECT count(*) AS n FROM "${noun.table}" WHERE group_no = ?`)
        .bind(db.groupNo)
        .first<number>("n");
      const listed = manifest.nouns.find(({ name }: { name: string }) => name === noun.table);
      const read = listed.files.flatMap((name: string) => rowsIn(files.get(name)));
      expect([noun.table, listed.rows, read.length]).toEqual([noun.table, stored, stored]);
    }
    expect(rowsIn(files.get("data/members.jsonl"))).toHaveLength(3);
    expect(rowsIn(files.get("data/history.jsonl")).map(({ act }) => act)).toContain("group.exported");
    const [person] = rowsIn(files.get("data/people.jsonl"));
    expect(person).toMatchObject({
      personNo: 1,
      email: "mine1@x.example",
      givenName: 'mine "1"\n=1',
      emailStatus: 1,
      phone: null,
    });
    const [signature] = rowsIn(files.get("data/participations.jsonl"));
    expect(signature).toMatchObject({
      personNo: 1,
      answer: { givenName: "mine", answers: { q: ["a", "b"] } },
    });
    expect(rowsIn(files.get("data/actions.jsonl"))[0]).toMatchObject({
      id: actionId,
      title: "Petition mine",
    });
    expect(rowsIn(files.get("data/consent_wordings.jsonl"))[0]).toMatchObject({
      hash: "0102030405060708",
      wording: "mine",
    });
    expect(files.get("files/images/mine.png")).toEqual(new Uint8Array([1, 2, 3]));
    expect(files.get("files/targets/mine.csv")?.length).toBe(5 * 1024 * 1024);
    expect(text(files.get("README.txt"))).toContain("Clean Air Now");

    const everything = [...files].map(([name, bytes]) => name + text(bytes)).join("\n");
    expect(everything).not.toContain("theirs");
    expect(everything).not.toContain(foreign.actionId);
    expect(everything).not.toContain(other.slug);
  });

  it("is the owners' alone", async () => {
    const team = await makeOrganisers();
    expect((await team.administrator.get(`${team.base}/exports/group`)).status).toBe(403);
    expect((await team.administrator.post(`${team.base}/exports/group`)).status).toBe(403);
    expect(await (await team.administrator.get(`${team.base}/exports`)).text()).not.toContain(
      "/exports/group",
    );
    expect(await (await team.owner.get(`${team.base}/exports`)).text()).toContain("/exports/group");
  });

  it("goes on in any other process from what the last step said, and gives the same archive", async () => {
    const team = await makeOrganisers();
    await fill(team.group, "again");
    const ctx = contextOf();
    const t = translator("en");
    const whole = new Uint8Array(
      await new Response(streamOf(archiveSource(ctx, team.group, t))).arrayBuffer(),
    );
    const pieces: Uint8Array[] = [];
    let cursor: string | null = null;
    do {
      const piece = await archiveSource(ctx, team.group, t).read(cursor);
      pieces.push(piece.bytes);
      cursor = piece.next;
    } while (cursor !== null);
    expect(new Uint8Array(await new Blob(pieces).arrayBuffer())).toEqual(whole);
  });
});

describe("an archive", () => {
  it("holds files given whole and in pieces, with names in any script", async () => {
    const first = await wholeEntry(emptyZip, "données/ملف.txt", new TextEncoder().encode("a".repeat(1_000)));
    const opened = openEntry(first.zip, "large.bin", 5);
    const one = moreOfEntry(opened.zip, new Uint8Array([1, 2]));
    const two = moreOfEntry(one.zip, new Uint8Array([3]));
    const closed = closeEntry(two.zip);
    const bytes = [first, opened, one, two, closed].map((step) => step.bytes);
    const files = await unzip(new Uint8Array(await new Blob([...bytes, endOfZip(closed.zip)]).arrayBuffer()));
    expect(text(files.get("données/ملف.txt"))).toBe("a".repeat(1_000));
    expect(files.get("large.bin")).toEqual(new Uint8Array([1, 2, 3]));
    expect(first.bytes.length).toBeLessThan(200);
  });

  it("beyond 4 GiB says so where readers look for it", () => {
    const far = 5 * 2 ** 30;
    const end = endOfZip({ offset: far + 10, entries: [["far.bin", 0, 0, 1, far, far, 3]], open: null });
    const view = new DataView(end.buffer);
    expect(view.getBigUint64(46 + 7 + 4, true)).toBe(BigInt(far));
    const at = 46 + 7 + 28;
    expect(view.getUint32(at, true)).toBe(0x06064b50);
    expect(view.getBigUint64(at + 48, true)).toBe(BigInt(far + 10));
    expect(view.getUint32(at + 56, true)).toBe(0x07064b50);
    expect(view.getUint32(end.length - 22 + 16, true)).toBe(0xffffffff);
  });
});
