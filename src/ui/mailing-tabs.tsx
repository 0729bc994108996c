import type { T } from "./i18n";
import { Icon } from "./icon";
import type { Tab } from "./layout";

/** In the `row` where it is wide, or under "More". `closedWith`: not for whoever may not open that part of the product. */
type Page = { name: string; rank: "row" | "more"; closedWith?: Tab };

/** The pages about a group's mailings, in the order of their tabs: what is looked at daily, what is written, what is set up once. */
export const mailingPages = [
  { name: "mailings", rank: "row" },
  { name: "series", rank: "row" },
  { name: "numbers", rank: "row" },
  { name: "replies", rank: "row", closedWith: "people" },
  { name: "returns", rank: "row" },
  { name: "templates", rank: "row" },
  { name: "pictures", rank: "row" },
  { name: "tags", rank: "more" },
  { name: "breakdowns", rank: "more" },
  { name: "days", rank: "more" },
  { name: "wrappers", rank: "more" },
  { name: "snippets", rank: "more" },
  { name: "merge-files", rank: "more" },
  { name: "topics", rank: "more" },
  { name: "senders", rank: "more" },
  { name: "settings", rank: "more", closedWith: "settings" },
] as const satisfies readonly Page[];

export type MailingTab = (typeof mailingPages)[number]["name"];

type Props = {
  t: T;
  slug: string;
  current: MailingTab;
  /** As `Shell` has them. */
  closedTabs?: readonly Tab[] | undefined;
};

/**
 * The row of tabs below the heading of every page about mailings as a whole. One row on a phone too: what it has no room for is
 * under "More", and the page one is on is always in the row.
 */
export function MailingTabs({ t, slug, current, closedTabs = [] }: Props) {
  const base = `/groups/${slug}/mailings`;
  const open = mailingPages.filter(
    (page) => !("closedWith" in page) || !closedTabs.includes(page.closedWith),
  );
  const isInRow = ({ name, rank }: (typeof mailingPages)[number]) => rank !== "more" || name === current;
  // A phone has room for the list and one more.
  const beside = current === "mailings" ? "numbers" : current;
  const isOnPhones = (name: MailingTab) => name === "mailings" || name === beside;
  const link = (name: MailingTab, className?: string) => (
    <a
      class={className}
      href={name === "mailings" ? base : `${base}/${name}`}
      aria-current={name === current ? "page" : undefined}
    >
      {t(`composer.tabs.${name}`)}
    </a>
  );
  return (
    <nav class="subtabs" aria-label={t("composer.tabs.label")}>
      <ul>
        {open.filter(isInRow).map(({ name }) => (
          <li class={isOnPhones(name) ? undefined : "subtab-wide"}>{link(name, "subtab")}</li>
        ))}
        <li>
          <details class="menu menu-end" data-menu>
            <summary>
              {t("composer.tabs.more")}
              <Icon name="down" />
            </summary>
            <ul class="menu-list">
              {open
                .filter(({ name }) => !isOnPhones(name))
                .map((page) => (
                  <li class={isInRow(page) ? "subtab-narrow" : undefined}>{link(page.name)}</li>
                ))}
            </ul>
          </details>
        </li>
      </ul>
    </nav>
  );
}
