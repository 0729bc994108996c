import { Hono } from "hono";
import { refreshPage } from "../actions/publication";
import type { Kind } from "../actions/types";
import { ACTION_PATH, actionFrame, actionHref, actionIn } from "../actions/web";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { targetOf, tellHome } from "../intake/removal";
import { listSigners, setCommentStatus } from "../intake/signers";
import { type FormValues, readForm, several, single } from "../platform/forms";
import { type ParticipationId, parseId } from "../platform/ids";
import type { FlashMessage } from "../ui/flash";
import type { T } from "../ui/i18n";
import { CommentsPage, commentStates } from "./comment-views";
import { cursorOf } from "./filter";

const BYTES_MAX = 50_000;
/** Comments are read in full, so fewer fit a page than names. */
const COMMENTS_PAGE_SIZE = 25;

/** Reading comments before the public does. */
export function commentRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();

  app.get(`${ACTION_PATH}/comments`, memberCan("people.view"), async (c) => {
    const subject = await actionIn(c, kinds);
    const { ctx, t, group } = c.var;
    const state = commentStates.find((name) => name === c.req.query("state")) ?? "waiting";
    const before = cursorOf(c.req.query("before"));
    const [frame, page] = await Promise.all([
      actionFrame(
        c,
        subject,
        doneFlash(t, (name) => c.req.query(name)),
      ),
      listSigners(dbFor(ctx.env, group), subject.action.no, {
        filter: { state: "counted", comment: state },
        limit: COMMENTS_PAGE_SIZE,
        ...(before ? { before } : {}),
      }),
    ]);
    return c.html(
      <CommentsPage
        {...frame}
        state={state}
        signers={page.signers}
        next={page.next}
        isFirstPage={before === undefined}
      />,
    );
  });

  app.post(`${ACTION_PATH}/comments`, memberCan("people.view"), async (c) => {
    const { action, kind } = await actionIn(c, kinds);
    const { ctx, group } = c.var;
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const { verb, ids } = decisionIn(values);
    const count = ids.length > 0 ? await setCommentStatus(dbFor(ctx.env, group), action.no, ids, verb) : 0;
    // The home first: its latest signers carry their comments, and the page is made from both.
    if (count > 0) await tellHome(ctx, targetOf(group, action, kind));
    if (count > 0) await refreshPage(ctx, group, action);
    const state = commentStates.find((name) => name === single(values, "state")) ?? "waiting";
    return c.redirect(actionHref(group, action, `/comments?state=${state}&done=${verb}&count=${count}`), 303);
  });

  return app;
}

/** The button says which comment, or all of the page. */
function decisionIn(values: FormValues): { verb: "shown" | "hidden"; ids: ParticipationId[] } {
  const [verb, which = ""] = single(values, "do").split(":");
  const texts = verb === "show-all" ? several(values, "ids").slice(0, COMMENTS_PAGE_SIZE) : [which];
  const ids = texts.map((text) => parseId<ParticipationId>(text)).filter((id) => id !== null);
  return { verb: verb === "hide" ? "hidden" : "shown", ids };
}

function doneFlash(t: T, query: (name: string) => string | undefined): FlashMessage | undefined {
  const count = Number(query("count")) || 0;
  const done = query("done");
  if (count === 0 || (done !== "shown" && done !== "hidden")) return undefined;
  return {
    kind: "good",
    text: t(done === "shown" ? "intake.moderation.doneShown" : "intake.moderation.doneHidden", { count }),
  };
}
