import type { T } from "./i18n";

/** The pages about a group itself, in the order of their tabs. */
export function settingsPages(t: T, slug: string): { tab: string; href: string; label: string }[] {
  const base = `/groups/${slug}/settings`;
  return [
    { tab: "settings", href: base, label: t("groups.nav.settings") },
    { tab: "looks", href: `${base}/looks`, label: t("looks.title") },
    { tab: "members", href: `${base}/members`, label: t("groups.nav.members") },
    { tab: "payments", href: `/groups/${slug}/payments`, label: t("payments.collecting.title") },
    { tab: "privacy", href: `${base}/privacy`, label: t("privacy.title") },
    {
      tab: "integrations",
      href: `/groups/${slug}/integrations/keys`,
      label: t("integrations.tabs.label"),
    },
    { tab: "history", href: `${base}/history`, label: t("groups.nav.history") },
  ];
}
