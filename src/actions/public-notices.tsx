import { type SiteGroup, SitePage } from "../groups/public";
import { Document, PRODUCT_NAME } from "../ui/document";
import { ErrorSummary, Form, Honeypot, RadioGroup, SubmitButton, TextArea } from "../ui/form";
import type { Locale, T } from "../ui/i18n";
import { publicStyles } from "../ui/public-styles";
import { type AbuseReason, abuseReasons, REPORT_DETAIL_MAX } from "./report";
import type { FormState } from "./types";

type NoticeProps = {
  t: T;
  locale: Locale;
  group: SiteGroup;
  platformOrigin: string;
  title: string;
  text: string;
  /** Where to go from here. */
  next?: { href: string; words: string };
};

/** A page that says one thing: not found, stopped, not now. */
export function NoticePage({ t, locale, group, platformOrigin, title, text, next }: NoticeProps) {
  return (
    <SitePage
      t={t}
      locale={locale}
      group={group}
      platformOrigin={platformOrigin}
      title={title}
      mainClass="thanks"
    >
      <div class="panel">
        <h1>{title}</h1>
        <p>{text}</p>
        {next ? (
          <p>
            <a class="button" href={next.href}>
              {next.words}
            </a>
          </p>
        ) : null}
      </div>
    </SitePage>
  );
}

type ReportPageProps = {
  t: T;
  locale: Locale;
  group: SiteGroup;
  platformOrigin: string;
  /** The title and path of what is reported. */
  subject: { title: string; path: string };
  form: FormState;
};

/** Where anyone can tell the operators that a page should not be there. No name or address is asked. */
export function ReportPage({ t, locale, group, platformOrigin, subject, form }: ReportPageProps) {
  const reason = form.values.reason;
  const detail = form.values.detail;
  return (
    <SitePage
      t={t}
      locale={locale}
      group={group}
      platformOrigin={platformOrigin}
      title={t("public.report.title")}
      mainClass="thanks"
    >
      <div class="panel">
        <h1>{t("public.report.title")}</h1>
        <p dir="auto">
          <a href={subject.path}>{subject.title}</a>
        </p>
        <p>{t("public.report.text")}</p>
      </div>
      <Form label={t("public.report.title")}>
        <ErrorSummary t={t} errors={form.errors} />
        <RadioGroup
          name="reason"
          legend={t("public.report.reason")}
          error={form.errors.reason}
          required
          value={typeof reason === "string" ? reason : ""}
          options={abuseReasons.map((value: AbuseReason) => ({
            value,
            label: t(`public.report.reasons.${value}`),
          }))}
        />
        <TextArea
          name="detail"
          label={t("public.report.detail")}
          optionalLabel={t("common.form.optional")}
          error={form.errors.detail}
          maxlength={REPORT_DETAIL_MAX}
          value={typeof detail === "string" ? detail : ""}
        />
        <Honeypot t={t} />
        <SubmitButton>{t("public.report.send")}</SubmitButton>
      </Form>
    </SitePage>
  );
}

/** A page of no group has no accent, so its style is always the same text. */
export const unknownHostStyle = publicStyles;

/** For a host that is no group's, or whose group is not to be named. */
export function UnknownHostPage({
  locale,
  platformOrigin,
  title,
  text,
}: {
  locale: Locale;
  platformOrigin: string;
  title: string;
  text: string;
}) {
  return (
    <Document locale={locale} title={title} styleText={unknownHostStyle} bodyClass="public">
      <main class="page thanks">
        <div class="panel">
          <h1>{title}</h1>
          <p>{text}</p>
          <p>
            <a href={platformOrigin}>{PRODUCT_NAME}</a>
          </p>
        </div>
      </main>
    </Document>
  );
}
