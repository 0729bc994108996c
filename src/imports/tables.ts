import { integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { uuid } from "../platform/columns";
import type { Locale } from "../ui/i18n";
import type { FileFormat, ImportId, ImportOptions, ImportStatus, Mapping } from "./types";

/** A file of people that was brought, how it is to be read, and how far that is. Moments in ms. */
export const imports = sqliteTable(
  "imports",
  {
    groupNo: integer("group_no").notNull(),
    importNo: integer("import_no").notNull(),
    id: uuid<ImportId>("id").notNull(),
    status: text("status").$type<ImportStatus>().notNull(),
    fileName: text("file_name").notNull(),
    fileBytes: integer("file_bytes").notNull(),
    /** R2's name of an upload under way; null once the file is whole. */
    uploadId: text("upload_id"),
    fileForgottenAt: integer("file_forgotten_at"),
    /** Nobody fetches the file since then: somebody in it was forgotten. */
    fileWithdrawnAt: integer("file_withdrawn_at"),
    accountNo: integer("account_no").notNull(),
    accountName: text("account_name").notNull(),
    /** The uploader's language, for the list of problems and the mail. */
    locale: text("locale").$type<Locale>().notNull(),
    format: text("format", { mode: "json" }).$type<FileFormat>(),
    headings: text("headings", { mode: "json" }).$type<string[]>(),
    /** Names the row of headings, so that a later file with the same finds the mapping made for this one. */
    headingsHash: text("headings_hash"),
    mapping: text("mapping", { mode: "json" }).$type<Mapping>(),
    options: text("options", { mode: "json" }).$type<ImportOptions>(),
    /** What the uploader stated of the people in the file, as it was worded, and the hash consent events name it by. */
    statement: text("statement"),
    statementHash: text("statement_hash"),
    createdAt: integer("created_at").notNull(),
    startedAt: integer("started_at"),
    /** When its first row is to be read, where somebody chose a later time; null: at once. */
    beginAt: integer("begin_at"),
    finishedAt: integer("finished_at"),
    /** The cursor: where in the file the next row begins, and on which line. Moves in the batch that stores the rows before it. */
    nextByte: integer("next_byte").notNull().default(0),
    nextLine: integer("next_line").notNull().default(1),
    rowCount: integer("row_count").notNull().default(0),
    newCount: integer("new_count").notNull().default(0),
    updatedCount: integer("updated_count").notNull().default(0),
    unchangedCount: integer("unchanged_count").notNull().default(0),
    rejectedCount: integer("rejected_count").notNull().default(0),
    /** Rows that were stored without one of their values. */
    notedCount: integer("noted_count").notNull().default(0),
    /** Time it was at work, without pauses; tells what is left. */
    workedMs: integer("worked_ms").notNull().default(0),
    movedAt: integer("moved_at"),
    /** The person up to whom it was undone. */
    undoneUpTo: integer("undone_up_to").notNull().default(0),
    removedCount: integer("removed_count").notNull().default(0),
    restoredCount: integer("restored_count").notNull().default(0),
    undoneAt: integer("undone_at"),
    mailedAt: integer("mailed_at"),
    /** Why it stands still, for the one who looks after the installation. */
    trouble: text("trouble"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.importNo] })],
);

/** The parts of an upload that have arrived: R2 asks for their tags when it puts the file together. */
export const importParts = sqliteTable(
  "import_parts",
  {
    groupNo: integer("group_no").notNull(),
    importNo: integer("import_no").notNull(),
    partNo: integer("part_no").notNull(),
    etag: text("etag").notNull(),
    bytes: integer("bytes").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.importNo, table.partNo] })],
);

/** Who was in a file, and what was known of them before: for audiences, and for undoing it. */
export const importPeople = sqliteTable(
  "import_people",
  {
    groupNo: integer("group_no").notNull(),
    importNo: integer("import_no").notNull(),
    personNo: integer("person_no").notNull(),
    /** 1: the import made the person. */
    isNew: integer("is_new").notNull(),
    /** The moment as of which the file speaks of them. */
    actedAt: integer("acted_at").notNull(),
    /** JSON, see `store-rows.ts`; null for a new person. */
    before: text("before"),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.importNo, table.personNo] })],
);
