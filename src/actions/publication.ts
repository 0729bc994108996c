import { recordAct } from "../groups/audit";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { makeTags, tagNosOf } from "../people/tag";
import { keepWording } from "../people/wording";
import type { Context } from "../platform/context";
import type { Key } from "../ui/i18n";
import { consentHash } from "./consent";
import { forgetCount } from "./count";
import { rememberServed } from "./served";
import { actionByNo, raisePageVersion, saveAction, saveExtra, slugsOf } from "./store";
import { shownComments } from "./store-answers";
import { siblingsOf } from "./store-translations";
import type { Action, ActionSnapshot, EditAct, Kind, Translation } from "./types";

/** A snapshot as `SITES` holds it: the group is kept once for its host, so that a change of the group is one write. */
export type StoredSnapshot = Omit<ActionSnapshot, "group">;

/** Where an action's snapshot lies in `SITES`. An old slug holds it too; `action.slug` inside says where it is now. */
export function snapshotKey(groupNo: number, kind: string, slug: string): string {
  return `action/${groupNo}/${kind}/${slug}`;
}

/** All that serving the action needs, from D1 as it is now. For a draft it is what the preview shows. */
export async function buildSnapshot(_ctx: Context, db: GroupDb, action: Action): Promise<StoredSnapshot> {
  const [translations, comments, tagNos, hash] = await Promise.all([
    translationsShown(db, action),
    shownComments(db, action.no),
    tagNosOf(db, action.settings.tags),
    consentHash(action),
  ]);
  const { no, id, kind, slug, status, title, locale, settings, publishedAt, closedAt, limitedAt, extra } =
    action;
  return {
    version: action.pageVersion,
    action: {
      no,
      id,
      kind,
      slug,
      status,
      title,
      locale,
      // The source is the organiser's; the page needs only what was made of it.
      settings: { ...settings, descriptionSource: "" },
      publishedAt,
      closedAt,
      isLimited: limitedAt !== null,
    },
    tagNos,
    consentHash: hash,
    consentText: settings.consent.text,
    comments,
    extra: extra ?? undefined,
    ...(translations.length > 0 ? { translations } : {}),
  };
}

/** A language changed after linking may be there twice: the oldest action speaks it. */
async function translationsShown(db: GroupDb, action: Action): Promise<Translation[]> {
  const spoken = new Set([action.locale]);
  return (await siblingsOf(db, action.no)).flatMap(({ no, id, slug, locale, status, limitedAt }) => {
    if (status === "draft" || limitedAt !== null || spoken.has(locale)) return [];
    spoken.add(locale);
    return [{ no, id, slug, locale }];
  });
}

/** Two writers may overtake each other; the loser of a race sees a newer version in D1 and writes once more. */
const WRITES_MAX = 3;

/**
 * Brings `SITES` up to date with D1 under every slug the action has or had. Does nothing for a draft, which has no page.
 * Throws when KV refuses the write: the old page then stays until the next one.
 */
export async function writeSnapshot(ctx: Context, db: GroupDb, actionNo: number): Promise<void> {
  let written = 0;
  for (let attempt = 0; attempt < WRITES_MAX; attempt += 1) {
    const action = await actionByNo(db, actionNo);
    if (!action || action.status === "draft" || action.pageVersion === written) return;
    const [snapshot, slugs] = await Promise.all([buildSnapshot(ctx, db, action), slugsOf(db, action.no)]);
    const text = JSON.stringify(snapshot);
    await Promise.all(
      slugs.map((slug) => ctx.env.SITES.put(snapshotKey(db.groupNo, action.kind, slug), text)),
    );
    for (const slug of slugs) rememberServed(db.groupNo, action.kind, slug, snapshot, ctx.now);
    written = action.pageVersion;
  }
}

/** KV takes one write a second of one key (Cloudflare's docs, KV). */
const RETRY_AFTER_MS = 1_500;

