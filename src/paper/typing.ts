import type { Context as HonoContext } from "hono";
import { isStopped } from "../actions/public-found";
import { snapshotFor } from "../actions/serving";
import type { Action, ActionSnapshot, Kind } from "../actions/types";
import { actionIn } from "../actions/web";
import { recordAct } from "../groups/audit";
import type { MemberEnv } from "../groups/web";
import { AppError } from "../platform/errors";
import { onPaper } from "./rows";
import { type Batch, type SheetField, sheetFields, takesPaper } from "./types";

export type Typing = {
  action: Action;
  kind: Kind;
  snapshot: ActionSnapshot;
  /** The same as paper asks it. */
  paper: ActionSnapshot;
  fields: SheetField[];
  /** Whether it takes anybody now: it is live, not over, and nobody stopped it. */
  isOpen: boolean;
};

/** The action whose sheets are typed in. Throws not_found for a draft, and for a kind that is not signed on paper. */
export async function typingIn(c: HonoContext<MemberEnv>, kinds: readonly Kind[]): Promise<Typing> {
  const { ctx, group } = c.var;
  const { action, kind } = await actionIn(c, kinds);
  const serving = takesPaper(kind) ? await snapshotFor(ctx, group, kind, action.slug) : null;
  if (action.status === "draft" || serving?.is !== "shown") throw new AppError("not_found");
  const { snapshot } = serving;
  const isOpen =
    action.status === "published" &&
    snapshot.action.status === "published" &&
    !isStopped(snapshot) &&
    !kind.isOver?.(snapshot, ctx.now);
  const paper = await onPaper(snapshot);
  return { action, kind, snapshot, paper, fields: sheetFields(snapshot.action.settings), isOpen };
}

/** Writes into the group's history that lines are typed in, before they are. */
export function recordTyping(
  c: HonoContext<MemberEnv>,
  { action }: Pick<Typing, "action">,
  { sheet, signed, isThanked }: Batch,
  count: number,
): Promise<void> {
  return recordAct(c.var.ctx, {
    groupNo: c.var.group.no,
    accountNo: c.var.account.no,
    act: "paper.typed",
    subject: action.id,
    detail: { sheet, signedOn: signed.day, isThanked, count },
  });
}
