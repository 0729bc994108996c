import { raw } from "hono/html";
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
  alternates?: readonly { locale: Locale | "x-default"; href: string }[];
  social?: Omit<Social, "siteName">;
  isIndexed?: boolean;
  /** The group's own page, whose title is the group's name. */
  isFront?: boolean;
  scripts?: readonly string[];
  /** Styles of this page alone. */
  style?: string | undefined;
  head?: Child;
  mainClass?: string;
  /** The same page in other languages, at its top. */
  languages?: Child;
  /** Links that belong to this page alone, at its foot. */
  footerLinks?: Child;
  /** What stays in reach at the foot of a phone's screen. */
  bar?: Child;
  children: Child;
};

/** What a group's pages and embeds need to look right. @param more what this page alone needs */
export function siteStyle({ settings }: SiteGroup, more = ""): string {
  return publicStyles + themeStyle(settings.accent, settings.font) + more;
}

/**
 * What a supporter must be able to see, whatever a group's own styles do: what they agree to, the button, whose page it is,
 * how to leave and how to report it. It stands above everything the group can dress (`look-css-page.ts`), in our colours;
 * header and footer of the group's own are boxes that nothing gets out of. Of important rules those of the earliest
 * layer win (CSS Cascade 5 §6.4.3).
 */
const KEPT_IN_SIGHT = (() => {
  const consent = ".field:has([name=consent])";
  const submit = ".action-card form .button-primary";
  const parts = `${consent},${submit},.public-footer,.action-card>.fine`;
  const inside = `:is(${consent},${submit},.public-footer) *`;
  const readable =
    "font-size:max(.85rem,14px)!important;line-height:1.4!important;letter-spacing:normal!important";
  return [
    "@layer reset{",
    `:is(${consent},.public-footer,${consent} :is(.choice,.choices)){display:grid!important}`,
    `:is(.action-card>.fine,.public-footer p,${consent} :is(legend,label,input)){display:block!important}`,
    `:is(${parts}),${inside}{visibility:visible!important;opacity:1!important;translate:none!important;transform:none!important;clip-path:none!important;max-block-size:none!important;max-inline-size:none!important;text-shadow:none!important}`,
    `:is(${parts}){position:relative!important;inset:auto!important;z-index:2!important;margin-inline:0!important}`,
    `${inside}{position:static!important}`,
    `:is(${consent},.action-card>.fine){background:var(--sheet)!important}`,
    `.public-footer{background:var(--paper)!important}`,
    `:is(${consent},.public-footer,.action-card>.fine),:is(${consent},.public-footer,.action-card>.fine) :not(input){color:var(--ink)!important;${readable}}`,
    `${submit}{background-color:var(--accent)!important;color:var(--accent-ink)!important;font-size:max(1rem,16px)!important}`,
    ".sign-bar{padding-block:8px!important;border-width:2px 0 0!important;box-shadow:none!important;max-block-size:6rem!important;overflow:hidden!important}",
    ":is(.own-header,.own-footer){position:relative!important;inset:auto!important;z-index:0!important;contain:paint!important;margin:0!important;grid-area:auto!important;float:none!important;translate:none!important;transform:none!important;rotate:none!important;scale:none!important}",
    "}",
  ].join("");
})();

/** All styles of a page of a group's own, inside the page: the group's own last. Embeds are without those. */
export function pageStyle(group: SiteGroup, more = ""): string {
  const { css } = group.settings;
  return siteStyle(group, more) + (css ? KEPT_IN_SIGHT + css : "");
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
      styleText={pageStyle(group, props.style)}
      scripts={props.scripts}
      head={props.head}
      bodyClass="public"
    >
      <SkipLink t={t} />
      <Wrapper name="header" html={group.settings.headerHtml} />
      <SiteHeader {...props} />
      <main id="main" class={props.mainClass ? `page ${props.mainClass}` : "page"} tabindex={-1}>
        {props.children}
      </main>
      <Wrapper name="footer" html={group.settings.footerHtml} />
      <SiteFooter {...props} />
      {props.bar}
    </Document>
  );
}

/** What partners put above and below every page; sanitised when it was saved. */
function Wrapper({ name, html }: { name: "header" | "footer"; html: string }) {
  return html ? <div class={`own-${name}`}>{raw(html)}</div> : null;
}

/**
 * Whose page it is; a header of the group's own says so in its place. The group's own page says so in its title, so there
 * the logo stands alone.
 */
function SiteHeader({ group, isFront, languages }: SitePageProps) {
  const isNamed = !group.settings.headerHtml && !(isFront && !group.settings.logo);
  if (!isNamed && !languages) return null;
  return (
    <header class="public-header">
      {isNamed ? (
        <a class="public-group" href="/">
          <Logo group={group} />
          <span dir="auto" class={isFront ? "visually-hidden" : undefined}>
            {group.name}
          </span>
        </a>
      ) : null}
      {languages}
    </header>
  );
}

const LOGO_HEIGHT = 40;

/** Its words are said where they say more than the name beside it. */
function Logo({ group }: { group: SiteGroup }) {
  const { logo, logoAlt, logoWidth, logoHeight } = group.settings;
  const src = fileUrl(group, logo);
  if (!src) return null;
  const alt = logoAlt.toLowerCase() === group.name.toLowerCase() ? "" : logoAlt;
  const width = logoHeight > 0 ? Math.round((logoWidth / logoHeight) * LOGO_HEIGHT) : undefined;
  return <img src={src} alt={alt} width={width} height={LOGO_HEIGHT} />;
}

/**
 * Where a group's own file is on its host; null for a key that is not this group's. `FILES` keeps each group's files under
 * its number, and a host serves only those of its group.
 */
export function fileUrl(group: Pick<Group, "no">, key: string): string | null {
  const prefix = `groups/${group.no}/`;
  return key.startsWith(prefix) ? `/files/${key.slice(prefix.length)}` : null;
}

/** Where supporters ask for what a group holds of them, on each host of a group. */
export const OWN_DATA_PATH = "/privacy";

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
        <li>
          <a href={OWN_DATA_PATH} rel="nofollow">
            {t("privacy.own.page.title")}
          </a>
        </li>
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
export type ListedAction = { title: string; href: string; locale: Locale; line?: string };

type GroupPageProps = {
  t: T;
  locale: Locale;
  group: SiteGroup;
  origin: string;
  platformOrigin: string;
  actions: readonly ListedAction[];
};

/** Where programs read what the group does, on each of its hosts (connections/feeds.ts). */
const feedLinks = [
  { type: "application/rss+xml", path: "/feed.xml" },
  { type: "application/feed+json", path: "/feed.json" },
  { type: "text/calendar", path: "/events.ics" },
];

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
      head={
        <>
          <SocialLogo group={group} origin={origin} />
          {feedLinks.map(({ type, path }) => (
            <link rel="alternate" type={type} title={group.name} href={path} />
          ))}
        </>
      }
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
          {action.line ? (
            <p class="fine" lang={action.locale === locale ? undefined : action.locale}>
              {action.line}
            </p>
          ) : null}
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
