import { integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { uuid } from "../platform/columns";
import type { MergeColumn, MergeFileId, MergeKind, RowProblem } from "./types";

/** Tables of facts a group keeps for its mailings, such as the town hall of each district. */
export const mergeFiles = sqliteTable(
  "merge_files",
  {
    groupNo: integer("group_no").notNull(),
    fileNo: integer("file_no").notNull(),
    id: uuid<MergeFileId>("id").notNull(),
    name: text("name").notNull(),
    /** The rows that mailings get now; 0 while none were taken. */
    versionNo: integer("version_no").notNull().default(0),
    createdAt: integer("created_at").notNull(),
    updatedBy: integer("updated_by").notNull(),
    updatedAt: integer("updated_at").notNull(),
    /** Out of the lists; mails that were sent keep their rows for a while. */
    removedAt: integer("removed_at"),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.fileNo] }),
    uniqueIndex("merge_files_by_id").on(table.groupNo, table.id),
  ],
);

/** Each upload of a merge file. One that nobody took goes within a day, and what was uploaded with it. */
export const mergeVersions = sqliteTable(
  "merge_versions",
  {
    groupNo: integer("group_no").notNull(),
    fileNo: integer("file_no").notNull(),
    versionNo: integer("version_no").notNull(),
    uploadName: text("upload_name").notNull(),
    bytes: integer("bytes").notNull(),
    /** What of a person the key is; null until somebody said so. */
    kind: text("kind").$type<MergeKind>(),
    /** The custom field whose value is the key, when it is one. */
    fieldNo: integer("field_no"),
    keyHeading: text("key_heading").notNull().default(""),
    /** In the order of the cells of each row; the key is not one of them. */
    columns: text("columns", { mode: "json" }).$type<MergeColumn[]>().notNull().default([]),
    rowCount: integer("row_count").notNull().default(0),
    problemCount: integer("problem_count").notNull().default(0),
    /** The first of them, without what is in the cells. */
    problems: text("problems", { mode: "json" }).$type<RowProblem[]>().notNull().default([]),
    createdBy: integer("created_by").notNull(),
    createdAt: integer("created_at").notNull(),
    takenAt: integer("taken_at"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.fileNo, table.versionNo] })],
);

/** One row a key. The key is written as `keyIn` and `keysSql` of this folder both write it. */
export const mergeRows = sqliteTable(
  "merge_rows",
  {
    groupNo: integer("group_no").notNull(),
    fileNo: integer("file_no").notNull(),
    versionNo: integer("version_no").notNull(),
    key: text("key").notNull(),
    /** A JSON list of texts, one a column. */
    cells: text("cells", { mode: "json" }).$type<string[]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.fileNo, table.versionNo, table.key] })],
);

/** Which rows a mailing began with: fixed when its audience is frozen. */
export const mergeUses = sqliteTable(
  "merge_uses",
  {
    groupNo: integer("group_no").notNull(),
    mailingNo: integer("mailing_no").notNull(),
    fileNo: integer("file_no").notNull(),
    versionNo: integer("version_no").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.mailingNo] })],
);
