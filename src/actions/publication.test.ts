import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { changeGroup, contextOf, makeGroup, settled } from "../../test/groups";
import { changePetition, makePetition } from "../../test/petitions";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { petition } from "../petitions/petition";
import { newId } from "../platform/ids";
import { changeSlug, editAction } from "./action";
import { consentHash } from "./consent";
import { previewToken, readPreviewToken } from "./preview";
import {
  close,
  limitAction,
  publish,
  refreshPage,
  reopen,
  type StoredSnapshot,
  snapshotKey,
  writeSnapshot,
} from "./publication";
import { actionByNo } from "./store";
import type { Action } from "./types";

const stored = (group: Group, slug: string) =>
  env.SITES.get<StoredSnapshot>(snapshotKey(group.no, "petition", slug), "json");

async function now(group: Group, { no }: Action): Promise<Action> {
  const action = await actionByNo(dbFor(env, group), no);
  if (!action) throw new Error("gone");
  return action;
}

const acts = async (group: Group) =>
  (
    await env.DIRECTORY.prepare("SELECT act, account_no FROM audit_log WHERE group_no = ? ORDER BY audit_no")
      .bind(group.no)
      .all()
  ).results;

describe("publishing", () => {
  it("makes the page: a snapshot with all a visit needs, and nothing an organiser keeps to himself", async () => {
    const { group } = await makeGroup();
    const draft = await makePetition(group, {
      status: "draft",
      settings: { tags: ["air", "schools"], descriptionSource: "secret source" },
    });
    expect(await stored(group, draft.slug)).toBeNull();
    const published = await publish(contextOf(), group, petition, await now(group, draft), 5);
    expect(published).toMatchObject({ outcome: "published", action: { status: "published" } });
    const snapshot = await stored(group, draft.slug);
    expect(snapshot).toMatchObject({
      action: { title: draft.title, status: "published", isLimited: false },
      comments: [],
    });
    expect(snapshot?.tagNos).toHaveLength(2);
    expect(JSON.stringify(snapshot)).not.toContain("secret source");
    expect(await acts(group)).toEqual([{ act: "action.published", account_no: 5 }]);
  });

  it("keeps the consent wording under its hash, so that each answer points at what was asked", async () => {
    const { group } = await makeGroup();
    const action = await makePetition(group, {
      settings: { consent: { mode: "explicit", text: "May we write to you?" } },
    });
    const hash = await consentHash(action);
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    const { results } = await dbFor(env, group)
      .d1.prepare("SELECT hex(hash) AS hash, mode, wording FROM consent_wordings WHERE group_no = ?")
      .bind(group.no)
      .all();
    expect(results).toContainEqual({
      hash: hash.toUpperCase(),
      mode: "explicit",
      wording: "May we write to you?",
    });
    expect((await stored(group, action.slug))?.consentHash).toBe(hash);
  });

  it("makes each tag once, whoever publishes at the same moment", async () => {
    const { group } = await makeGroup();
    const settings = { tags: ["air", "schools", 'it\'s "quoted" 💨'] };
    const drafts = await Promise.all([1, 2, 3].map(() => makePetition(group, { settings })));
    const { results } = await dbFor(env, group)
      .d1.prepare("SELECT tag_no, name FROM tags WHERE group_no = ?")
      .bind(group.no)
      .all();
    expect(results.map(({ name }) => name).sort()).toEqual(["air", "its-quoted", "schools"]);
    expect(new Set(results.map(({ tag_no }) => tag_no)).size).toBe(3);
    for (const { slug } of drafts) expect((await stored(group, slug))?.tagNos).toHaveLength(3);
  });

  it("is refused in words while something is missing", async () => {
    const { group } = await makeGroup();
    const draft = await makePetition(group, { status: "draft", settings: { targets: [], ask: " " } });
    expect(await publish(contextOf(), group, petition, draft, 1)).toEqual({
      outcome: "refused",
      reasons: ["petitions.reasons.noTarget", "petitions.reasons.noAsk"],
    });
    expect(await stored(group, draft.slug)).toBeNull();
  });

  it("is refused while operators hold the group or the action", async () => {
    const { group } = await makeGroup({ status: "limited" });
    const draft = await makePetition(group, { status: "draft", limitedAt: 1 });
    expect(await publish(contextOf(), group, petition, draft, 1)).toEqual({
      outcome: "refused",
      reasons: ["actions.reasons.groupStopped", "actions.reasons.actionStopped"],
    });
  });

  it("of what somebody changed meanwhile does nothing", async () => {
    const { group } = await makeGroup();
    const draft = await makePetition(group, { status: "draft" });
    await changePetition(group, draft.no, { version: 9 });
    expect(await publish(contextOf(), group, petition, draft, 1)).toEqual({ outcome: "conflict" });
    expect(await now(group, draft)).toMatchObject({ status: "draft" });
  });

  it("twice is publishing once", async () => {
    const { group } = await makeGroup();
    const action = await makePetition(group);
    const again = await publish(contextOf(), group, petition, action, 1);
    expect(again).toMatchObject({ outcome: "published", action: { version: action.version } });
  });
});

