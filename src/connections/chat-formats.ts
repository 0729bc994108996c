import { formatMoney, formatNumber } from "../ui/format";
import { type Locale, translator } from "../ui/i18n";
import type { Notice, Service } from "./chat-types";

/** Characters of one message; the shortest limit of the services is 2,000, and escaping may double it. */
const TEXT_MAX = 900;

/** A notice in words, and where it leads. */
export type Said = { text: string; url: string };

export function say(notice: Notice, locale: Locale, place: { group: string; href: string }): Said {
  const t = translator(locale);
  const words = (): string => {
    switch (notice.is) {
      case "test":
        return t("connections.chat.says.test", { group: place.group });
      case "milestone":
      case "goal":
        return t(`connections.chat.says.${notice.is}`, {
          title: notice.title,
          count: notice.count,
          n: formatNumber(notice.count, locale),
        });
      case "published":
        return t("connections.chat.says.published", { title: notice.title });
      case "comments":
        return t("connections.chat.says.comments", { title: notice.title, count: notice.count });
      case "gift":
        return t("connections.chat.says.gift", {
          title: notice.title,
          amount: formatMoney(notice.amount, notice.currency, locale),
        });
      case "filling":
      case "full":
        return t(`connections.chat.says.${notice.is}`, {
          title: notice.title,
          taken: notice.taken,
          count: notice.places,
        });
      case "daily":
        return [
          t("connections.chat.says.daily", {
            group: place.group,
            count: notice.count,
            n: formatNumber(notice.count, locale),
          }),
          ...notice.actions.map(({ title, count }) => `${title}: ${formatNumber(count, locale)}`),
        ].join("\n");
    }
  };
  const text = words();
  const url = notice.is === "test" ? place.href : notice.url;
  return { text: text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX).toWellFormed()}…` : text, url };
}

/**
 * The body that a service's incoming webhook takes. What an organiser wrote into a title is text in every one of them: it makes
 * no link, calls nobody, and is not dressed.
 */
export function bodyFor(service: Service, { text, url }: Said): Record<string, unknown> {
  switch (service) {
    case "slack":
      return { text: `${slackText(text)}\n<${slackText(url)}>`, unfurl_links: false, unfurl_media: false };
    case "discord":
      // In <>, so that Discord shows no preview of it.
      return { content: `${markdownText(text)}\n<${url}>`, allowed_mentions: { parse: [] } };
    case "mattermost":
      return { text: `${withoutMentions(markdownText(text))}\n<${url}>` };
    case "matrix":
      return {
        text: `${text}\n${url}`,
        html: `${htmlText(text)}<br><a href="${htmlText(url)}">${htmlText(url)}</a>`,
      };
    case "teams":
      return teamsCard(text, url);
  }
}

/** An adaptive card, as workflows of Teams take it. */
function teamsCard(text: string, url: string): Record<string, unknown> {
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    body: [{ type: "TextBlock", text: markdownText(text).replaceAll("\n", "\n\n"), wrap: true }],
    actions: [{ type: "Action.OpenUrl", title: new URL(url).hostname, url }],
  };
  return {
    type: "message",
    attachments: [{ contentType: "application/vnd.microsoft.card.adaptive", content }],
  };
}

// Slack reads links, people and channels inside <>, and asks for these three and no others (docs.slack.dev, "Escaping text").
const slackEntities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

function slackText(text: string): string {
  // What dresses a text stands at the edge of words: a joiner that nobody sees keeps it from there.
  return text.replace(/[&<>]/g, (sign) => slackEntities[sign] ?? "").replace(/[*_~`]/g, "\u2060$&\u2060");
}

function markdownText(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+.!|~<>:@-]/g, "\\$&");
}

// Mattermost looks for names before it looks for markdown.
function withoutMentions(text: string): string {
  return text.replaceAll("\\@", "@\u200b");
}

const htmlEntities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function htmlText(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => htmlEntities[sign] ?? "").replaceAll("\n", "<br>");
}
