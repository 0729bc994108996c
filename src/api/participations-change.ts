import { z } from "zod";
import type { Action } from "../actions/types";
import { COMMENT_MAX } from "../actions/types";
import type { ItemType } from "./action-types";
import { isSame } from "./actions-change";
import { checked, readBody } from "./body";
import { giftParts } from "./donations";
import { claimIdentifiers, foreignIn, refuseTaken } from "./foreign";
import { saidOutreach } from "./outreaches";
import { ownOf, partsOf, saidOfOutreach } from "./participations";
import { ApiError } from "./problem";
import type { Changes, Row } from "./store-participation";
import * as store from "./store-participation";
import type { ApiContext } from "./web";

const change = z.object({
  identifiers: z.array(z.string()).nullish(),
  comments: z.string().trim().max(COMMENT_MAX).nullish(),
});

/** Changes what a client may change of what somebody did, and gives it as it is stored then (osdi-api.md §4.6–4.16). */
export async function putParticipation(
  c: ApiContext,
  item: ItemType,
  action: Action,
  row: Row,
): Promise<Row> {
  const { ctx, caller } = c.var;
  const body = await readBody(c);
  const { comments } = checked(change, body);
  const identifiers = foreignIn(body.identifiers);
  await refuseTaken(caller.db, "participation", row.id, identifiers);
  const changes = changesOf(c, item, action, row, { body, comments });
  if (changes) await store.updateParticipation(caller.db, row, changes, ctx.now);
  await claimIdentifiers(caller.db, "participation", row.id, identifiers, ctx.now);
  return (await store.participation(caller.db, action.no, row.id)) ?? row;
}

type Said = { body: Record<string, unknown>; comments: string | null | undefined };

/** What differs from what is stored; null where nothing does. */
export function changesOf(
  c: ApiContext,
  { path }: ItemType,
  action: Action,
  row: Row,
  { body, comments }: Said,
): Changes | null {
  switch (path) {
    case "signatures":
      return comments === undefined || (comments ?? "") === (row.comment ?? "")
        ? null
        : { comment: comments || null, commentStatus: action.settings.comments.isModerated ? 1 : 2 };
    case "donations":
      return giftChanges(c, action, row, body);
    case "outreaches":
      return outreachChanges(action, row, body);
    default:
      return null;
  }
}

/** Recipients are added to those there are; one that is there stays as it is, so that a whole gift may come back. */
function giftChanges(c: ApiContext, action: Action, row: Row, body: Said["body"]): Changes | null {
  if (body.recipients === undefined || body.recipients === null) return null;
  const own = ownOf(row.answer);
  const parts = partsOf(own, row.amount ?? 0, c.var.caller.group.name);
  const added = giftParts(body.recipients, row.currency ?? "USD").filter(
    (part) => !parts.some((known) => isSame(known, part)),
  );
  if (added.length === 0) return null;
  if (!action.api) throw new ApiError(400, "recipients: this donation was paid and cannot be changed");
  const recipients = [...parts, ...added];
  const amount = recipients.reduce((sum, part) => sum + part.amount, 0);
  return { own: { ...own, amount, recipients }, amount };
}

function outreachChanges(action: Action, row: Row, body: Said["body"]): Changes | null {
  // A letter that left cannot be changed any more.
  const before = action.api ? saidOfOutreach(row) : null;
  if (!before) return null;
  const said = Object.fromEntries(
    Object.entries(saidOutreach(body)).filter(([, value]) => value !== undefined),
  );
  const after = Object.fromEntries(
    Object.entries({ ...before, ...said }).filter(([, value]) => value !== null && value !== ""),
  );
  return isSame(before, after) ? null : { own: { ...ownOf(row.answer), outreach: after } };
}
