import { and, desc, eq, gt, inArray, lt, sql } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import { participations } from "../intake/tables";
import { tags } from "../people/tables";
import { type ActionId, idTime, idToHex } from "../platform/ids";
import { publicSigner } from "./public-signer";
import { actionEdits, actionSlugs, actions } from "./tables";
import {
  type Action,
  type ActionStatus,
  type Change,
  COMMENTS_SHOWN_MAX,
  commonSettings,
  EDITS_SHOWN_MAX,
  type EditAct,
  type PublicSigner,
} from "./types";

type Row = typeof actions.$inferSelect;

/** What the kinds add is kept as it was validated when it was written; the kind reads it with its own schema. */
const anySettings = commonSettings.loose();

function toAction({ actionNo, settings, ...row }: Row): Action {
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
  }: { status?: ActionStatus | undefined; before?: number | undefined; limit: number },
): Promise<Action[]> {
  const rows = await db
    .select()
    .from(actions)
    .where(
      and(
        eq(actions.groupNo, groupNo),
        status ? eq(actions.status, status) : undefined,
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
  const [, saved] = await d1.batch([
    d1
      .prepare(
        `INSERT INTO action_slugs (group_no, kind, slug, action_no)
         SELECT group_no, kind, ?4, action_no FROM actions WHERE group_no = ?1 AND action_no = ?2 AND version = ?3
         ON CONFLICT DO NOTHING`,
      )
      .bind(groupNo, action.no, action.version, action.slug),
    d1
      .prepare(
        `UPDATE actions SET version = version + 1, page_version = page_version + 1, updated_at = ?4, status = ?5, title = ?6,
           internal_title = ?7, locale = ?8, settings = ?9, slug = ?10, limited_at = ?11, published_at = ?12, closed_at = ?13
         WHERE group_no = ?1 AND action_no = ?2 AND version = ?3 AND EXISTS (SELECT 1 FROM action_slugs s
           WHERE s.group_no = ?1 AND s.kind = actions.kind AND s.slug = ?10 AND s.action_no = ?2)`,
      )
      .bind(
        groupNo,
        action.no,
        action.version,
        edit.at,
        action.status,
        action.title,
        action.internalTitle,
        action.locale,
        JSON.stringify(action.settings),
        action.slug,
        action.limitedAt,
        action.publishedAt,
        action.closedAt,
      ),
    // Whoever lost finds either the old version or the winner's line, and writes nothing.
    d1
      .prepare(
        `INSERT INTO action_edits (group_no, action_no, version, account_no, edited_at, act, changes)
         SELECT group_no, action_no, version, ?4, ?5, ?6, ?7 FROM actions WHERE group_no = ?1 AND action_no = ?2 AND version = ?3 + 1
         ON CONFLICT DO NOTHING`,
      )
      .bind(
        groupNo,
        action.no,
        action.version,
        edit.accountNo,
        edit.at,
        edit.act,
        JSON.stringify(edit.changes),
      ),
    d1
      .prepare(
        `DELETE FROM action_slugs WHERE group_no = ?1 AND kind = ?3 AND action_no = ?2 AND slug <> ?4
         AND EXISTS (SELECT 1 FROM actions WHERE group_no = ?1 AND action_no = ?2 AND slug = ?4 AND published_at IS NULL)`,
      )
      .bind(groupNo, action.no, action.kind, action.slug),
    ...(replacesLast
      ? [
          d1
            .prepare(
              `DELETE FROM action_edits WHERE group_no = ?1 AND action_no = ?2 AND version = ?3
               AND EXISTS (SELECT 1 FROM action_edits WHERE group_no = ?1 AND action_no = ?2 AND version = ?3 + 1
                 AND account_no = ?4 AND edited_at = ?5)`,
            )
            .bind(groupNo, action.no, action.version, edit.accountNo, edit.at),
        ]
      : []),
  ]);
  return saved?.meta.changes === 1;
}

/** Says that the public page must be made again although nobody edited the action: a comment was shown or hidden. */
export async function raisePageVersion({ groupNo, d1 }: GroupDb, actionNo: number): Promise<void> {
  await d1
    .prepare("UPDATE actions SET page_version = page_version + 1 WHERE group_no = ?1 AND action_no = ?2")
    .bind(groupNo, actionNo)
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

/** The numbers of those of the named tags that exist. */
export async function tagNosOf({ groupNo, db }: GroupDb, names: string[]): Promise<number[]> {
  if (names.length === 0) return [];
  const rows = await db
    .select({ tagNo: tags.tagNo })
    .from(tags)
    .where(and(eq(tags.groupNo, groupNo), inArray(tags.name, names)));
  return rows.map((row) => row.tagNo);
}

const UNKNOWN_TAGS =
  "json_each(?2) j WHERE NOT EXISTS (SELECT 1 FROM tags t WHERE t.group_no = ?1 AND t.name = j.value)";

/** Makes those of the named tags that do not exist yet. Numbers are reserved at once and handed out from the top down. */
export async function makeTags({ groupNo, d1 }: GroupDb, names: string[], now: number): Promise<void> {
  if (names.length === 0) return;
  const page = JSON.stringify(names);
  await d1.batch([
    d1
      .prepare(
        `INSERT INTO numbers (group_no, noun, last)
         SELECT ?1, 'tags', n FROM (SELECT count(*) AS n FROM ${UNKNOWN_TAGS}) WHERE n > 0
         ON CONFLICT (group_no, noun) DO UPDATE SET last = last + excluded.last`,
      )
      .bind(groupNo, page),
    d1
      .prepare(
        `INSERT INTO tags (group_no, tag_no, name, created_at)
         SELECT ?1, (SELECT last FROM numbers WHERE group_no = ?1 AND noun = 'tags') + 1 - row_number() OVER (), j.value, ?3
         FROM ${UNKNOWN_TAGS}
         ON CONFLICT (group_no, name) DO NOTHING`,
      )
      .bind(groupNo, page, now),
  ]);
}

/** Keeps a consent wording under its hash for as long as any answer may point at it. */
export async function keepWording(
  { groupNo, d1 }: GroupDb,
  wording: { hash: string; mode: string; locale: string; text: string; now: number },
): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO consent_wordings (group_no, hash, mode, locale, wording, created_at)
       VALUES (?1, unhex(?2), ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING`,
    )
    .bind(groupNo, wording.hash, wording.mode, wording.locale, wording.text, wording.now)
    .run();
}

const COMMENT_SHOWN = 2;

/**
 * Approved comments of counted participations, newest first, with no more of their authors than the public may see.
 * `comment_status > 0` is what lets SQLite use the partial index.
 */
export async function shownComments({ groupNo, db }: GroupDb, actionNo: number): Promise<PublicSigner[]> {
  const rows = await db
    .select({
      id: participations.id,
      answer: participations.answer,
      comment: participations.comment,
      isNamed: participations.isNamed,
    })
    .from(participations)
    .where(
      and(
        eq(participations.groupNo, groupNo),
        eq(participations.actionNo, actionNo),
        eq(participations.commentStatus, COMMENT_SHOWN),
        sql`comment_status > 0`,
        eq(participations.removalNo, 0),
      ),
    )
    .orderBy(desc(participations.id))
    .limit(COMMENTS_SHOWN_MAX);
  return rows.map(({ id, answer, comment, isNamed }) =>
    publicSigner(answer, { isNamed: isNamed === 1, at: idTime(id), comment: comment ?? "" }),
  );
}
