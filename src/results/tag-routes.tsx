import { Hono } from "hono";
import { recordAct } from "../groups/audit";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { hideTag, listMailingTags, mailingTag, type Renamed, renameTag, showTag } from "../mailings/tag";
import { MAILING_TAG_MAX } from "../mailings/types";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import type { FlashMessage } from "../ui/flash";
import type { Key } from "../ui/i18n";
import { mediansBefore, taggedSummaries } from "./lists";
import { totalsOf } from "./numbers";
import { TagListPage, TagPage } from "./tag-views";
import { MAILINGS_PATH, type MemberContext, pageOf } from "./web";

const PATH = `${MAILINGS_PATH}/tags`;
const FORM_BYTES_MAX = 16 * 1024;

/** The tags of a group's mailings: all of them, one with its sums, hiding one and giving one another name. */
export const tagRoutes = new Hono<MemberEnv>();

tagRoutes.get(PATH, memberCan("mailings.view"), async (c) => {
  if (c.req.query("tag") !== undefined) return tagPage(c, null);
  const { ctx, group, role } = c.var;
  const [page, tags] = await Promise.all([pageOf(c), listMailingTags(dbFor(ctx.env, group))]);
  const mayEdit = can(role, "mailings.edit");
  const showsHidden = c.req.query("hidden") === "yes";
  return c.html(<TagListPage {...page} {...{ tags, mayEdit, showsHidden }} flash={flashIn(c)} />);
});

type Refusal = { typed: string; error: string };

async function tagPage(c: MemberContext, refusal: Refusal | null): Promise<Response> {
  const { ctx, group, role } = c.var;
  const tag = await tagIn(c);
  const [page, summaries, medians] = await Promise.all([
    pageOf(c),
    taggedSummaries(ctx, group, tag.tag),
    mediansBefore(ctx, group, ctx.now),
  ]);
  return c.html(
    <TagPage
      {...page}
      {...{ tag, summaries, medians, refusal }}
      figures={totalsOf(summaries).all}
      mayEdit={can(role, "mailings.edit")}
      flash={flashIn(c)}
    />,
    refusal ? 422 : 200,
  );
}

/** The tag of the address; 404 for one that none of the group's mailings has. */
async function tagIn(c: MemberContext) {
  const asked = c.req.query("tag") ?? "";
  const { ctx, group } = c.var;
  const tag = asked.length > MAILING_TAG_MAX ? null : await mailingTag(dbFor(ctx.env, group), asked);
  if (!tag) throw new AppError("not_found");
  return tag;
}

const doneWords: Record<string, Key> = {
  hidden: "results.tags.done.hidden",
  shown: "results.tags.done.shown",
  renamed: "results.tags.done.renamed",
};

function flashIn(c: MemberContext): FlashMessage | undefined {
  const { t } = c.var;
  const done = c.req.query("done") ?? "";
  const key = doneWords[done];
  if (!key) return undefined;
  const hidden = done === "hidden" ? c.req.query("of") : undefined;
  const undo = hidden && { action: hrefOf(c, "/return", hidden), label: t("composer.undo") };
  return { kind: "good", text: t(key), ...(undo ? { undo } : {}) };
}

function hrefOf(c: MemberContext, page: "" | "/return", tag: string): string {
  return `/groups/${c.var.group.slug}/mailings/tags${page}?tag=${encodeURIComponent(tag)}`;
}

tagRoutes.post(`${PATH}/hiding`, memberCan("mailings.edit"), async (c) => {
  const { tag } = await tagIn(c);
  await hideTag(c.var.ctx, c.var.group, tag, c.var.account.no);
  await noteHiding(c, tag, "mailing_tag.hidden");
  const list = `/groups/${c.var.group.slug}/mailings/tags`;
  return c.redirect(`${list}?done=hidden&of=${encodeURIComponent(tag)}`, 303);
});

tagRoutes.post(`${PATH}/return`, memberCan("mailings.edit"), async (c) => {
  const { ctx, group } = c.var;
  const asked = c.req.query("tag") ?? "";
  const isKnown = asked.length <= MAILING_TAG_MAX && (await showTag(ctx, group, asked));
  // What no mailing has any more is shown again all the same: somebody may give it once more.
  if (isKnown) await noteHiding(c, asked, "mailing_tag.returned");
  else await tagIn(c);
  const isGiven = (await mailingTag(dbFor(ctx.env, group), asked)) !== null;
  const list = `/groups/${group.slug}/mailings/tags?done=shown`;
  return c.redirect(isGiven ? `${hrefOf(c, "", asked)}&done=shown` : list, 303);
});

async function noteHiding(
  c: MemberContext,
  tag: string,
  act: "mailing_tag.hidden" | "mailing_tag.returned",
): Promise<void> {
  const { ctx, group, account } = c.var;
  await recordAct(ctx, {
    ...{ groupNo: group.no, accountNo: account.no, subject: tag },
    ...{ act, detail: { name: tag } },
  });
}

const refusals: Record<Extract<Renamed, { is: "refused" }>["reason"], Key> = {
  empty: "results.tags.problem.empty",
  too_long: "results.tags.problem.too_long",
  comma: "results.tags.problem.comma",
  taken: "results.tags.problem.taken",
};

tagRoutes.post(`${PATH}/name`, memberCan("mailings.edit"), async (c) => {
  const { ctx, t, group, account } = c.var;
  const { tag } = await tagIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const typed = single(values, "name");
  const renamed = await renameTag(ctx, group, tag, typed);
  if (renamed.is === "refused")
    return tagPage(c, { typed, error: t(refusals[renamed.reason], { max: MAILING_TAG_MAX }) });
  await recordAct(ctx, {
    ...{ groupNo: group.no, accountNo: account.no, subject: renamed.name },
    ...{ act: "mailing_tag.renamed", detail: { from: tag, to: renamed.name } },
  });
  return c.redirect(`${hrefOf(c, "", renamed.name)}&done=renamed`, 303);
});
