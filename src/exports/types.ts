import { z } from "zod";
import type { Group } from "../groups/types";
import type { Id } from "../platform/ids";
import { isTimeZone } from "../platform/time-zones";

export type ExportId = Id<"export">;

export const formats = ["csv", "jsonl"] as const;
export type Format = (typeof formats)[number];

/** What a member's choice of columns is remembered by. */
export const whats = ["people", "action", "gifts"] as const;
export type What = (typeof whats)[number];

/** More than a group can have fields and an action questions together. */
export const COLUMNS_MAX = 400;
const COLUMN_KEY_MAX = 80;

/** Who of the list is exported. */
export const everybody = ["all", "mail", "mobile"] as const;

const table = {
  format: z.enum(formats),
  columns: z.array(z.string().max(COLUMN_KEY_MAX)).min(1).max(COLUMNS_MAX),
  timeZone: z.string().refine(isTimeZone),
  locale: z.enum(["en", "fr", "es"]),
};

/** What is exported and how: all that making the file needs, kept with the export. */
export const exportOrder = z.discriminatedUnion("what", [
  z.object({
    what: z.literal("people"),
    who: z.union([
      z.enum(everybody),
      /** An audience as it was when the export was asked for. */
      z.object({ audience: z.unknown() }),
    ]),
    ...table,
  }),
  z.object({ what: z.literal("action"), actionNo: z.number().int(), ...table }),
  z.object({
    what: z.literal("gifts"),
    /** Null for every action of the group that takes money. */
    actionNo: z.number().int().nullable(),
    /** Window of the moment the payment was begun, in ms; `to` is not included. */
    from: z.number().int().nullable(),
    to: z.number().int().nullable(),
    ...table,
  }),
  z.object({ what: z.literal("group"), locale: z.enum(["en", "fr", "es"]) }),
]);
export type ExportOrder = z.infer<typeof exportOrder>;
export type TableOrder = Exclude<ExportOrder, { what: "group" }>;

/**
 * `exports.state`. The last five never change again, but that a ready file expires or is withdrawn. withdrawn: somebody who may
 * be in it was forgotten since it was begun.
 */
export const exportStates = {
  waiting: 1,
  running: 2,
  ready: 3,
  failed: 4,
  cancelled: 5,
  expired: 6,
  withdrawn: 7,
} as const;
export type ExportState = keyof typeof exportStates;

export type ExportRow = {
  id: ExportId;
  order: ExportOrder;
  title: string;
  filename: string;
  state: ExportState;
  rowsDone: number;
  rowsExpected: number;
  bytes: number;
  askedBy: number;
  askedAt: number;
  begunAt: number | null;
  endedAt: number | null;
  expiresAt: number | null;
};

/** Up to so many rows are sent at once; more is made behind, and a mail says when it is ready. */
export const SMALL_ROWS_MAX = 10_000;
/** Exports that wait or are being made, of one group. */
export const OPEN_MAX = 20;
/** The newest shown on the page. */
export const LISTED_MAX = 50;
const DAY_MS = 86_400_000;
/** How long a file lies ready. */
export const KEPT_DAYS = 7;
export const KEPT_MS = KEPT_DAYS * DAY_MS;
/** How long a link on the page works; the one in the mail works as long as the file is there. */
export const PAGE_LINK_SECONDS = 3_600;

/** What making a group's files must know of it wherever that is done. */
export type ExportGroup = Pick<Group, "no" | "id" | "shard" | "jurisdiction">;
