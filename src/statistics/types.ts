import { z } from "zod";

/** How far back the numbers go: days, today included, or everything. */
export const ranges = ["7", "30", "90", "all"] as const;
export type Range = (typeof ranges)[number];
export const USUAL_RANGE: Range = "30";

/** The tables one can look at and take along. */
export const tables = ["days", "sources", "referrers", "sites", "countries", "shares"] as const;
export type TableName = (typeof tables)[number];

/** Entries of one message; with 60 bytes each well below what a queue takes (Cloudflare's docs, Queues). */
export const VIEWS_PER_MESSAGE = 500;

const count = z.number().int().nonnegative();

/** On the VIEWS queue: what one isolate counted of the actions of one shard since it last told. */
export const viewsSeen = z.object({
  type: z.literal("views.seen"),
  shard: z.string(),
  views: z
    .array(
      z.tuple([
        z.number().int().positive(), // group
        z.number().int().positive(), // action
        z.iso.date(),
        count, // of the page
        count, // of embeds
      ]),
    )
    .max(VIEWS_PER_MESSAGE),
});
export type ViewsSeen = z.infer<typeof viewsSeen>;
export type ViewEntry = ViewsSeen["views"][number];

/** How often an action was opened on a day. */
export type DayViews = { day: string; pageViews: number; embedViews: number };
