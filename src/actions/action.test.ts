import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { contextOf, makeGroup } from "../../test/groups";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { petition } from "../petitions/petition";
import {
  changeSlug,
  createDraft,
  duplicate,
  editAction,
  findAction,
  historyOf,
  listActions,
  loadAction,
} from "./action";
import { editorValues } from "./editor-values";
import { publish } from "./publication";
import type { Action } from "./types";

/** The head of a picture of that size, which is all that is read of one. */
function png(width: number, height: number): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(RED_PIXELS);
  new DataView(bytes.buffer).setUint32(16, width);
  new DataView(bytes.buffer).setUint32(20, height);
  return bytes;
}
const RED_PIXELS = Uint8Array.fromHex("89504e470d0a1a0a0000000d49484452000004b0000002760802000000");

async function makeDraft(group: Group, title = "Clean air"): Promise<Action> {
  const action = await createDraft(contextOf(), group, petition, { title, by: 1 });
  if (!action) throw new Error("no draft");
  return action;
}

const ready = { "targets.count": "1", "targets.0.name": "The mayor", ask: "Close the street." };

/** Posts the editor as a person would: everything that is in it, with some of it changed. */
function save(
  group: Group,
  action: Action,
  changes: Record<string, string>,
  options: {
    by?: number;
    fromVersion?: number;
    at?: number;
    picture?: Blob | null;
    pictureSmall?: File;
    files?: Record<string, File>;
  } = {},
) {
  const { by = 1, fromVersion = action.version, at = Date.now(), picture, pictureSmall, files } = options;
  const ticks = "comments.isAsked comments.isModerated showCount showRecent autoresponse.isOn";
  return editAction(contextOf(env, at), group, petition, action, {
    form: { ...editorValues(action), ticks, ...changes },
    fromVersion,
    by,
    picture,
    files: { ...files, ...(pictureSmall ? { pictureSmall } : {}) },
  });
}

/** How many pictures the group has stored. */
async function filesOf({ no }: Group): Promise<number> {
  return (await env.FILES.list({ prefix: `groups/${no}/` })).objects.length;
}

async function saved(result: ReturnType<typeof save>): Promise<Action> {
  const outcome = await result;
  if (outcome.outcome !== "saved") throw new Error(JSON.stringify(outcome));
  return outcome.action;
}

async function live(group: Group): Promise<Action> {
  const draft = await saved(save(group, await makeDraft(group), ready));
  const published = await publish(contextOf(), group, petition, draft, 1);
  if (published.outcome !== "published") throw new Error(published.outcome);
  return published.action;
}

describe("a draft", () => {
  it("starts with the group's consent written out, and a slug from its title", async () => {
    const { group } = await makeGroup({ name: "Riverside", settings: { optInMode: "explicit" } });
    const action = await makeDraft(group, "L’air pur, maintenant !");
    expect(action).toMatchObject({
      status: "draft",
      slug: "lair-pur-maintenant",
      version: 1,
      no: 1,
      publishedAt: null,
    });
    expect(action.settings.consent).toMatchObject({
      mode: "explicit",
      text: expect.stringContaining("Riverside"),
    });
  });

  it("takes the next free slug when others of the kind have or had the first", async () => {
    const { group } = await makeGroup();
    const slugs = await Promise.all([1, 2, 3].map(() => makeDraft(group, "Clean air")));
    expect(slugs.map(({ slug }) => slug).sort()).toEqual(["clean-air", "clean-air-2", "clean-air-3"]);
    expect(new Set(slugs.map(({ no }) => no)).size).toBe(3);
  });

  it("gets a slug also when its title has no Latin letter, or is very long", async () => {
    const { group } = await makeGroup();
    expect((await makeDraft(group, "هواء نقي")).slug).toBe("petition");
    expect((await makeDraft(group, "x".repeat(120))).slug).toHaveLength(60);
    expect((await makeDraft(group, "x".repeat(120))).slug).toMatch(/^x+-2$/);
  });

  it("is numbered and found per group", async () => {
    const [one, other] = [await makeGroup(), await makeGroup()];
    const [mine, theirs] = [await makeDraft(one.group), await makeDraft(other.group)];
    expect([mine.no, theirs.no]).toEqual([1, 1]);
    expect(await findAction(contextOf(), one.group, mine.id)).toMatchObject({ id: mine.id });
    expect(await findAction(contextOf(), one.group, theirs.id)).toBeNull();
    expect(await findAction(contextOf(), one.group, "not-an-id")).toBeNull();
  });
});

describe("the list of actions", () => {
  it("is newest first, by status, in pages that follow each other", async () => {
    const { group } = await makeGroup();
    for (const title of ["One", "Two", "Three"]) await makeDraft(group, title);
    const first = await listActions(contextOf(), group, { limit: 2 });
    expect(first.actions.map(({ title }) => title)).toEqual(["Three", "Two"]);
    const second = await listActions(contextOf(), group, { limit: 2, before: first.next ?? 0 });
    expect(second).toMatchObject({ actions: [{ title: "One" }], next: null });
    expect((await listActions(contextOf(), group, { status: "published" })).actions).toEqual([]);
  });
});

