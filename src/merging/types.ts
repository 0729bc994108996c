import type { Id } from "../platform/ids";

export type MergeFileId = Id<"merge_file">;

/** A table about districts or postal codes has some thousands; one about people belongs into an import. */
export const MERGE_ROWS_MAX = 50_000;
export const MERGE_COLUMNS_MAX = 40;
export const MERGE_FILE_BYTES_MAX = 5 * 1024 * 1024;
/** Characters of one cell: a paragraph, not a page. */
export const MERGE_CELL_MAX = 2_000;
export const MERGE_KEY_MAX = 200;
export const MERGE_COLUMN_NAME_MAX = 40;
/** Of one group, at a time. */
export const MERGE_FILES_MAX = 100;
export const MERGE_NAME_MAX = 100;
/** Problems that are kept and shown; all of them are counted. */
export const MERGE_PROBLEMS_MAX = 200;

/** What of a person finds their row. `postal_prefix`: the longest beginning that there is; `field`: a custom field. */
export const mergeKinds = ["postal_code", "postal_prefix", "country", "region", "email", "field"] as const;
export type MergeKind = (typeof mergeKinds)[number];

/** `name` is what a mail calls it, after "merge."; `heading` as it stands in the file. */
export type MergeColumn = { name: string; heading: string };

/** Why a row of a file was not taken. */
const rowReasons = ["tooLong", "quote", "cells", "noKey", "badKey", "longCell", "repeated"] as const;
export type RowReason = (typeof rowReasons)[number];
/** `line` as an editor counts it, from 1 with the headings. */
export type RowProblem = { line: number; reason: RowReason };

export type MergeFile = {
  no: number;
  id: MergeFileId;
  name: string;
  /** 0 while no rows were taken. */
  versionNo: number;
  updatedAt: number;
  removedAt: number | null;
};

/** An upload of a merge file: one that is taken when `takenAt` says so, else one that waits for somebody to say what its columns are. */
export type MergeVersion = {
  fileNo: number;
  versionNo: number;
  uploadName: string;
  kind: MergeKind | null;
  fieldNo: number | null;
  keyHeading: string;
  columns: MergeColumn[];
  rowCount: number;
  problemCount: number;
  problems: RowProblem[];
  createdBy: number;
  createdAt: number;
  takenAt: number | null;
};

/** What is looked up of somebody's gifts and actions while a mail is made: `{{ facts.last_gift_amount }}`. */
export const factNames = [
  "last_gift_amount",
  "last_gift_date",
  "last_gift_number",
  "gifts_total",
  "gifts_total_number",
  "gifts_count",
  "actions_count",
  "last_action_title",
  "last_action_date",
] as const;
export type FactName = (typeof factNames)[number];

/** As read, before a language writes it. Amounts are in the currency's smallest unit. */
export type Facts = {
  lastGift: { amount: number; currency: string; at: number } | null;
  /** By currency, that of the newest gift first. */
  gifts: { amount: number; currency: string; count: number }[];
  actions: number;
  lastAction: { title: string; at: number } | null;
};

/** Kinds of actions that are addressed to somebody. */
export const addressedKinds = ["petition", "letter", "call"] as const;
export type AddressedKind = (typeof addressedKinds)[number];

/** By field ("a12" of the action with that number), the names of whom an action is addressed to; empty for nobody. */
export type TargetNames = Record<string, string[]>;
