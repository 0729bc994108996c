import type { Child } from "hono/jsx";
import { Document } from "../ui/document";
import type { Locale, T } from "../ui/i18n";
import type { PaperSize } from "./types";

export type PaperFrame = {
  /** Whoever prints it, whose language need not be that of the paper. */
  t: T;
  locale: Locale;
  size: PaperSize;
};

type PaperDocumentProps = PaperFrame & {
  title: string;
  /** The language of what is printed. */
  language: Locale;
  /** Sheets are wider than high; flyers stand. */
  shape: "flyer" | "sheet";
  children: Child;
};

/** A document made to be printed; what helps to print it is not printed. */
export function PaperDocument(props: PaperDocumentProps) {
  const { t, locale, size, title, language, shape, children } = props;
  return (
    <Document
      locale={language}
      title={title}
      styles={["/css/sheets.css"]}
      scripts={["print"]}
      themeColor="#ffffff"
      bodyClass={`${shape} ${shape}-${size}`}
    >
      <aside class="how" lang={locale} aria-label={t("paper.print.label")}>
        <button type="button" data-print hidden>
          {t("paper.print.button")}
        </button>
        <p>{t("paper.print.how", { size: t(`paper.size.${size}`) })}</p>
      </aside>
      <main>{children}</main>
    </Document>
  );
}

/** A band in the group's colour. Drawn, since browsers print no backgrounds unless they are told to. */
export function Band({ accent }: { accent: string }) {
  return (
    <svg class="band" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      <rect width="100" height="1" fill={accent} />
    </svg>
  );
}

/** An address as people read it out: without what browsers fill in themselves. */
export function spoken(url: string): string {
  return url.replace(/^https?:\/\//, "");
}
