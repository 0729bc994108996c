import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { MailingId } from "../mailings/types";
import { uuid } from "../platform/columns";
import type { HeldNote, RunState, SeriesId, SeriesNote, SeriesStatus } from "./types";

/** A mailing that is sent again and again. Moments in ms. */
export const mailSeries = sqliteTable(
  "mail_series",
  {
    groupNo: integer("group_no").notNull(),
    seriesNo: integer("series_no").notNull(),
    id: uuid<SeriesId>("id").notNull(),
    familyNo: integer("family_no").notNull(),
    /** What its runs are copies of. */
    mailingNo: integer("mailing_no").notNull(),
    /** Validated by `planSchema` on every write and read. */
    plan: text("plan", { mode: "json" }).$type<unknown>().notNull(),
    recipientsMax: integer("recipients_max").notNull(),
    status: text("status").$type<SeriesStatus>().notNull(),
    ownerNo: integer("owner_no").notNull(),
    approvedBy: integer("approved_by"),
    nextAt: integer("next_at"),
    nextNth: integer("next_nth").notNull().default(1),
    heldInRow: integer("held_in_row").notNull().default(0),
    note: text("note").$type<SeriesNote | "">().notNull().default(""),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.seriesNo] }),
    uniqueIndex("mail_series_by_id").on(table.groupNo, table.id),
    uniqueIndex("mail_series_by_mailing").on(table.groupNo, table.mailingNo),
    // The hourly look at all groups.
    index("mail_series_due").on(table.nextAt).where(sql`${table.nextAt} IS NOT NULL`),
  ],
);

/** One run of a series: taken before its mailing is made, so that there is no second one. */
export const mailSeriesRuns = sqliteTable(
  "mail_series_runs",
  {
    groupNo: integer("group_no").notNull(),
    seriesNo: integer("series_no").notNull(),
    nth: integer("nth").notNull(),
    dueAt: integer("due_at").notNull(),
    takenAt: integer("taken_at").notNull(),
    missed: integer("missed").notNull().default(0),
    /** Of the mailing that is made, or will be. */
    mailingId: uuid<MailingId>("mailing_id").notNull(),
    mailingNo: integer("mailing_no"),
    state: text("state").$type<RunState>().notNull(),
    note: text("note").$type<HeldNote | "">().notNull().default(""),
    recipients: integer("recipients"),
    /** 1 while something of it is still to be done. */
    open: integer("open").notNull().default(1),
    /** How often something of it failed. */
    failures: integer("failures").notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.groupNo, table.seriesNo, table.nth] }),
    uniqueIndex("mail_series_runs_by_mailing")
      .on(table.groupNo, table.mailingNo)
      .where(sql`${table.mailingNo} IS NOT NULL`),
    index("mail_series_runs_open").on(table.groupNo).where(sql`${table.open} = 1`),
  ],
);
