import type { SiteGroup } from "../groups/public";
import { SitePage } from "../groups/public";
import {
  ErrorSummary,
  type FieldErrors,
  Form,
  HiddenField,
  Honeypot,
  RadioGroup,
  SubmitButton,
  TextArea,
} from "../ui/form";
import type { Locale, T } from "../ui/i18n";
import { LanguageLinks } from "../ui/layout";
import { REPORT_DETAIL_MAX, reportReasons } from "./types";

type ReportFrame = {
  t: T;
  locale: Locale;
  group: SiteGroup;
  platformOrigin: string;
  /** Where unsubscribing is posted to. */
  unsubscribeHref: string;
  /** The same page in another language. */
  hrefIn: (locale: Locale) => string;
};

type ReportPageProps = ReportFrame & {
  /** Of the mailing; "" while it cannot be read. */
  subject: string;
  values: { reason: string; detail: string };
  errors: FieldErrors;
};

/** Where whoever got a mailing tells the operators that it should not have been sent. */
export function MailReportPage(props: ReportPageProps) {
  const { t, locale, group, platformOrigin, subject, values, errors } = props;
  const title = t("results.report.title");
  return (
    <SitePage
      {...{ t, locale, group, platformOrigin, title }}
      mainClass="thanks"
      languages={<LanguageLinks t={t} locale={locale} hrefOf={props.hrefIn} />}
    >
      <div class="panel">
        <h1>{title}</h1>
        {subject === "" ? null : (
          <p dir="auto">
            <strong>{subject}</strong>
          </p>
        )}
        <p>{t("results.report.text", { group: group.name })}</p>
      </div>
      <Form label={title}>
        <ErrorSummary t={t} errors={errors} />
        <RadioGroup
          name="reason"
          legend={t("results.report.reason")}
          error={errors.reason}
          required
          value={values.reason}
          options={reportReasons.map((value) => ({ value, label: t(`results.report.reasons.${value}`) }))}
        />
        <TextArea
          name="detail"
          label={t("results.report.detail")}
          optionalLabel={t("common.form.optional")}
          error={errors.detail}
          maxlength={REPORT_DETAIL_MAX}
          value={values.detail}
        />
        <Honeypot t={t} />
        <SubmitButton>{t("results.report.send")}</SubmitButton>
      </Form>
      <Unsubscribe {...props} />
    </SitePage>
  );
}

/** Said once the report is filed. */
export function MailReportedPage(props: ReportFrame) {
  const { t, locale, group, platformOrigin } = props;
  const title = t("results.report.thanks");
  return (
    <SitePage {...{ t, locale, group, platformOrigin, title }} mainClass="thanks">
      <div class="panel">
        <h1>{title}</h1>
        <p>{t("results.report.read")}</p>
      </div>
      <Unsubscribe {...props} />
    </SitePage>
  );
}

/** Most who report a mailing want no more of it: that is one button, here too. */
function Unsubscribe({ t, unsubscribeHref }: ReportFrame) {
  return (
    <div class="panel">
      <h2>{t("results.report.unsubscribeTitle")}</h2>
      <p>{t("results.report.unsubscribeText")}</p>
      <Form action={unsubscribeHref} label={t("results.report.unsubscribe")}>
        <HiddenField name="choice" value="all" />
        <SubmitButton kind="secondary">{t("results.report.unsubscribe")}</SubmitButton>
      </Form>
    </div>
  );
}
