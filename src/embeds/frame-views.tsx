import { raw } from "hono/html";
import { Document } from "../ui/document";
import type { Locale, T } from "../ui/i18n";

type FramePageProps = {
  locale: Locale;
  title: string;
  canonical: string;
  style: string;
  scripts?: readonly string[];
  state?: "thanks" | "again";
  /** What is in it, already HTML. */
  html: string;
};

/** A page for frames: the embed and nothing around it. */
export function FramePage({ locale, title, canonical, style, scripts = [], state, html }: FramePageProps) {
  return (
    <Document
      locale={locale}
      title={title}
      canonical={canonical}
      styleText={style}
      scripts={[...scripts, "embed-frame"]}
      bodyClass="public"
    >
      <main id="main" data-embed={state}>
        {raw(html)}
      </main>
    </Document>
  );
}

/** A page that cannot stand in a frame is one tap away: a payment, or the organiser's own thanks. */
export function GoOn({ t, href, isDone }: { t: T; href: string; isDone: boolean }) {
  return (
    <div class="embed-card action-card">
      <h1>{isDone ? t("public.thanks.headline") : t("embeds.goOn.title")}</h1>
      <p>
        <a class="button button-primary button-wide" href={href} target="_top">
          {t("embeds.goOn.button")}
        </a>
      </p>
    </div>
  );
}
