import { type SiteGroup, SitePage } from "../groups/public";
import { formatDate } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { LanguageLinks } from "../ui/layout";
import type { ArchivedMailing } from "./store-copies";
import { readersStyle } from "./style";

type ArchivePageProps = {
  t: T;
  locale: Locale;
  group: SiteGroup & { timeZone: string };
  platformOrigin: string;
  base: string;
  mailings: readonly ArchivedMailing[];
};

/** What a group has written to its list, for everybody. */
export function ArchivePage({ t, locale, group, platformOrigin, base, mailings }: ArchivePageProps) {
  const title = t("readers.view.archive");
  return (
    <SitePage
      {...{ t, locale, group, platformOrigin, title }}
      mainClass="thanks reader"
      style={readersStyle}
      languages={<LanguageLinks t={t} locale={locale} />}
    >
      <div class="panel">
        <h1>{title}</h1>
        <p>{t("readers.view.archiveLead", { group: group.name })}</p>
        {mailings.length === 0 ? (
          <p class="soft">{t("readers.view.none")}</p>
        ) : (
          <ul>
            {mailings.map(({ no, subject, sentAt }) => (
              <li>
                <a href={`${base}/${no}`} dir="auto">
                  {subject}
                </a>{" "}
                <span class="soft">{formatDate(sentAt, locale, group.timeZone)}</span>
              </li>
            ))}
          </ul>
        )}
        <p>
          <a href={`${base}/feed.xml`}>{t("readers.view.feed")}</a>
        </p>
      </div>
    </SitePage>
  );
}

type Feed = { title: string; about: string; href: string; language: string };

/** The same as RSS 2.0 (rssboard.org/rss-specification). */
export function feedOf(mailings: readonly ArchivedMailing[], { title, about, href, language }: Feed): string {
  const items = mailings.map(
    ({ no, subject, sentAt }) =>
      `<item><title>${xml(subject)}</title><link>${xml(`${href}/${no}`)}</link><guid>${xml(`${href}/${no}`)}</guid><pubDate>${new Date(sentAt).toUTCString()}</pubDate></item>`,
  );
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<rss version="2.0"><channel><title>${xml(title)}</title><link>${xml(href)}</link><description>${xml(about)}</description><language>${language}</language>`,
    ...items,
    "</channel></rss>\n",
  ].join("\n");
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 §2.2 allows none of them.
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

function xml(text: string): string {
  return text
    .toWellFormed()
    .replace(NOT_XML, "")
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