/**
 * Brings the action's page up to date, and those of its translations, which lead to it. What D1 holds is saved; a page that
 * could not follow at once follows a moment later.
 */
export async function updatePage(ctx: Context, db: GroupDb, actionNo: number): Promise<void> {
  await writeNowOrSoon(ctx, db, actionNo);
  const siblings = await siblingsOf(db, actionNo);
  await refreshPages(
    ctx,
    db,
    siblings.map(({ no }) => no),
  );
}

/** Makes the pages of some actions again after something around them changed. */
export async function refreshPages(ctx: Context, db: GroupDb, actionNos: readonly number[]): Promise<void> {
  for (const no of actionNos) {
    await raisePageVersion(db, no);
    await writeNowOrSoon(ctx, db, no);
  }
}

async function writeNowOrSoon(ctx: Context, db: GroupDb, actionNo: number): Promise<void> {
  try {
    await writeSnapshot(ctx, db, actionNo);
  } catch (error) {
    ctx.log.error("snapshot.write", error, { groupNo: db.groupNo, actionNo });
    ctx.later(scheduler.wait(RETRY_AFTER_MS).then(() => writeSnapshot(ctx, db, actionNo)));
  }
}

/** Makes the public page again after something it shows changed beside the action itself: its comments. */
export async function refreshPage(
  ctx: Context,
  group: Group,
  { no, id }: Pick<Action, "no" | "id">,
): Promise<void> {
  const db = dbFor(ctx.env, group);
  // The latest signers kept with the count may be just what must not be shown any more.
  forgetCount(id);
  await raisePageVersion(db, no);
  await updatePage(ctx, db, no);
}

/** What the kind looks up for serving, as it is now; null for a kind that needs nothing. */
export async function extraOf(
  ctx: Context,
  group: Group,
  kind: Pick<Kind, "extra">,
  action: Action,
): Promise<unknown> {
  return kind.extra ? kind.extra(ctx, dbFor(ctx.env, group), action) : null;
}

/** Looks up again what the kind needs for serving, after it changed beside the action itself, and makes the page again. */
export async function refreshExtra(
  ctx: Context,
  group: Group,
  kind: Pick<Kind, "extra">,
  action: Action,
): Promise<void> {
  const db = dbFor(ctx.env, group);
  await saveExtra(db, action.no, await extraOf(ctx, group, kind, action));
  await updatePage(ctx, db, action.no);
}

/** Why an action may not be published now; empty when it may. */
export function reasonsNotToPublish(
  kind: Pick<Kind, "reasonsNotToPublish">,
  group: Pick<Group, "status">,
  action: Action,
  now: number,
): Key[] {
  const reasons: Key[] = [];
  if (group.status !== "active") reasons.push("actions.reasons.groupStopped");
  if (action.limitedAt !== null) reasons.push("actions.reasons.actionStopped");
  return [...reasons, ...kind.reasonsNotToPublish(action, now)];
}

/** What must be in D1 before anybody can answer the page: the wording they consent to, and the tags they get. */
export async function prepareAnswers(
  ctx: Context,
  db: GroupDb,
  action: Pick<Action, "locale" | "settings">,
): Promise<void> {
  const { mode, text } = action.settings.consent;
  const hash = await consentHash(action);
  await Promise.all([
    keepWording(db, { hash, mode, locale: action.locale, text }, ctx.now),
    makeTags(db, action.settings.tags, ctx.now),
  ]);
}

export type Published =
  | { outcome: "published"; action: Action }
  | { outcome: "refused"; reasons: Key[] }
  | { outcome: "conflict" };

