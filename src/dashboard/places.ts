import type { Kind } from "../actions/types";
import { can } from "../groups/roles";
import type { Role } from "../groups/types";
import type { T } from "../ui/i18n";
import { integrationPages } from "../ui/integration-tabs";
import { mailingPages } from "../ui/mailing-tabs";
import { peoplePages } from "../ui/people-tabs";
import { settingsPages } from "../ui/settings-pages";

/** Somewhere in the product that one can go, or something one can begin. */
export type Place = {
  label: string;
  href: string;
  /** The part of the product it is in, where its name alone may be of several. */
  within?: string;
  /** Offered before anything is typed. */
  isMain?: boolean;
  /** One begins something there. */
  isBeginning?: boolean;
};

type Reader = { t: T; slug: string; role: Role; kinds: readonly Kind[] };

/** Every page of a group that a role opens, what can be begun first. */
export function placesOf(reader: Reader): Place[] {
  return [
    ...beginnings(reader),
    ...parts(reader),
    ...ofPeople(reader),
    ...ofMailings(reader),
    ...ofSettings(reader),
  ];
}

const BEGINNING = { isMain: true, isBeginning: true };

function beginnings({ t, slug, role, kinds }: Reader): Place[] {
  const base = `/groups/${slug}`;
  const actions = kinds.map(
    ({ name, words }): Place => ({
      label: t(words.create),
      href: `${base}/actions/new/${name}`,
      ...BEGINNING,
    }),
  );
  return [
    ...(can(role, "actions.edit") ? actions : []),
    ...(can(role, "mailings.edit")
      ? [{ label: t("composer.list.new"), href: `${base}/mailings/new`, ...BEGINNING }]
      : []),
    ...(can(role, "people.edit")
      ? [{ label: t("profiles.add.title"), href: `${base}/people/new`, ...BEGINNING }]
      : []),
  ];
}

function parts({ t, slug }: Reader): Place[] {
  const base = `/groups/${slug}`;
  return [
    { label: t("common.nav.home"), href: base, isMain: true },
    { label: t("common.nav.actions"), href: `${base}/actions`, isMain: true },
    { label: t("common.nav.account"), href: "/account" },
    { label: t("common.nav.help"), href: "/help" },
  ];
}

function ofPeople({ t, slug, role }: Reader): Place[] {
  if (!can(role, "people.view")) return [];
  const within = t("common.nav.people");
  return peoplePages.map((page) => {
    const place = { label: t(`people.tabs.${page}`), href: `/groups/${slug}/${page}` };
    return page === "people" ? { ...place, isMain: true } : { ...place, within };
  });
}

function ofMailings({ t, slug, role }: Reader): Place[] {
  const base = `/groups/${slug}/mailings`;
  const within = t("common.nav.mailings");
  const closed = { people: !can(role, "people.view"), settings: !can(role, "settings.edit") };
  return mailingPages
    .filter((page) => !("closedWith" in page) || !closed[page.closedWith])
    .map(({ name }) => {
      const place = {
        label: t(`composer.tabs.${name}`),
        href: name === "mailings" ? base : `${base}/${name}`,
      };
      return name === "mailings" ? { ...place, isMain: true } : { ...place, within };
    });
}

function ofSettings({ t, slug, role }: Reader): Place[] {
  if (!can(role, "settings.edit")) return [];
  const within = t("common.nav.settings");
  const settings = settingsPages(t, slug).map(
    ({ tab, href, label }): Place =>
      tab === "settings" ? { label, href, isMain: true } : { label, href, within },
  );
  const integrations = integrationPages.map(
    (page): Place => ({
      label: t(`integrations.tabs.${page}`),
      href: `/groups/${slug}/integrations/${page}`,
      within: t("integrations.tabs.label"),
    }),
  );
  return [...settings, ...integrations];
}

/**
 * The places that some words mean, each the beginning of a word of theirs, whatever the accents: those called so, then those of a part
 * called so. Without words the main ones.
 */
export function placesNamed(places: readonly Place[], text: string): Place[] {
  const asked = wordsOf(text);
  if (asked.length === 0) return places.filter(({ isMain }) => isMain);
  const areIn = (own: string[]) => asked.every((word) => own.some((each) => each.startsWith(word)));
  const called = places.filter(({ label }) => areIn(wordsOf(label)));
  const inPart = places.filter(({ label, within = "" }) => areIn(wordsOf(`${label} ${within}`)));
  return [...new Set([...called, ...inPart])];
}

function wordsOf(text: string): string[] {
  const plain = text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
}
