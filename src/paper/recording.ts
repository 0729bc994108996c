import type { ActionSnapshot, Kind } from "../actions/types";
import { dbFor } from "../groups/shard";
import { intakeTarget, takeAction } from "../intake/participation";
import type { Participation } from "../intake/types";
import { keepWording } from "../people/wording";
import type { Context } from "../platform/context";
import type { TypedRow } from "./rows";
import { type Standing, standingOf } from "./store";
import { type Batch, PAPER_MODE } from "./types";

/** Lines taken at the same time: enough that a hundred take a second, few enough that online signers do not notice. */
const AT_ONCE = 10;

export type Recorded = {
  is: "recorded" | "closed";
  /** How many are new, and how many had signed before. */
  counted: number;
  known: number;
};

/**
 * Takes lines of a sheet as the page takes signatures, under the day they were signed. Whoever signed before, on paper or
 * on the page, is counted once and keeps what they said there. May be called again with the same lines.
 * @param subject the action as it is published, and `paper`: the same as paper asks it
 * @throws when no object or no shard can be reached; lines before it may have been taken.
 */
export async function recordRows(
  ctx: Context,
  { kind, snapshot, paper }: { kind: Kind; snapshot: ActionSnapshot; paper: ActionSnapshot },
  rows: readonly TypedRow[],
  batch: Batch,
): Promise<Recorded> {
  const { group, action, consentText } = snapshot;
  const db = dbFor(ctx.env, group);
  const wording = { hash: paper.consentHash, mode: PAPER_MODE, locale: action.locale, text: consentText };
  await keepWording(db, wording, ctx.now);
  const emails = rows.map(({ participation }) => participation.e);
  const standing = await standingOf(db, action.no, emails);
  const target = intakeTarget(snapshot, kind);
  const recorded: Recorded = { is: "recorded", counted: 0, known: 0 };
  for (let start = 0; start < rows.length; start += AT_ONCE) {
    const outcomes = await Promise.all(
      rows.slice(start, start + AT_ONCE).map(async ({ participation }) => {
        const before = standing.get(participation.e);
        const said = withStanding(participation, batch, before);
        const { outcome } = await takeAction(ctx, target, said, undefined, batch.signed.at);
        return before && outcome === "counted" ? "updated" : outcome;
      }),
    );
    recorded.counted += outcomes.filter((outcome) => outcome === "counted").length;
    recorded.known += outcomes.filter((outcome) => outcome === "updated" || outcome === "same").length;
    if (outcomes.includes("closed")) return { ...recorded, is: "closed" };
  }
  return recorded;
}

/**
 * What is stored of a line. A sheet has no room for what the page asks beside: answers, a comment and whether one may be
 * named stay as they were said there, and of the rest what was said last.
 */
function withStanding(typed: Participation, batch: Batch, before: Standing | undefined): Participation {
  const quiet = batch.isThanked ? {} : { quiet: 1 as const };
  if (!before) return { ...typed, o: { ...typed.o, paper: { sheet: batch.sheet, ...quiet } } };
  const { paper: wasPaper, ...wasSaid } = before.answer;
  const isPaperNewer = batch.signed.at > before.revisedAt;
  const stays = wasPaper?.quiet ? quiet : {};
  const comment = before.comment
    ? { cm: before.comment, cs: before.commentStatus === 2 ? (2 as const) : (1 as const) }
    : {};
  return {
    ...typed,
    ...comment,
    o: {
      ...(isPaperNewer ? { ...wasSaid, ...typed.o } : { ...typed.o, ...wasSaid }),
      paper: { sheet: batch.sheet, ...stays },
    },
    nm: before.isNamed ? 1 : 0,
  };
}
