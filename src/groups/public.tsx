import type { Child } from "hono/jsx";
import { normaliseEmail } from "../platform/email-address";
import { Document, PRODUCT_NAME, SkipLink } from "../ui/document";
import { type Locale, locales, type T } from "../ui/i18n";
import { LanguageLinks } from "../ui/layout";
import { publicStyles } from "../ui/public-styles";
import { Rich } from "../ui/rich";
import { themeStyle } from "../ui/theme";
import type { Group } from "./types";

/** What a group's public pages say about it. */
export type SiteGroup = Pick<Group, "no" | "name" | "postalAddress" | "settings">;

type Social = NonNullable<Parameters<typeof Document>[0]["social"]>;

export type SitePageProps = {
  t: T;
  locale: Locale;
  group: SiteGroup;
  /** The platform's own address, for whoever wants to know what this runs on. */
  platformOrigin: string;
  title: string;
  description?: string;
  canonical?: string;
  alternates?: readonly { locale: Locale; href: string }[];
  social?: Omit<Social, "siteName">;
  isIndexed?: boolean;
  /** The group's own page, whose title is the group's name. */
  isFront?: boolean;
  scripts?: readonly string[];
  /** Styles of this page alone. */
  style?: string | undefined;
  head?: Child;
  mainClass?: string;
  /** Links that belong to this page alone, at its foot. */
  footerLinks?: Child;
  /** What stays in reach at the foot of a phone's screen. */
  bar?: Child;
  children: Child;
};

/** Everything a public page of a group needs to look right, inside the page. @param more what this page alone needs */
export function siteStyle(group: SiteGroup, more = ""): string {
  return publicStyles + themeStyle(group.settings.accent) + more;
}

/** The frame of every page a supporter sees: whose page it is, the page, and how to reach or leave the group. */
export function SitePage(props: SitePageProps) {
  const { t, locale, group } = props;
  return (
    <Document
      locale={locale}
      title={props.title === group.name ? group.name : `${props.title} · ${group.name}`}
      description={props.description}
      canonical={props.canonical}
      alternates={props.alternates}
      social={props.social && { ...props.social, siteName: group.name }}
      isIndexed={props.isIndexed}
      styleText={siteStyle(group, props.style)}
      scripts={props.scripts}
      head={props.head}
      bodyClass="public"
    >
      <SkipLink t={t} />
      <SiteHeader {...props} />
      <main id="main" class={props.mainClass ? `page ${props.mainClass}` : "page"} tabindex={-1}>
        {props.children}
      </main>
      <SiteFooter {...props} />
      {props.bar}
    </Document>
  );
}

/** Whose page it is. The group's own page says so in its title, so there the logo stands alone. */
function SiteHeader({ group, isFront }: SitePageProps) {
  if (isFront && !group.settings.logo) return null;
  return (
    <header class="public-header">
      <a class="public-group" href="/">
        <Logo group={group} />
        <span dir="auto" class={isFront ? "visually-hidden" : undefined}>
          {group.name}
        </span>
      </a>
    </header>
  );
}

function Logo({ group }: { group: SiteGroup }) {
  const src = fileUrl(group, group.settings.logo);
  return src ? <img src={src} alt="" height={40} /> : null;
}

/**
 * Where a group's own file is on its host; null for a key that is not this group's. `FILES` keeps each group's files under
 * its number, and a host serves only those of its group.
 */
export function fileUrl(group: Pick<Group, "no">, key: string): string | null {
  const prefix = `groups/${group.no}/`;
  return key.startsWith(prefix) ? `/files/${key.slice(prefix.length)}` : null;
}

function SiteFooter({ t, group, footerLinks, platformOrigin }: SitePageProps) {
  const { website, privacyUrl } = group.settings;
  return (
    <footer class="public-footer">
      <p dir="auto">
        <strong>{group.name}</strong>
        {addressLines(group).map((line) => `, ${line}`)}
      </p>
      <p>
        <Leave t={t} group={group} />
      </p>
      <ul class="cluster">
        <WebLink href={website} words={t("public.footer.website")} />
        <WebLink href={privacyUrl} words={t("public.footer.privacy")} />
        {footerLinks}
        <li>
          <a href={platformOrigin}>{t("public.footer.madeWith", { product: PRODUCT_NAME })}</a>
        </li>
      </ul>
    </footer>
  );
}