describe("an edit of what is live", () => {
  it("changes the page at once, with a newer version, and keeps the new wording and tags first", async () => {
    const { group } = await makeGroup();
    const action = await makePetition(group);
    const before = await stored(group, action.slug);
    const form = { title: "Cleaner air", "consent.text": "Another sentence.", tags: "new tag" };
    await editAction(contextOf(), group, petition, action, { form, fromVersion: action.version, by: 1 });
    const after = await stored(group, action.slug);
    expect(after).toMatchObject({ action: { title: "Cleaner air" }, consentText: "Another sentence." });
    expect(after?.version).toBeGreaterThan(before?.version ?? 0);
    expect(after?.tagNos).toHaveLength(1);
    expect(after?.consentHash).not.toBe(before?.consentHash);
  });

  it("that moves it leaves at the old address a snapshot that names the new one", async () => {
    const { group } = await makeGroup();
    const action = await makePetition(group);
    await changeSlug(contextOf(), group, action, "blue-sky", 1);
    expect((await stored(group, action.slug))?.action.slug).toBe("blue-sky");
    expect((await stored(group, "blue-sky"))?.action.slug).toBe("blue-sky");
  });

  it("whose page cannot be written is saved, and the page follows a moment later", async () => {
    const { group } = await makeGroup();
    const action = await makePetition(group);
    let refusals = 1;
    const SITES = new Proxy(env.SITES, {
      get: (kv, name) =>
        name === "put" && refusals-- > 0
          ? () => Promise.reject(new Error("429"))
          : Reflect.get(kv, name).bind(kv),
    });
    const ctx = contextOf({ ...env, SITES });
    const saved = await editAction(ctx, group, petition, action, {
      form: { title: "Late" },
      fromVersion: action.version,
      by: 1,
    });
    expect(saved).toMatchObject({ outcome: "saved" });
    await settled();
    expect((await stored(group, action.slug))?.action.title).toBe("Late");
  });
});

describe("closing and opening again", () => {
  const home = () => {
    const told: string[] = [];
    return { told, close: async () => told.push("close"), reopen: async () => told.push("reopen") };
  };

  it("tells the page and the objects that count, and can be undone", async () => {
    const { group } = await makeGroup();
    const action = await makePetition(group);
    const objects = home();
    const closed = await close(contextOf(), group, action, 3, objects);
    expect(closed).toMatchObject({ status: "closed", closedAt: expect.any(Number) });
    expect((await stored(group, action.slug))?.action.status).toBe("closed");
    const opened = await reopen(contextOf(), group, petition, await now(group, action), 3, objects);
    expect(opened).toMatchObject({ outcome: "published", action: { status: "published", closedAt: null } });
    expect((await stored(group, action.slug))?.action.status).toBe("published");
    expect(objects.told).toEqual(["close", "reopen"]);
    expect((await acts(group)).map(({ act }) => act)).toEqual(["action.closed", "action.reopened"]);
  });

  it("keeps the first day of publication", async () => {
    const { group } = await makeGroup();
    const action = await makePetition(group);
    await close(contextOf(), group, action, 3, home());
    await reopen(contextOf(), group, petition, await now(group, action), 3, home());
    expect((await now(group, action)).publishedAt).toBe(action.publishedAt);
  });

  it("is done also when the objects are away, which then hear of it later", async () => {
    const { group } = await makeGroup();
    const action = await makePetition(group);
    let tries = 0;
    const away = {
      close: async () => (tries++ === 0 ? Promise.reject(new Error("away")) : undefined),
      reopen: async () => undefined,
    };
    expect(await close(contextOf(), group, action, 3, away)).toMatchObject({ status: "closed" });
    await settled();
    expect(tries).toBe(2);
  });

  it("again tells the objects again and changes nothing else", async () => {
    const { group } = await makeGroup();
    const action = await makePetition(group);
    const objects = home();
    await close(contextOf(), group, action, 3, objects);
    const closed = await now(group, action);
    await close(contextOf(), group, closed, 3, objects);
    expect((await now(group, action)).version).toBe(closed.version);
    expect(objects.told).toEqual(["close", "close"]);
  });
});

