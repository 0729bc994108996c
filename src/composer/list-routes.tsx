import { Hono } from "hono";
import { recordAct } from "../groups/audit";
import { type MemberEnv, memberCan } from "../groups/web";
import {
  createMailing,
  duplicateMailing,
  hideMailing,
  listMailings,
  MAILINGS_PAGE,
  mailingById,
  mailingCounts,
  mailingTags,
  nameMailing,
  tagMailings,
  versionsOf,
} from "../mailings/mailing";
import { followersOf } from "../mailings/mirroring";
import { changedTags, listMailingTags } from "../mailings/tag";
import {
  KEPT_NAME_MAX,
  MAILING_TAG_MAX,
  MAILING_TAGS_MAX,
  type MailingId,
  NOTE_MAX,
  TITLE_MAX,
} from "../mailings/types";
import { listTemplates, saveTemplate } from "../mailings/wrapper";
import { cleanLine, cleanText } from "../platform/clean-text";
import { AppError } from "../platform/errors";
import { readForm, several, single } from "../platform/forms";
import { parseId } from "../platform/ids";
import { MailingListPage, NewMailingPage, type Shelf, shelves } from "./list-views";
import { listedRuns, seriesAsked } from "./series-parts";
import { selectClicked, selectUnchosen } from "./store";
import {
  flashOf,
  hrefOf,
  MAILING_PATH,
  MAILINGS_PATH,
  type MemberContext,
  mailingIn,
  mailingsHref,
  nameOf,
  pageOf,
  shardOf,
} from "./web";

const FORM_BYTES_MAX = 64 * 1024;
const RECENT = 5;

/** The list of a group's mailings; how one begins, is copied, renamed, and put away. */
export const listRoutes = new Hono<MemberEnv>();

listRoutes.get(MAILINGS_PATH, memberCan("mailings.view"), async (c) => {
  const db = shardOf(c);
  const shelf = shelfOf(c.req.query("shelf"));
  const search = cleanLine(c.req.query("q") ?? "").slice(0, TITLE_MAX);
  const tag = cleanLine(c.req.query("tag") ?? "").slice(0, MAILING_TAG_MAX);
  const before = Number(c.req.query("before")) || null;
  const statuses = shelves[shelf];
  const asked = await seriesAsked(db, c.req.query("series") ?? "");
  const [found, byStatus, tags, allTags] = await Promise.all([
    listMailings(db, {
      ...{ search, tag, before, series: asked.chosen?.no ?? null, limit: MAILINGS_PAGE + 1 },
      ...(statuses ? { statuses } : {}),
    }),
    mailingCounts(db),
    mailingTags(db),
    listMailingTags(db),
  ]);
  const count = (name: Shelf) =>
    [...byStatus].reduce(
      (sum, [status, n]) => sum + (shelves[name]?.some((each) => each === status) === false ? 0 : n),
      0,
    );
  const shown = found.slice(0, MAILINGS_PAGE);
  const nos = shown.map(({ no }) => no);
  const [clicked, listed, unchosen] = await Promise.all([
    selectClicked(db, nos),
    listedRuns(db, asked, nos),
    selectUnchosen(db, nos),
  ]);
  const next = found.length > MAILINGS_PAGE ? shown.at(-1)?.no : undefined;
  return c.html(
    <MailingListPage
      {...(await pageOf(c))}
      {...{ shelf, search, tag, tags, listed }}
      hiddenTags={allTags.flatMap((each) => (each.hiddenAt === null ? [] : [each.tag]))}
      mailings={shown.map((mailing) => ({
        mailing,
        counted: clicked.get(mailing.no) ?? null,
        isUnchosen: unchosen.has(mailing.no),
      }))}
      counts={{
        all: count("all"),
        drafts: count("drafts"),
        under_way: count("under_way"),
        sent: count("sent"),
      }}
      after={next ? turnedTo(c, next) : undefined}
      {...((await followedIn(c)) ?? flashIn(c))}
    />,
  );
});

function shelfOf(asked: string | undefined): Shelf {
  return asked === "drafts" || asked === "under_way" || asked === "sent" ? asked : "all";
}

function turnedTo(c: MemberContext, before: number): string {
  const query = new URLSearchParams(c.req.query());
  query.set("before", String(before));
  query.delete("done");
  return `${mailingsHref(c)}?${query}`;
}

/** That a mailing stays because another one still leaves out whom it leaves out. */
async function followedIn(c: MemberContext) {
  const id = c.req.query("done") === "followed" ? parseId<MailingId>(c.req.query("mailing") ?? "") : null;
  const mailing = id && (await mailingById(shardOf(c), id));
  const [follower] = mailing ? await followersOf(shardOf(c), mailing) : [];
  if (!follower) return null;
  const name = follower.name || c.var.t("composer.untitled");
  return { flash: { kind: "warn" as const, text: c.var.t("days.mirror.kept", { name }) } };
}

function flashIn(c: MemberContext) {
  if (c.req.query("done") === "no_label")
    return { flash: { kind: "warn" as const, text: c.var.t("composer.undone.label") } };
  const { flash } = flashOf(c, {
    hidden: "composer.done.hidden",
    returned: "composer.done.returned",
    labelled: "composer.done.labelled",
  });
  const hidden = c.req.query("done") === "hidden" ? c.req.query("mailing") : undefined;
  if (!flash || !hidden) return flash ? { flash } : {};
  const undo = {
    action: `${mailingsHref(c)}/${encodeURIComponent(hidden)}/return`,
    label: c.var.t("composer.undo"),
  };
  return { flash: { ...flash, undo } };
}

