import type { Action } from "../actions/types";
import { fileUrl } from "../groups/public";
import type { Group } from "../groups/types";
import type { Block } from "../mailings/content/document";
import type { Beginning } from "../mailings/mailing";
import type { WrittenUpdate } from "../petitions/update-types";
import type { Context } from "../platform/context";
import { groupOrigin } from "../platform/http";
import { formatNumber } from "../ui/format";
import { type T, translator } from "../ui/i18n";
import { blocksOf } from "./news-document";

export type News = { action: Action; update: WrittenUpdate };

/**
 * An update of a petition as a mail to those who signed it in any of its languages: one mail, with the words of each language
 * version that has the same news.
 * @param others the numbers of the other language versions, and the news on their pages
 */
export function newsMailing(
  ctx: Pick<Context, "config">,
  group: Group,
  { action, update }: News,
  others: { nos: readonly number[]; news: readonly News[] },
): Beginning {
  const actions = [action.no, ...others.nos];
  return {
    ...wordsOf(ctx, group, action, update),
    others: others.news.map((one) => wordsOf(ctx, group, one.action, one.update)),
    target: { audience: { include: { all: [{ is: "action", actions }] } }, most: null },
  };
}

/** Its words, the petition's picture, and the way to its page. */
function wordsOf(
  { config }: Pick<Context, "config">,
  group: Group,
  action: Action,
  update: WrittenUpdate,
): Omit<Beginning, "target" | "others"> {
  const t = translator(action.locale);
  const origin = groupOrigin(config, group.slug);
  const page = `${origin}/petitions/${action.slug}`;
  const lead = leadOf(t, action, update);
  const content: Block[] = [
    {
      type: "paragraph",
      content: [
        { type: "text", text: `${t("composer.news.hello")} ` },
        { type: "field", attrs: { name: "first_name", fallback: t("composer.news.friend") } },
        { type: "text", text: t("composer.news.comma") },
      ],
    },
    { type: "paragraph", content: [{ type: "text", text: lead }] },
    ...pictureOf(group, action, { origin, page }),
    {
      type: "heading",
      attrs: { level: 2, textAlign: null },
      content: [{ type: "text", text: update.title }],
    },
    ...storyOf(update),
    { type: "button", attrs: { label: t("composer.news.button"), href: `${page}#updates`, align: null } },
    { type: "paragraph", content: [{ type: "text", text: t("composer.news.thanks") }] },
    { type: "paragraph", content: [{ type: "text", text: group.name }] },
  ];
  return {
    language: action.locale,
    subject: update.title,
    preview: lead,
    body: JSON.stringify({ type: "doc", content }),
  };
}

function leadOf(t: T, { title, locale }: Action, { sort, saidBy, signatureCount }: WrittenUpdate): string {
  const count = signatureCount ?? 0;
  return t(`composer.news.leads.${sort}`, { title, who: saidBy, count, n: formatNumber(count, locale) });
}

/** What somebody answered is quoted. */
function storyOf({ sort, bodySource }: WrittenUpdate): Block[] {
  const story = blocksOf(bodySource);
  return sort === "response" && story.length > 0 ? [{ type: "blockquote", content: story }] : story;
}

function pictureOf(
  group: Group,
  { settings: { image } }: Action,
  { origin, page }: { origin: string; page: string },
): Block[] {
  const src = image && fileUrl(group, image.key);
  if (!image || !src) return [];
  return [
    {
      type: "image",
      attrs: { src: `${origin}${src}`, alt: image.alt, width: null, href: page, align: null },
    },
  ];
}
