import { and, desc, eq, gt, inArray, isNull, lt, sql } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import { type ActionId, idToHex } from "../platform/ids";
import { actionEdits, actionSlugs, actions } from "./tables";
import {
  type Action,
  type ActionStatus,
  type Change,
  commonSettings,
  EDITS_SHOWN_MAX,
  type EditAct,
} from "./types";

type Row = typeof actions.$inferSelect;

/** What the kinds add is kept as it was validated when it was written; the kind reads it with its own schema. */
const anySettings = commonSettings.loose();

export function toAction({ actionNo, settings, ...row }: Row): Action {
  return { ...row, no: actionNo, settings: anySettings.parse(settings) };
}

/** The action that has or once had this slug, whatever its status; compare `slug` to know whether it has moved. */
export async function loadAction(
  { groupNo, db }: GroupDb,
  kind: { name: string },
  slug: string,
): Promise<Action | null> {
  const [row] = await db
    .select({ action: actions })
    .from(actionSlugs)
    .innerJoin(
      actions,
      and(eq(actions.groupNo, actionSlugs.groupNo), eq(actions.actionNo, actionSlugs.actionNo)),
    )
    .where(and(eq(actionSlugs.groupNo, groupNo), eq(actionSlugs.kind, kind.name), eq(actionSlugs.slug, slug)))
    .limit(1);
  return row ? toAction(row.action) : null;
}

export async function actionById({ groupNo, db }: GroupDb, id: ActionId): Promise<Action | null> {
  const [row] = await db
    .select()
    .from(actions)
    .where(and(eq(actions.groupNo, groupNo), eq(actions.id, id)))
    .limit(1);
  return row ? toAction(row) : null;
}

export async function actionByNo({ groupNo, db }: GroupDb, actionNo: number): Promise<Action | null> {
  const [row] = await db
    .select()
    .from(actions)
    .where(and(eq(actions.groupNo, groupNo), eq(actions.actionNo, actionNo)))
    .limit(1);
  return row ? toAction(row) : null;
}

/** A group's actions, newest first, by keyset: `before` is the number of the last one already seen. */
export async function listActions(
  { groupNo, db }: GroupDb,
  {
    status,
    before,
    limit,
    search = "",
    ofClients = false,
  }: {
    status?: ActionStatus | undefined;
    before?: number | undefined;
    limit: number;
    /** Anywhere in the title or the internal one, in upper or lower case of A to Z. */
    search?: string | undefined;
    /** Those that API clients made too. */
    ofClients?: boolean | undefined;
  },
): Promise<Action[]> {
  const rows = await db
    .select()
    .from(actions)
    .where(
      and(
        eq(actions.groupNo, groupNo),
        status ? eq(actions.status, status) : undefined,
        ofClients ? undefined : isNull(actions.api),
        search === ""
          ? undefined
          : sql`(instr(lower(${actions.title}), lower(${search})) > 0 OR instr(lower(${actions.internalTitle}), lower(${search})) > 0)`,
        before ? lt(actions.actionNo, before) : undefined,
      ),
    )
    .orderBy(desc(actions.actionNo))
    .limit(limit);
  return rows.map(toAction);
}

/** The number of the last action made, which is how many there are: none is ever deleted. */
export async function countActions({ groupNo, db }: GroupDb): Promise<number> {
  const [row] = await db
    .select({ no: actions.actionNo })
    .from(actions)
    .where(and(eq(actions.groupNo, groupNo), gt(actions.actionNo, 0)))
    .orderBy(desc(actions.actionNo))
    .limit(1);
  return row?.no ?? 0;
}

/** Which of the candidate slugs are taken within a kind, by whatever action. */
export async function takenSlugs(
  { groupNo, db }: GroupDb,
  kind: string,
  candidates: string[],
): Promise<Set<string>> {
  const rows = await db
    .select({ slug: actionSlugs.slug })
    .from(actionSlugs)
    .where(
      and(
        eq(actionSlugs.groupNo, groupNo),
        eq(actionSlugs.kind, kind),
        inArray(actionSlugs.slug, candidates),
      ),
    );
  return new Set(rows.map((row) => row.slug));
}