listRoutes.get(`${MAILINGS_PATH}/new`, memberCan("mailings.edit"), async (c) => {
  const db = shardOf(c);
  const [templates, recent] = await Promise.all([listTemplates(db), listMailings(db, { limit: RECENT })]);
  return c.html(<NewMailingPage {...(await pageOf(c))} {...{ templates, recent }} />);
});

listRoutes.post(`${MAILINGS_PATH}/new`, memberCan("mailings.edit"), async (c) => {
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const templateNo = Number(single(values, "template")) || null;
  const mailing = await createMailing(c.var.ctx, c.var.group, c.var.account, { templateNo });
  return c.redirect(hrefOf(c, mailing), 303);
});

listRoutes.post(`${MAILING_PATH}/copies`, memberCan("mailings.edit"), async (c) => {
  const { ctx, t, group, account } = c.var;
  const mailing = await mailingIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const asked = single(values, "for");
  const copyFor = asked === "others" || asked === "non_openers" ? asked : "same";
  const title = t(`composer.copy.title.${copyFor}`, { name: nameOf(t, mailing) });
  const copy = await duplicateMailing(ctx, group, mailing, account, { for: copyFor, title });
  return c.redirect(hrefOf(c, copy), 303);
});

listRoutes.post(`${MAILING_PATH}/names`, memberCan("mailings.edit"), async (c) => {
  const mailing = await mailingIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  await nameMailing(c.var.ctx, c.var.group, mailing, {
    internalTitle: cleanLine(single(values, "internalTitle")).slice(0, TITLE_MAX),
    tags: changedTags(mailing.tags, {
      had: several(values, "had").length > 0 ? tagsFrom(single(values, "had")) : mailing.tags,
      typed: tagsFrom(single(values, "tags")),
    }),
    note: cleanText(single(values, "note")).slice(0, NOTE_MAX),
  });
  const back = single(values, "back");
  const page = back === "target" || back === "review" || back === "progress" ? back : "";
  return c.redirect(`${hrefOf(c, mailing, page)}?done=named`, 303);
});

/** One tag for several mailings. */
listRoutes.post(`${MAILINGS_PATH}/tags`, memberCan("mailings.edit"), async (c) => {
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const nos = several(values, "mailing").slice(0, MAILINGS_PAGE).map(Number).filter(Number.isSafeInteger);
  const [tag] = tagsFrom(single(values, "tag"));
  const done = tag !== undefined && nos.length > 0;
  if (done) await tagMailings(c.var.ctx, c.var.group, nos, { tag, isGiven: single(values, "do") !== "take" });
  return c.redirect(`${mailingsHref(c)}?done=${done ? "labelled" : "no_label"}`, 303);
});

listRoutes.post(`${MAILING_PATH}/template`, memberCan("mailings.edit"), async (c) => {
  const { ctx, group, account } = c.var;
  const mailing = await mailingIn(c);
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const name = cleanLine(single(values, "name")).slice(0, KEPT_NAME_MAX) || nameOf(c.var.t, mailing);
  const versions = await versionsOf(shardOf(c), mailing.no);
  const first = versions.find(({ variantNo, language }) => variantNo === 1 && language === group.locale);
  if (!first) throw new AppError("not_found");
  const { subject, preview, form, body } = first;
  const { wrapperNo } = mailing.settings;
  const saved = await saveTemplate(ctx, group, account, {
    ...{ id: null, revision: 0, name: name.slice(0, KEPT_NAME_MAX), subject, preview, form, body, wrapperNo },
  });
  if (saved.is !== "saved") throw new AppError("conflict");
  return c.redirect(`${mailingsHref(c)}/templates/${saved.id}?done=saved`, 303);
});

function tagsFrom(text: string): string[] {
  const tags = text.split(",").map((tag) => cleanLine(tag).slice(0, MAILING_TAG_MAX));
  return [...new Set(tags.filter((tag) => tag !== ""))].slice(0, MAILING_TAGS_MAX);
}

listRoutes.post(`${MAILING_PATH}/hiding`, memberCan("mailings.edit"), async (c) => {
  const mailing = await mailingIn(c);
  const isHidden = await hide(c, mailing.id, true);
  const [follower] = isHidden ? [] : await followersOf(shardOf(c), mailing);
  if (follower) return c.redirect(`${mailingsHref(c)}?done=followed&mailing=${mailing.id}`, 303);
  if (!isHidden) throw new AppError("conflict");
  return c.redirect(`${mailingsHref(c)}?done=hidden&mailing=${mailing.id}`, 303);
});

listRoutes.post(`${MAILING_PATH}/return`, memberCan("mailings.edit"), async (c) => {
  const mailing = await mailingIn(c);
  await hide(c, mailing.id, false);
  return c.redirect(`${mailingsHref(c)}?done=returned`, 303);
});

async function hide(c: MemberContext, id: string, isHidden: boolean): Promise<boolean> {
  const { ctx, group, account } = c.var;
  const mailing = await mailingIn(c);
  const isDone = await hideMailing(ctx, group, mailing, isHidden);
  if (isDone)
    await recordAct(ctx, {
      ...{ groupNo: group.no, accountNo: account.no, subject: id },
      ...{ act: isHidden ? "mailing.hidden" : "mailing.returned", detail: { name: mailing.subject } },
    });
  return isDone;
}
