import { summaryOf } from "../actions/page-frame";
import { fileUrl } from "../groups/public";
import type { Group } from "../groups/types";
import { translator } from "../ui/i18n";
import { type FeedItem, newestChange } from "./feed-item";

type Feed = { group: Group; origin: string; feedUrl: string; items: readonly FeedItem[] };

function about({ snapshot }: FeedItem): string {
  return summaryOf({ t: translator(snapshot.action.locale), snapshot });
}

function imageOf({ snapshot: { action, group } }: FeedItem, origin: string): string | null {
  const path = action.settings.image && fileUrl(group, action.settings.image.key);
  return path ? `${origin}${path}` : null;
}

/** JSON Feed 1.1 (jsonfeed.org). */
export function jsonFeed({ group, origin, feedUrl, items }: Feed): string {
  const logo = fileUrl(group, group.settings.logo);
  return JSON.stringify({
    version: "https://jsonfeed.org/version/1.1",
    title: group.name,
    home_page_url: `${origin}/`,
    feed_url: feedUrl,
    ...(group.settings.description ? { description: group.settings.description } : {}),
    language: group.locale,
    ...(logo ? { icon: `${origin}${logo}` } : {}),
    authors: [{ name: group.name, url: `${origin}/` }],
    items: items.map((item) => {
      const { action } = item.snapshot;
      const image = imageOf(item, origin);
      return {
        id: `urn:uuid:${action.id}`,
        url: item.url,
        title: action.title,
        // The format asks for content; a story may be empty, and a title is none.
        content_html: action.settings.descriptionHtml,
        summary: about(item),
        ...(image ? { image } : {}),
        ...(item.publishedAt ? { date_published: item.publishedAt.toISOString() } : {}),
        date_modified: item.changedAt.toISOString(),
        language: action.locale,
        tags: [action.kind],
      };
    }),
  });
}

/** RSS 2.0, with the story whole in `content:encoded` and the feed's own address as Atom has it. */
export function rss({ group, origin, feedUrl, items }: Feed): string {
  const element = (name: string, text: string) => `<${name}>${xmlText(text)}</${name}>`;
  const entries = items.map((item) => {
    const { action } = item.snapshot;
    return [
      "<item>",
      element("title", action.title),
      element("link", item.url),
      `<guid isPermaLink="false">urn:uuid:${action.id}</guid>`,
      element("description", about(item)),
      action.settings.descriptionHtml ? element("content:encoded", action.settings.descriptionHtml) : "",
      element("category", action.kind),
      item.publishedAt ? element("pubDate", item.publishedAt.toUTCString()) : "",
      "</item>",
    ].join("");
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>',
    element("title", group.name),
    element("link", `${origin}/`),
    element("description", group.settings.description || group.name),
    element("language", group.locale),
    items.length > 0 ? element("lastBuildDate", newestChange(items).toUTCString()) : "",
    `<atom:link rel="self" type="application/rss+xml" href="${xmlText(feedUrl)}"/>`,
    ...entries,
    "</channel></rss>",
  ].join("");
}

// XML 1.0 has no place for these at all, not even escaped (production 2).
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those are meant.
const NOT_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;
const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** A text as it may stand in an element or between the quotes of an attribute. */
function xmlText(text: string): string {
  return text
    .toWellFormed()
    .replace(NOT_XML, "")
    .replace(/[&<>"]/g, (character) => entities[character] ?? "");
}
