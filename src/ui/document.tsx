import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import type { Locale, T } from "./i18n";

export const PRODUCT_NAME = "Groundswell";

/** The stylesheets of the platform's own pages, the layer order first. */
export const dashboardStyles = [
  "tokens",
  "reset",
  "base",
  "button",
  "form",
  "affix",
  "flash",
  "progress",
  "status",
  "table",
  "sparkline",
  "menu",
  "dashboard",
  "editor",
  "event-editor",
  "questions",
  "officials",
  "forms",
  "embeds",
  "statistics",
  "looks",
  "paper",
  "audiences",
  "composer",
  "series",
  "imports",
  "profiles",
  "exports",
  "inbound",
  "results",
  "senders",
  "utilities",
].map((name) => `/css/${name}.css`);

type DocumentProps = {
  locale: Locale;
  title: string;
  description?: string;
  /** The one address of this page, absolute. */
  canonical?: string;
  /** The same page in other languages, absolute. */
  alternates?: readonly { locale: Locale | "x-default"; href: string }[];
  social?: {
    title: string;
    description: string;
    siteName: string;
    type?: "website" | "article";
    image?: { url: string; alt: string; width: number; height: number };
    /** Where networks find just these words, when that is not the canonical address. */
    url?: string | undefined;
  };
  isIndexed?: boolean;
  /** Addresses of stylesheets, or their text for a page that must be one document. */
  styles?: readonly string[];
  styleText?: string;
  /** Module scripts in `public/js`; the page must work without them. */
  scripts?: readonly string[];
  /** The colour of the browser's own bar; the paper of both themes unless told. */
  themeColor?: string;
  /** JSON-LD, feeds and whatever else the head needs. */
  head?: Child;
  bodyClass?: string;
  children: Child;
};

/** A whole HTML document. It holds no script and no style attribute, so the strictest policy lets it through. */
export function Document(props: DocumentProps) {
  return (
    <>
      {raw("<!doctype html>")}
      <html lang={props.locale} dir="ltr">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>{props.title}</title>
          <meta name="color-scheme" content="light dark" />
          <ThemeColors themeColor={props.themeColor} />
          {props.description ? <meta name="description" content={props.description} /> : null}
          {props.isIndexed ? null : <meta name="robots" content="noindex" />}
          {props.canonical ? <link rel="canonical" href={props.canonical} /> : null}
          {props.alternates?.map(({ locale, href }) => (
            <link rel="alternate" hreflang={locale} href={href} />
          ))}
          <SocialTags {...props} />
          {props.styles?.map((href) => (
            <link rel="stylesheet" href={href} />
          ))}
          {props.styleText ? <style>{raw(props.styleText)}</style> : null}
          <link rel="icon" href="/icon.svg" type="image/svg+xml" />
          {props.scripts?.map((name) => (
            <script type="module" src={`/js/${name}.js`} />
          ))}
          {props.head}
        </head>
        <body class={props.bodyClass}>{props.children}</body>
      </html>
    </>
  );
}

function ThemeColors({ themeColor }: Pick<DocumentProps, "themeColor">) {
  if (themeColor) return <meta name="theme-color" content={themeColor} />;
  return (
    <>
      <meta name="theme-color" content="#fcfaf6" media="(prefers-color-scheme: light)" />
      <meta name="theme-color" content="#171310" media="(prefers-color-scheme: dark)" />
    </>
  );
}

const openGraphLocales: Record<Locale, string> = { en: "en_US", fr: "fr_FR", es: "es_ES" };

function SocialTags({ social, canonical, locale }: DocumentProps) {
  if (!social) return null;
  const { image } = social;
  const url = social.url ?? canonical;
  return (
    <>
      <meta property="og:title" content={social.title} />
      <meta property="og:description" content={social.description} />
      <meta property="og:site_name" content={social.siteName} />
      <meta property="og:type" content={social.type ?? "website"} />
      <meta property="og:locale" content={openGraphLocales[locale]} />
      {url ? <meta property="og:url" content={url} /> : null}
      {image ? (
        <>
          <meta property="og:image" content={image.url} />
          <meta property="og:image:alt" content={image.alt} />
          <meta property="og:image:width" content={String(image.width)} />
          <meta property="og:image:height" content={String(image.height)} />
        </>
      ) : null}
      <meta name="twitter:card" content={image ? "summary_large_image" : "summary"} />
    </>
  );
}

/** The first stop of the keyboard: past everything that repeats, to what this page is about. */
export function SkipLink({ t }: { t: T }) {
  return (
    <a class="skip-link" href="#main">
      {t("common.skipToContent")}
    </a>
  );
}