/** The postal address; people often begin it with the name that already stands before it. */
function addressLines({ name, postalAddress }: SiteGroup): string[] {
  return paragraphs(postalAddress).filter((line, index) => index > 0 || line !== name);
}

function WebLink({ href, words }: { href: string; words: string }) {
  return isWebAddress(href) ? (
    <li>
      <a href={href} rel="noopener">
        {words}
      </a>
    </li>
  ) : null;
}

/** Whether a text an organiser wrote may become a link: `javascript:` and the like may not. */
export function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** How to get off the list: always said, with an address where the group gives one. */
export function Leave({ t, group }: { t: T; group: SiteGroup }) {
  const { replyTo } = group.settings;
  if (normaliseEmail(replyTo) === null) return <>{t("public.footer.leave")}</>;
  return (
    <Rich
      text={t("public.footer.leaveOrWrite", { address: replyTo })}
      parts={{ write: (words) => <a href={`mailto:${encodeURI(replyTo)}`}>{words}</a> }}
    />
  );
}

/** The group's logo, for networks that show a picture beside a link. */
export function SocialLogo({ group, origin }: { group: SiteGroup; origin: string }) {
  const logo = fileUrl(group, group.settings.logo);
  return logo ? <meta property="og:image" content={`${origin}${logo}`} /> : null;
}

/** One published action as a group's page lists it. */
export type ListedAction = { title: string; href: string; locale: Locale };

type GroupPageProps = {
  t: T;
  locale: Locale;
  group: SiteGroup;
  origin: string;
  platformOrigin: string;
  actions: readonly ListedAction[];
};

/** A group's own page, at `/` of its host: who it is and what one can do with it. */
export function GroupPage({ t, locale, group, origin, platformOrigin, actions }: GroupPageProps) {
  const { description } = group.settings;
  const summary = description.split("\n")[0] ?? "";
  return (
    <SitePage
      t={t}
      locale={locale}
      group={group}
      platformOrigin={platformOrigin}
      title={group.name}
      description={summary || t("public.group.about", { group: group.name })}
      canonical={`${origin}/`}
      alternates={locales.map((to) => ({ locale: to, href: `${origin}/?lang=${to}` }))}
      social={{ title: group.name, description: summary || t("public.group.about", { group: group.name }) }}
      head={<SocialLogo group={group} origin={origin} />}
      isIndexed
      isFront
      mainClass="stack"
      footerLinks={
        <li>
          <LanguageLinks t={t} locale={locale} />
        </li>
      }
    >
      <div class="stack stack-tight measure" dir="auto">
        <h1>{group.name}</h1>
        {paragraphs(description).map((paragraph) => (
          <p>{paragraph}</p>
        ))}
      </div>
      <section class="stack">
        <h2>{t("public.group.actions")}</h2>
        {actions.length === 0 ? (
          <p class="soft">{t("public.group.none")}</p>
        ) : (
          <ActionList locale={locale} actions={actions} />
        )}
      </section>
    </SitePage>
  );
}

/** Actions one can go on to, each a card that is one link. */
export function ActionList({ locale, actions }: { locale: Locale; actions: readonly ListedAction[] }) {
  return (
    <ul class="actions">
      {actions.map((action) => (
        <li>
          <h3 dir="auto">
            <a
              href={action.href}
              hreflang={action.locale}
              lang={action.locale === locale ? undefined : action.locale}
            >
              {action.title}
            </a>
          </h3>
        </li>
      ))}
    </ul>
  );
}

/** Plain text as its writer parted it. */
export function paragraphs(text: string): string[] {
  return text
    .split(/\n+/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
