import type { T } from "./i18n";

/** The pages about a group's mailings, in the order of their tabs. A feature that has no page yet has no tab. */
const pages = [
  "mailings",
  "replies",
  "returns",
  "numbers",
  "topics",
  "templates",
  "wrappers",
  "snippets",
  "senders",
  "settings",
] as const;

export type MailingTab = (typeof pages)[number];

/** The row of tabs below the heading of every page about mailings as a whole. */
export function MailingTabs({ t, slug, current }: { t: T; slug: string; current: MailingTab }) {
  const base = `/groups/${slug}/mailings`;
  return (
    <nav class="subtabs" aria-label={t("composer.tabs.label")}>
      <ul>
        {pages.map((page) => (
          <li>
            <a
              class="subtab"
              href={page === "mailings" ? base : `${base}/${page}`}
              aria-current={page === current ? "page" : undefined}
            >
              {t(`composer.tabs.${page}`)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