describe("saving", () => {
  it("raises the version and notes who changed what", async () => {
    const { group } = await makeGroup();
    const action = await saved(save(group, await makeDraft(group), { title: "Cleaner air" }, { by: 7 }));
    expect(action).toMatchObject({ title: "Cleaner air", version: 2 });
    const [line] = await historyOf(contextOf(), group, action);
    expect(line).toMatchObject({
      act: "edited",
      accountNo: 7,
      version: 2,
      changes: [{ field: "title", before: "Clean air", after: "Cleaner air" }],
    });
  });

  it("without a change raises nothing", async () => {
    const { group } = await makeGroup();
    const action = await saved(save(group, await makeDraft(group), ready));
    expect((await saved(save(group, action, {}))).version).toBe(action.version);
  });

  it("of one draft by one person within ten minutes is one line of the history, also when a change is taken back", async () => {
    const { group } = await makeGroup();
    const start = Date.now();
    let action = await saved(save(group, await makeDraft(group), { title: "A", ask: "One" }, { at: start }));
    action = await saved(save(group, action, { title: "B" }, { at: start + 60_000 }));
    action = await saved(save(group, action, { title: "Clean air" }, { at: start + 120_000 }));
    expect(action.version).toBe(4);
    const lines = await historyOf(contextOf(), group, action);
    expect(lines.map(({ version, act, changes }) => [version, act, changes])).toEqual([
      [4, "edited", [{ field: "ask", before: "", after: "One" }]],
      [1, "created", []],
    ]);
    action = await saved(save(group, action, { title: "C" }, { at: start + 180_000, by: 2 }));
    action = await saved(save(group, action, { title: "D" }, { at: start + 3_600_000, by: 2 }));
    expect((await historyOf(contextOf(), group, action)).map(({ version }) => version)).toEqual([6, 5, 4, 1]);
  });

  it("from a version that is no longer the newest saves nothing and shows where the two differ", async () => {
    const { group } = await makeGroup();
    const draft = await makeDraft(group);
    await saved(save(group, draft, { title: "Theirs" }, { by: 2 }));
    const current = await findAction(contextOf(), group, draft.id);
    if (!current) throw new Error("gone");
    const outcome = await save(group, current, { title: "Mine" }, { fromVersion: draft.version });
    expect(outcome).toMatchObject({
      outcome: "conflict",
      current: { title: "Theirs" },
      yours: [{ field: "title", before: "Theirs", after: "Mine" }],
    });
    expect(await findAction(contextOf(), group, draft.id)).toMatchObject({ title: "Theirs", version: 2 });
  });

  it("by two people at the same moment lets one of them through", async () => {
    const { group } = await makeGroup();
    const draft = await makeDraft(group);
    const outcomes = await Promise.all(
      [1, 2, 3].map((by) => save(group, draft, { title: `By ${by}` }, { by })),
    );
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(["conflict", "conflict", "saved"]);
    const now = await findAction(contextOf(), group, draft.id);
    expect(now?.version).toBe(2);
    expect(await historyOf(contextOf(), group, draft)).toHaveLength(2);
  });

  it("stores a picture with its size and what it shows, and takes it away again", async () => {
    const { group } = await makeGroup();
    const picture = new Blob([RED_PIXELS]);
    let action = await saved(
      save(group, await makeDraft(group), { "image.alt": "A school gate" }, { picture }),
    );
    expect(action.settings.image).toMatchObject({ alt: "A school gate", width: 1_200, height: 630 });
    action = await saved(save(group, action, { "image.alt": "The gate" }));
    expect(action.settings.image).toMatchObject({ alt: "The gate", width: 1_200 });
    expect((await saved(save(group, action, {}, { picture: null }))).settings.image).toBeNull();
  });

  it("keeps a smaller one of the same shape beside a picture, and nothing else that is sent in its place", async () => {
    const { group } = await makeGroup();
    const picture = new Blob([RED_PIXELS]);
    const half = new File([png(600, 315)], "half.png");
    const action = await saved(save(group, await makeDraft(group), {}, { picture, pictureSmall: half }));
    expect(action.settings.image?.small).toMatchObject({ width: 600, height: 315 });
    for (const wrong of [
      png(600, 600),
      png(1_200, 630),
      png(1_600, 840),
      new TextEncoder().encode("<svg/>"),
      png(0, 0),
    ]) {
      const other = await saved(
        save(group, await makeDraft(group), {}, { picture, pictureSmall: new File([wrong], "half.png") }),
      );
      expect(other.settings.image).toMatchObject({ width: 1_200 });
      expect(other.settings.image?.small).toBeUndefined();
    }
    // Each time the large one alone, and the pair once.
    expect(await filesOf(group)).toBe(2 + 5);
  });

  it("stores neither the text nor the picture when either is refused", async () => {
    const { group } = await makeGroup();
    const draft = await makeDraft(group);
    expect(await save(group, draft, { title: "" }, { picture: new Blob([RED_PIXELS]) })).toMatchObject({
      outcome: "invalid",
    });
    expect(await save(group, draft, { title: "New" }, { picture: new Blob(["<svg/>"]) })).toMatchObject({
      outcome: "invalid",
      problems: { picture: { key: "actions.problems.notAnImage" } },
    });
    const pair = { picture: new Blob([RED_PIXELS]), pictureSmall: new File([png(600, 315)], "half.png") };
    const shared = {
      "share.variants.0.letter": "a",
      "share.variants.0.label": "A",
      "share.variants.0.text": "Sign!",
      "share.variants.count": "1",
    };
    const files = { "share.variants.0.picture": new File(["<svg/>"], "no.svg") };
    expect(await save(group, draft, shared, { ...pair, files })).toMatchObject({
      outcome: "invalid",
      problems: { "share.variants.0.picture": { key: "actions.problems.notAnImage" } },
    });
    expect(await filesOf(group)).toBe(0);
    expect(await findAction(contextOf(), group, draft.id)).toMatchObject({ title: "Clean air", version: 1 });
  });

  it("stores one picture when two people change it at the same moment", async () => {
    const { group } = await makeGroup();
    const draft = await makeDraft(group);
    const outcomes = await Promise.all(
      [1, 2].map(() => save(group, draft, {}, { picture: new Blob([RED_PIXELS]) })),
    );
    expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual(["conflict", "saved"]);
    expect(await filesOf(group)).toBe(1);
  });
});