describe("an operator's brake", () => {
  it("shows on the page at once and comes off again; the history names no member", async () => {
    const { group } = await makeGroup();
    const action = await makePetition(group);
    await limitAction(contextOf(), group, action.no, true);
    expect((await stored(group, action.slug))?.action.isLimited).toBe(true);
    await limitAction(contextOf(), group, action.no, true);
    await limitAction(contextOf(), group, action.no, false);
    expect((await stored(group, action.slug))?.action.isLimited).toBe(false);
    const { results } = await dbFor(env, group)
      .d1.prepare("SELECT act, account_no FROM action_edits WHERE group_no = ? ORDER BY version")
      .bind(group.no)
      .all();
    expect(results.slice(1)).toEqual([
      { act: "limited", account_no: 0 },
      { act: "released", account_no: 0 },
    ]);
  });

  it("on an action that does not exist is an error", async () => {
    const { group } = await makeGroup();
    await expect(limitAction(contextOf(), group, 99, true)).rejects.toThrow("no action 99");
  });
});

describe("a snapshot", () => {
  it("holds the newest approved comments of those counted, with no more of their authors than the public may see", async () => {
    const { group } = await makeGroup();
    const action = await makePetition(group);
    const d1 = dbFor(env, group).d1;
    const answer = JSON.stringify({
      givenName: "Amina",
      familyName: "Sow",
      locality: "Toronto",
      postalCode: "M4M 2T1",
    });
    const insert = (personNo: number, status: number, removalNo: number, isNamed: number) =>
      d1
        .prepare(
          `INSERT INTO participations (group_no, person_no, action_no, nth, id, acted_at, revised_at, answer, comment, comment_status, is_named, removal_no)
           VALUES (?, ?, ?, 0, unhex(?), 1, 1, ?, ?, ?, ?, ?)`,
        )
        .bind(
          group.no,
          personNo,
          action.no,
          newId().replaceAll("-", ""),
          answer,
          `Comment ${personNo}`,
          status,
          isNamed,
          removalNo,
        );
    await d1.batch([
      insert(1, 2, 0, 1),
      insert(2, 1, 0, 1),
      insert(3, 3, 0, 1),
      insert(4, 2, 8, 1),
      insert(5, 2, 0, 0),
    ]);
    const before = await stored(group, action.slug);
    await refreshPage(contextOf(), group, action);
    const after = await stored(group, action.slug);
    expect(after?.comments).toEqual([
      { name: "", place: "Toronto", at: expect.any(Number), comment: "Comment 5" },
      { name: "Amina S.", place: "Toronto", at: expect.any(Number), comment: "Comment 1" },
    ]);
    expect(after?.version).toBeGreaterThan(before?.version ?? 0);
    expect(JSON.stringify(after)).not.toContain("M4M");
    expect((await now(group, action)).version).toBe(action.version);
  });

  it("is not written for a draft", async () => {
    const { group } = await makeGroup();
    const draft = await makePetition(group, { status: "draft" });
    await writeSnapshot(contextOf(), dbFor(env, group), draft.no);
    expect(await stored(group, draft.slug)).toBeNull();
  });

  it("written by several at once ends as the newest of them", async () => {
    const { group } = await makeGroup();
    const action = await makePetition(group);
    await Promise.all(Array.from({ length: 5 }, () => refreshPage(contextOf(), group, action)));
    expect((await stored(group, action.slug))?.version).toBe((await now(group, action)).pageVersion);
  });

  it("of a group is not found under another's number", async () => {
    const [one, other] = [await makeGroup(), await makeGroup()];
    const action = await makePetition(one.group);
    expect(await stored(other.group, action.slug)).toBeNull();
    await changeGroup(other.group, { name: "Other" });
  });
});

describe("a preview link", () => {
  it("opens one action for seven days, and nothing else", async () => {
    const { group } = await makeGroup();
    const action = await makePetition(group, { status: "draft" });
    const at = Date.now();
    const token = await previewToken(contextOf(env, at), action);
    expect(await readPreviewToken(contextOf(env, at), token)).toEqual({
      groupNo: group.no,
      actionId: action.id,
    });
    expect(await readPreviewToken(contextOf(env, at + 6 * 86_400_000), token)).not.toBeNull();
    expect(await readPreviewToken(contextOf(env, at + 8 * 86_400_000), token)).toBeNull();
    expect(await readPreviewToken(contextOf(env, at), `${token}x`)).toBeNull();
    expect(await readPreviewToken(contextOf(env, at), "")).toBeNull();
  });
});