/** Every slug the action has or had. */
export async function slugsOf({ groupNo, db }: GroupDb, actionNo: number): Promise<string[]> {
  const rows = await db
    .select({ slug: actionSlugs.slug })
    .from(actionSlugs)
    .where(and(eq(actionSlugs.groupNo, groupNo), eq(actionSlugs.actionNo, actionNo)));
  return rows.map((row) => row.slug);
}

export type NewAction = Pick<
  Action,
  "id" | "kind" | "slug" | "title" | "locale" | "settings" | "createdBy" | "createdAt"
> & {
  act: "created" | "duplicated";
  changes: Change[];
};

/**
 * Inserts a draft with its slug, its number and the first line of its history, all or nothing.
 * @returns its number, or null when the slug was taken meanwhile.
 */
export async function insertAction({ groupNo, d1 }: GroupDb, action: NewAction): Promise<number | null> {
  const number = "(SELECT last FROM numbers WHERE group_no = ?1 AND noun = 'actions')";
  try {
    const results = await d1.batch<{ last: number }>([
      d1
        .prepare(
          `INSERT INTO numbers (group_no, noun, last) VALUES (?1, 'actions', 1)
           ON CONFLICT (group_no, noun) DO UPDATE SET last = last + 1 RETURNING last`,
        )
        .bind(groupNo),
      d1
        .prepare(`INSERT INTO action_slugs (group_no, kind, slug, action_no) VALUES (?1, ?2, ?3, ${number})`)
        .bind(groupNo, action.kind, action.slug),
      d1
        .prepare(
          `INSERT INTO actions
             (group_no, action_no, id, kind, slug, status, title, locale, settings, version, created_by, created_at, updated_at)
           VALUES (?1, ${number}, unhex(?2), ?3, ?4, 'draft', ?5, ?6, ?7, 1, ?8, ?9, ?9)`,
        )
        .bind(
          groupNo,
          idToHex(action.id),
          action.kind,
          action.slug,
          action.title,
          action.locale,
          JSON.stringify(action.settings),
          action.createdBy,
          action.createdAt,
        ),
      d1
        .prepare(
          `INSERT INTO action_edits (group_no, action_no, version, account_no, edited_at, act, changes)
           VALUES (?1, ${number}, 1, ?2, ?3, ?4, ?5)`,
        )
        .bind(groupNo, action.createdBy, action.createdAt, action.act, JSON.stringify(action.changes)),
    ]);
    return results[0]?.results[0]?.last ?? null;
  } catch (error) {
    if (isTaken(error)) return null;
    throw error;
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && error.message.includes("UNIQUE constraint failed: action_slugs");
}

export type Edit = { act: EditAct; accountNo: number; at: number; changes: Change[] };

const CLAIM_SLUG = `
  INSERT INTO action_slugs (group_no, kind, slug, action_no)
  SELECT group_no, kind, ?4, action_no FROM actions WHERE group_no = ?1 AND action_no = ?2 AND version = ?3
  ON CONFLICT DO NOTHING`;

const SAVE_VERSION = `
  UPDATE actions SET version = version + 1, page_version = page_version + 1, updated_at = ?4, status = ?5, title = ?6,
    internal_title = ?7, locale = ?8, settings = ?9, slug = ?10, limited_at = ?11, published_at = ?12, closed_at = ?13,
    extra = ?14
  WHERE group_no = ?1 AND action_no = ?2 AND version = ?3 AND EXISTS (SELECT 1 FROM action_slugs s
    WHERE s.group_no = ?1 AND s.kind = actions.kind AND s.slug = ?10 AND s.action_no = ?2)`;

// Whoever lost finds either the old version or the winner's line, and writes nothing.
const NOTE_EDIT = `
  INSERT INTO action_edits (group_no, action_no, version, account_no, edited_at, act, changes)
  SELECT group_no, action_no, version, ?4, ?5, ?6, ?7 FROM actions WHERE group_no = ?1 AND action_no = ?2 AND version = ?3 + 1
  ON CONFLICT DO NOTHING`;

const FREE_SLUGS_OF_DRAFT = `
  DELETE FROM action_slugs WHERE group_no = ?1 AND kind = ?3 AND action_no = ?2 AND slug <> ?4
    AND EXISTS (SELECT 1 FROM actions WHERE group_no = ?1 AND action_no = ?2 AND slug = ?4 AND published_at IS NULL)`;

const DROP_LINE_BEFORE = `
  DELETE FROM action_edits WHERE group_no = ?1 AND action_no = ?2 AND version = ?3
    AND EXISTS (SELECT 1 FROM action_edits WHERE group_no = ?1 AND action_no = ?2 AND version = ?3 + 1
      AND account_no = ?4 AND edited_at = ?5)`;

/**
 * Saves the action as the version after `action.version`, with its line of history. The slug it carries is claimed for it;
 * a draft, which nobody has seen, gives its earlier ones back.
 * @param options.replacesLast the line of the version before goes into this one: they were one sitting.
 * @returns false, with nothing changed, when somebody saved meanwhile or the slug belongs to another action.
 */
export async function saveAction(
  { groupNo, d1 }: GroupDb,
  action: Action,
  edit: Edit,
  { replacesLast = false }: { replacesLast?: boolean } = {},
): Promise<boolean> {
  const { no, version, kind, slug, status, title, internalTitle, locale, limitedAt, publishedAt, closedAt } =
    action;
  const settings = JSON.stringify(action.settings);
  const { accountNo, at, act } = edit;
  const [, saved] = await d1.batch([
    d1.prepare(CLAIM_SLUG).bind(groupNo, no, version, slug),
    d1
      .prepare(SAVE_VERSION)
      .bind(
        ...[groupNo, no, version, at, status, title, internalTitle, locale, settings, slug],
        ...[limitedAt, publishedAt, closedAt, JSON.stringify(action.extra ?? null)],
      ),
    d1.prepare(NOTE_EDIT).bind(groupNo, no, version, accountNo, at, act, JSON.stringify(edit.changes)),
    d1.prepare(FREE_SLUGS_OF_DRAFT).bind(groupNo, no, kind, slug),
    ...(replacesLast ? [d1.prepare(DROP_LINE_BEFORE).bind(groupNo, no, version, accountNo, at)] : []),
  ]);
  // Rows that triggers write are among them: where the change feed is on, a saved action is two.
  return (saved?.meta.changes ?? 0) > 0;
}

/** Says that the public page must be made again although nobody edited the action: a comment was shown or hidden. */
export async function raisePageVersion({ groupNo, d1 }: GroupDb, actionNo: number): Promise<void> {
  await d1
    .prepare("UPDATE actions SET page_version = page_version + 1 WHERE group_no = ?1 AND action_no = ?2")
    .bind(groupNo, actionNo)
    .run();
}

/** Keeps what the kind looked up anew; the public page must be made again. */
export async function saveExtra({ groupNo, d1 }: GroupDb, actionNo: number, extra: unknown): Promise<void> {
  await d1
    .prepare(
      "UPDATE actions SET extra = ?3, page_version = page_version + 1 WHERE group_no = ?1 AND action_no = ?2",
    )
    .bind(groupNo, actionNo, JSON.stringify(extra ?? null))
    .run();
}

export type EditLine = typeof actionEdits.$inferSelect;

/** The line of history that made a version. */
export async function editOf(
  { groupNo, db }: GroupDb,
  actionNo: number,
  version: number,
): Promise<EditLine | undefined> {
  const [line] = await db
    .select()
    .from(actionEdits)
    .where(
      and(
        eq(actionEdits.groupNo, groupNo),
        eq(actionEdits.actionNo, actionNo),
        eq(actionEdits.version, version),
      ),
    )
    .limit(1);
  return line;
}

/** The newest edits first. */
export async function listEdits({ groupNo, db }: GroupDb, actionNo: number): Promise<EditLine[]> {
  return db
    .select()
    .from(actionEdits)
    .where(and(eq(actionEdits.groupNo, groupNo), eq(actionEdits.actionNo, actionNo)))
    .orderBy(desc(actionEdits.version))
    .limit(EDITS_SHOWN_MAX);
}
