import type { T } from "./i18n";

/** The pages about a group's people, in the order of their tabs. A feature that has no page yet has no tab. */
const pages = ["people", "audiences", "imports", "exports", "tags", "fields", "sources", "reports"] as const;

export type PeopleTab = (typeof pages)[number];

/** The row of tabs below the heading of every page about people. */
export function PeopleTabs({ t, slug, current }: { t: T; slug: string; current: PeopleTab }) {
  const base = `/groups/${slug}`;
  return (
    <nav class="subtabs" aria-label={t("people.tabs.label")}>
      <ul>
        {pages.map((page) => (
          <li>
            <a class="subtab" href={`${base}/${page}`} aria-current={page === current ? "page" : undefined}>
              {t(`people.tabs.${page}`)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
