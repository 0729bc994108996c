import type { T } from "./i18n";
import { Icon } from "./icon";

/** The pages about a group's people, in the order of their tabs. A feature that has no page yet has no tab. */
export const peoplePages = [
  "people",
  "audiences",
  "imports",
  "exports",
  "tags",
  "fields",
  "sources",
  "reports",
] as const;

export type PeopleTab = (typeof peoplePages)[number];

/**
 * The row of tabs below the heading of every page about people. A phone has room for the list and one more, which is the page
 * one is on; the rest is under "More" there.
 */
export function PeopleTabs({ t, slug, current }: { t: T; slug: string; current: PeopleTab }) {
  const beside = current === "people" ? "audiences" : current;
  const isInRow = (page: PeopleTab) => page === "people" || page === beside;
  const link = (page: PeopleTab, className?: string) => (
    <a
      class={className}
      href={`/groups/${slug}/${page}`}
      aria-current={page === current ? "page" : undefined}
    >
      {t(`people.tabs.${page}`)}
    </a>
  );
  return (
    <nav class="subtabs" aria-label={t("people.tabs.label")}>
      <ul>
        {peoplePages.map((page) => (
          <li class={isInRow(page) ? undefined : "subtab-wide"}>{link(page, "subtab")}</li>
        ))}
        <li class="subtab-narrow">
          <details class="menu menu-end" data-menu>
            <summary>
              {t("people.tabs.more")}
              <Icon name="down" />
            </summary>
            <ul class="menu-list">
              {peoplePages
                .filter((page) => !isInRow(page))
                .map((page) => (
                  <li>{link(page)}</li>
                ))}
            </ul>
          </details>
        </li>
      </ul>
    </nav>
  );
}