/** Makes the action's page public, or open again after closing. `conflict`: it is not the version the caller looked at. */
export async function publish(
  ctx: Context,
  group: Group,
  kind: Kind,
  action: Action,
  by: number,
): Promise<Published> {
  if (action.status === "published") return { outcome: "published", action };
  const reasons = reasonsNotToPublish(kind, group, action, ctx.now);
  if (reasons.length > 0) return { outcome: "refused", reasons };
  await prepareAnswers(ctx, dbFor(ctx.env, group), action);
  const isAgain = action.status === "closed";
  const next: Action = {
    ...action,
    status: "published",
    publishedAt: action.publishedAt ?? ctx.now,
    closedAt: null,
    extra: await extraOf(ctx, group, kind, action),
  };
  const saved = await saveStatus(ctx, group, next, isAgain ? "reopened" : "published", by);
  if (!saved) return { outcome: "conflict" };
  await tellKind(ctx, group, kind, saved);
  return { outcome: "published", action: saved };
}

/** What the objects that take participations must be told; `intake/home.ts` gives it. */
export type Home = { close(): Promise<unknown>; reopen(): Promise<unknown> };

/** Ends the action: its page stays, with its last number, and takes nobody any more. Null when somebody saved meanwhile. */
export async function close(
  ctx: Context,
  group: Group,
  action: Action,
  by: number,
  home: Home,
): Promise<Action | null> {
  const next: Action = { ...action, status: "closed", closedAt: ctx.now };
  const saved = action.status === "closed" ? action : await saveStatus(ctx, group, next, "closed", by);
  if (saved) await tell(ctx, saved, () => home.close());
  return saved;
}

/** Opens a closed action again, if it may be published now. */
export async function reopen(
  ctx: Context,
  group: Group,
  kind: Kind,
  action: Action,
  by: number,
  home: Home,
): Promise<Published> {
  const published = await publish(ctx, group, kind, action, by);
  if (published.outcome === "published") await tell(ctx, action, () => home.reopen());
  return published;
}

/** Tells the kind what D1 now has, so that whatever hangs on the action beside its page can follow. */
export async function tellKind(
  ctx: Context,
  group: Group,
  kind: Pick<Kind, "saved">,
  action: Action,
): Promise<void> {
  await tell(ctx, action, async () => kind.saved?.(ctx, group, action));
}

/** The page already says what is so; objects that could not be reached hear of it a moment later. */
async function tell(ctx: Context, action: Action, news: () => Promise<unknown>): Promise<void> {
  try {
    await news();
  } catch (error) {
    ctx.log.error("home.away", error, { actionId: action.id });
    ctx.later(scheduler.wait(RETRY_AFTER_MS).then(news));
  }
}

async function saveStatus(
  ctx: Context,
  group: Group,
  next: Action,
  act: EditAct,
  by: number,
): Promise<Action | null> {
  const db = dbFor(ctx.env, group);
  await recordAct(ctx, { groupNo: group.no, accountNo: by, act: `action.${act}`, subject: next.id });
  if (!(await saveAction(db, next, { act, accountNo: by, at: ctx.now, changes: [] }))) return null;
  await updatePage(ctx, db, next.no);
  return actionByNo(db, next.no);
}

/** History lines of operators carry no account of the group's. */
const OPERATOR = 0;
const TRIES_MAX = 5;

/**
 * An operator's brake on one action, or its release: the page stays and says that it was stopped. Recording the act in the
 * audit log is the caller's part. Throws when the action does not exist.
 */
export async function limitAction(
  ctx: Context,
  group: Group,
  actionNo: number,
  isLimited: boolean,
): Promise<void> {
  const db = dbFor(ctx.env, group);
  for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
    const action = await actionByNo(db, actionNo);
    if (!action) throw new Error(`no action ${actionNo} in group ${group.no}`);
    if ((action.limitedAt !== null) === isLimited) break;
    const act = isLimited ? "limited" : "released";
    const next = { ...action, limitedAt: isLimited ? ctx.now : null };
    if (await saveAction(db, next, { act, accountNo: OPERATOR, at: ctx.now, changes: [] })) break;
  }
  await updatePage(ctx, db, actionNo);
}
