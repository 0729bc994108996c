import type { Context } from "../platform/context";
import { appendAct, listActs } from "./store";
import { ACTS_PAGE_MAX } from "./types";

/** One line of the audit log. Appended, never edited (triggers in the migration refuse it). */
export type Act = {
  /** Null for an act on the installation itself. */
  groupNo: number | null;
  /** Who acted; null when the software did. */
  accountNo: number | null;
  /** Noun and verb, such as "member.removed". */
  act: string;
  /** The id or slug of what was acted upon. */
  subject?: string;
  /** Counts, reasons, old and new values. No more about a person than is needed to know what was done. */
  detail?: Record<string, unknown>;
};

export type RecordedAct = {
  no: number;
  act: string;
  subject: string;
  detail: Record<string, unknown>;
  at: number;
  /** Null when the software acted, or the account is gone. */
  by: { name: string; email: string } | null;
};

/** Writes one act to the audit log. Throws when the directory cannot be written: what is not recorded must not happen. */
export async function recordAct(ctx: Context, act: Act): Promise<void> {
  await appendAct(ctx.directory, { ...act, at: ctx.now });
}

/**
 * A group's acts, newest first, by keyset.
 * @param before the `no` of the last act already seen
 * @returns at most a page, and where the next one starts (null at the end)
 */
export async function listRecordedActs(
  ctx: Context,
  groupNo: number,
  before: number | null,
): Promise<{ acts: RecordedAct[]; next: number | null }> {
  const acts = await listActs(ctx.directory, groupNo, before, ACTS_PAGE_MAX + 1);
  const page = acts.slice(0, ACTS_PAGE_MAX);
  return { acts: page, next: acts.length > ACTS_PAGE_MAX ? (page.at(-1)?.no ?? null) : null };
}
