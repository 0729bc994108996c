import type { GroupDb } from "../groups/shard";

/** What can be named by number in an audience, and where its name stands. The rows are of the folders that own the tables. */
const NAMED = {
  actions:
    "SELECT action_no AS no, coalesce(nullif(internal_title, ''), title) AS name, kind FROM actions WHERE group_no = ?1",
  tags: "SELECT tag_no AS no, name FROM tags WHERE group_no = ?1",
  fields: "SELECT field_no AS no, label AS name FROM custom_fields WHERE group_no = ?1",
  mailings:
    "SELECT mailing_no AS no, coalesce(nullif(internal_title, ''), subject) AS name FROM mailings WHERE group_no = ?1",
  series: `SELECT s.series_no AS no, coalesce(nullif(m.internal_title, ''), m.subject) AS name
    FROM mail_series s CROSS JOIN mailings m ON m.group_no = s.group_no AND m.mailing_no = s.mailing_no WHERE s.group_no = ?1`,
  imports: "SELECT import_no AS no, file_name AS name FROM imports WHERE group_no = ?1",
  audiences: "SELECT audience_no AS no, name FROM audiences WHERE group_no = ?1",
} as const;
export type NamedKind = keyof typeof NAMED;
const namedKinds = ["actions", "tags", "fields", "mailings", "series", "imports", "audiences"] as const;

const COLUMNS: Record<NamedKind, string> = {
  actions: "action_no",
  tags: "tag_no",
  fields: "field_no",
  mailings: "mailing_no",
  series: "series_no",
  imports: "import_no",
  audiences: "audience_no",
};

export type Named = { no: number; name: string; kind?: string };

/** The names of these numbers; a number that is none of the group's is missing. */
export async function selectNames(
  { d1, groupNo }: GroupDb,
  wanted: Partial<Record<NamedKind, readonly number[]>>,
): Promise<Record<NamedKind | "kinds", Map<number, string>>> {
  const asked = namedKinds.filter((kind) => (wanted[kind]?.length ?? 0) > 0);
  const results =
    asked.length === 0
      ? []
      : await d1.batch<Named>(
          asked.map((kind) =>
            d1
              .prepare(`${NAMED[kind]} AND ${COLUMNS[kind]} IN (SELECT value FROM json_each(?2))`)
              .bind(groupNo, JSON.stringify(wanted[kind])),
          ),
        );
  const names: Record<NamedKind | "kinds", Map<number, string>> = {
    kinds: new Map(),
    actions: new Map(),
    tags: new Map(),
    fields: new Map(),
    mailings: new Map(),
    series: new Map(),
    imports: new Map(),
    audiences: new Map(),
  };
  asked.forEach((kind, index) => {
    for (const { no, name, kind: ofAction } of results[index]?.results ?? []) {
      names[kind].set(no, name);
      if (ofAction) names.kinds.set(no, ofAction);
    }
  });
  return names;
}

export type Offered = Named & { choices?: string };

/** What a group has to choose from, the newest first. */
export async function selectOffers(
  { d1, groupNo }: GroupDb,
  most: number,
): Promise<Record<Exclude<NamedKind, "audiences">, Offered[]>> {
  const bind = (sql: string) => d1.prepare(sql).bind(groupNo, most);
  const [actions, tags, fields, mailings, series, imports] = await d1.batch<Offered>([
    bind(
      `SELECT action_no AS no, coalesce(nullif(internal_title, ''), title) AS name, kind FROM actions
       WHERE group_no = ?1 AND status <> 'draft' ORDER BY action_no DESC LIMIT ?2`,
    ),
    bind(
      "SELECT tag_no AS no, name FROM tags WHERE group_no = ?1 AND merged_into IS NULL AND deleted_at IS NULL ORDER BY name LIMIT ?2",
    ),
    bind(
      `SELECT field_no AS no, label AS name, type AS kind, choices FROM custom_fields
       WHERE group_no = ?1 AND merged_into IS NULL AND deleted_at IS NULL ORDER BY label LIMIT ?2`,
    ),
    bind(
      `SELECT mailing_no AS no, coalesce(nullif(internal_title, ''), subject) AS name FROM mailings
       WHERE group_no = ?1 AND sent_at IS NOT NULL ORDER BY mailing_no DESC LIMIT ?2`,
    ),
    bind(`${NAMED.series} ORDER BY s.series_no DESC LIMIT ?2`),
    bind(
      "SELECT import_no AS no, file_name AS name FROM imports WHERE group_no = ?1 ORDER BY import_no DESC LIMIT ?2",
    ),
  ]);
  return {
    actions: actions?.results ?? [],
    tags: tags?.results ?? [],
    fields: fields?.results ?? [],
    mailings: mailings?.results ?? [],
    series: series?.results ?? [],
    imports: imports?.results ?? [],
  };
}
