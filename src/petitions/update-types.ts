import { z } from "zod";
import type { MailingId, MailingStatus } from "../mailings/types";

export const updateSorts = ["news", "delivery", "response", "victory"] as const;
export type UpdateSort = (typeof updateSorts)[number];

export const UPDATES_MAX = 200;
/** The page shows these; the rest are one click away. */
export const UPDATES_ON_PAGE_MAX = 3;
export const UPDATE_TITLE_MAX = 160;
export const UPDATE_BODY_MAX = 5_000;
export const SAID_BY_MAX = 160;

/** One thing that happened after people signed. */
export type Update = {
  no: number;
  sort: UpdateSort;
  title: string;
  bodyHtml: string;
  saidBy: string;
  happenedOn: string | null;
  signatureCount: number | null;
  postedAt: number;
  removedAt: number | null;
  /** The mailing that brings it to those who signed; null while there is none, or when it was put away. */
  mailing: { id: MailingId; status: MailingStatus; finishedAt: number | null } | null;
};

/** An update as it was written. */
export type WrittenUpdate = Update & { bodySource: string };

/** What a petition's snapshot carries of its updates: the newest, and how many there are besides. */
export const petitionExtra = z.object({
  updates: z.array(
    z.object({
      no: z.number(),
      sort: z.enum(updateSorts),
      title: z.string(),
      bodyHtml: z.string(),
      saidBy: z.string(),
      happenedOn: z.string().nullable(),
      signatureCount: z.number().nullable(),
      postedAt: z.number(),
      removedAt: z.null(),
    }),
  ),
  isWon: z.boolean(),
  hasMore: z.boolean(),
});
export type PetitionExtra = z.infer<typeof petitionExtra>;