describe("the address of an action", () => {
  it("once public, goes on leading to it after it changed, and no other action can take it", async () => {
    const { group } = await makeGroup();
    const action = await live(group);
    const moved = await changeSlug(contextOf(), group, action, "blue-sky", 1);
    expect(moved).toMatchObject({ outcome: "moved", action: { slug: "blue-sky" } });
    const db = dbFor(env, group);
    expect(await loadAction(db, petition, "clean-air")).toMatchObject({ id: action.id, slug: "blue-sky" });
    expect((await makeDraft(group, "Clean air")).slug).toBe("clean-air-2");
    const other = await makeDraft(group, "Other");
    expect(await changeSlug(contextOf(), group, other, "clean-air", 1)).toEqual({
      outcome: "refused",
      reason: "actions.problems.slugTaken",
    });
    expect(await save(group, other, { slug: "blue-sky" })).toMatchObject({
      outcome: "invalid",
      problems: { slug: { key: "actions.problems.slugTaken" } },
    });
  });

  it("can go back to one it had", async () => {
    const { group } = await makeGroup();
    const action = await live(group);
    const moved = await saved(save(group, action, { slug: "blue-sky" }));
    expect((await saved(save(group, moved, { slug: "clean-air" }))).slug).toBe("clean-air");
  });

  it("of a draft is free again when it changed, since nobody saw it", async () => {
    const { group } = await makeGroup();
    const draft = await saved(save(group, await makeDraft(group), { slug: "blue-sky" }));
    expect(draft.slug).toBe("blue-sky");
    expect(await loadAction(dbFor(env, group), petition, "clean-air")).toBeNull();
    expect((await makeDraft(group)).slug).toBe("clean-air");
  });

  it("is not claimed by a save that lost", async () => {
    const { group } = await makeGroup();
    const draft = await makeDraft(group);
    await saved(save(group, draft, { title: "Theirs" }));
    expect(await save(group, draft, { slug: "blue-sky" }, { fromVersion: 1 })).toMatchObject({
      outcome: "conflict",
    });
    expect(await loadAction(dbFor(env, group), petition, "blue-sky")).toBeNull();
  });

  it("is refused when it is no slug", async () => {
    const { group } = await makeGroup();
    const draft = await makeDraft(group);
    for (const slug of ["", "Clean", "clean air", "-x", "x".repeat(61), "../x", "é"]) {
      expect(await changeSlug(contextOf(), group, draft, slug, 1)).toEqual({
        outcome: "refused",
        reason: "actions.problems.slug",
      });
    }
  });
});

describe("a copy", () => {
  it("is a draft with all the settings, its own address and no history but its own", async () => {
    const { group } = await makeGroup();
    const action = await live(group);
    const copy = await duplicate(contextOf(), group, {}, action, 9);
    expect(copy).toMatchObject({
      status: "draft",
      title: "Clean air (copy)",
      slug: "clean-air-copy",
      settings: action.settings,
      publishedAt: null,
      createdBy: 9,
    });
    if (copy)
      expect((await historyOf(contextOf(), group, copy)).map(({ act }) => act)).toEqual(["duplicated"]);
  });

  it("of the longest title still has one that fits", async () => {
    const { group } = await makeGroup();
    const copy = await duplicate(contextOf(), group, {}, await makeDraft(group, "x".repeat(120)), 1);
    expect(copy?.title).toHaveLength(120);
    expect(copy?.title).toMatch(/ \(copy\)$/);
  });
});
