import type { T } from "./i18n";

/** The pages about what else works with a group's data, in the order of their tabs. */
export const integrationPages = ["keys", "webhooks", "connections"] as const;

export type IntegrationTab = (typeof integrationPages)[number];

/** The row of tabs below the heading of every page about integrations. */
export function IntegrationTabs({ t, slug, current }: { t: T; slug: string; current: IntegrationTab }) {
  const base = `/groups/${slug}/integrations`;
  return (
    <nav class="subtabs" aria-label={t("integrations.tabs.label")}>
      <ul>
        {integrationPages.map((page) => (
          <li>
            <a class="subtab" href={`${base}/${page}`} aria-current={page === current ? "page" : undefined}>
              {t(`integrations.tabs.${page}`)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
