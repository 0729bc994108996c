import { Hono } from "hono";
import { frameOf } from "../accounts/web";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { setArchived } from "../people/custom-field";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { LibraryPage } from "./library-views";
import { hideQuestion, questionSources } from "./question-library";

const BYTES_MAX = 10_000;
const PATH = "/groups/:group/questions";
const NUMBER = /^[1-9]\d{0,8}$/;

/** The group's library of questions and its custom fields: what there is, and what is offered in editors. */
export const libraryRoutes = new Hono<MemberEnv>();

libraryRoutes.get(PATH, memberCan("actions.edit"), async (c) => {
  const { ctx, t, group } = c.var;
  const sources = await questionSources(dbFor(ctx.env, group));
  const flash = c.req.query("done") ? { kind: "good" as const, text: t("actions.library.done") } : undefined;
  return c.html(<LibraryPage t={t} frame={await frameOf(c)} group={group} flash={flash} {...sources} />);
});

libraryRoutes.post(PATH, memberCan("actions.edit"), async (c) => {
  const { ctx, group } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const [verb, what, no = ""] = single(values, "do").split(":");
  const isKnown = (verb === "hide" || verb === "show") && NUMBER.test(no);
  if (!isKnown || (what !== "question" && what !== "field")) throw new AppError("bad_request");
  const set = what === "question" ? hideQuestion : setArchived;
  const isFound = await set(dbFor(ctx.env, group), Number(no), verb === "hide", ctx.now);
  if (!isFound) throw new AppError("not_found");
  return c.redirect(`/groups/${group.slug}/questions?done=yes`, 303);
});
