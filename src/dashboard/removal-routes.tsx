import { Hono, type Context as HonoContext } from "hono";
import { refreshPage } from "../actions/publication";
import type { Action, Kind } from "../actions/types";
import { ACTION_PATH, actionFrame, actionHref, actionIn, memberNames } from "../actions/web";
import { recordAct } from "../groups/audit";
import { listMembers } from "../groups/member";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { listRemovals, REMOVAL_IDS_MAX, removeParticipations, undoRemoval } from "../intake/removal";
import { countSigners, listSigners } from "../intake/signers";
import { AppError } from "../platform/errors";
import { type FormValues, readForm, several, single } from "../platform/forms";
import { type ParticipationId, parseId } from "../platform/ids";
import { type FilterWords, filterQuery, filterWords, isNarrow, signerFilter } from "./filter";
import { RemovalNewPage, RemovalsPage } from "./removal-views";

const BYTES_MAX = 100_000;
const SAMPLE_SIZE = 10;

/** Taking participations out of the count, and putting them back. */
export function removalRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();

  app.get(`${ACTION_PATH}/removals`, memberCan("participations.remove"), async (c) => {
    const subject = await actionIn(c, kinds);
    const { ctx, t, group } = c.var;
    const [frame, removals, members] = await Promise.all([
      actionFrame(c, subject),
      listRemovals(dbFor(ctx.env, group), subject.action.no),
      listMembers(ctx, group),
    ]);
    return c.html(<RemovalsPage {...frame} removals={removals} nameOfMember={memberNames(t, members)} />);
  });

  app.get(`${ACTION_PATH}/removals/new`, memberCan("participations.remove"), async (c) => {
    const subject = await actionIn(c, kinds);
    const { ctx, group } = c.var;
    const words: FilterWords = { ...filterWords((name) => c.req.query(name)), state: "counted" };
    const filter = signerFilter(words, group.timeZone);
    if (!isNarrow(filter)) return c.redirect(actionHref(group, subject.action, "/signers"), 303);
    const db = dbFor(ctx.env, group);
    const bounded = { ...filter, to: Math.min(filter.to ?? ctx.now, ctx.now) };
    const [frame, count, total, sample] = await Promise.all([
      actionFrame(c, subject),
      countSigners(db, subject.action.no, bounded),
      countSigners(db, subject.action.no, { state: "counted" }),
      listSigners(db, subject.action.no, { filter: bounded, limit: SAMPLE_SIZE }),
    ]);
    return c.html(
      <RemovalNewPage
        {...frame}
        words={words}
        count={count}
        total={total}
        until={ctx.now}
        sample={sample.signers}
      />,
    );
  });

  app.post(`${ACTION_PATH}/removals`, memberCan("participations.remove"), async (c) => {
    const { action } = await actionIn(c, kinds);
    const { ctx, group, account } = c.var;
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const words = filterWords((name) => single(values, name));
    const what = chosenIn(c, values, words);
    const removal = what && (await removeParticipations(ctx, group, action, { by: account.no, ...what }));
    if (!removal)
      return c.redirect(actionHref(group, action, `/signers${filterQuery(words, { done: "nothing" })}`), 303);
    await record(c, action, "participations.removed", removal);
    const done = { done: "removed", removal: String(removal.removalNo), count: String(removal.count) };
    return c.redirect(actionHref(group, action, `/signers${filterQuery(words, done)}`), 303);
  });

  app.post(`${ACTION_PATH}/removals/:removal/undo`, memberCan("participations.remove"), async (c) => {
    const { action } = await actionIn(c, kinds);
    const { ctx, group, account } = c.var;
    const removalNo = Number(c.req.param("removal"));
    const known = await listRemovals(dbFor(ctx.env, group), action.no);
    if (!known.some(({ no }) => no === removalNo)) throw new AppError("not_found");
    const count = await undoRemoval(ctx, group, action, removalNo, account.no);
    if (count > 0) await record(c, action, "participations.restored", { removalNo, count });
    return c.redirect(actionHref(group, action, `/signers?done=undone&count=${count}`), 303);
  });

  return app;
}

/** Those picked by hand, or what the filter found when its page was shown; null when nothing at all was chosen. */
function chosenIn(c: HonoContext<MemberEnv>, values: FormValues, words: FilterWords) {
  const ids = several(values, "ids")
    .map((text) => parseId<ParticipationId>(text))
    .filter((id) => id !== null);
  if (ids.length > 0) return { ids: ids.slice(0, REMOVAL_IDS_MAX) };
  const { ctx, group } = c.var;
  const filter = signerFilter({ ...words, state: "counted" }, group.timeZone);
  const until = Number(single(values, "until"));
  if (!isNarrow(filter) || !until) return null;
  // Whoever signs after the number was read is not in it.
  return { filter: { ...filter, to: Math.min(filter.to ?? until, until, ctx.now) } };
}

/** A removed comment must leave the public page too, so the page is made again. */
async function record(
  c: HonoContext<MemberEnv>,
  action: Action,
  act: string,
  detail: { removalNo: number; count: number },
): Promise<void> {
  const { ctx, group, account } = c.var;
  await recordAct(ctx, { groupNo: group.no, accountNo: account.no, act, subject: action.id, detail });
  await refreshPage(ctx, group, action);
}
