import { Form, HiddenField, SubmitButton } from "../ui/form";
import type { Locale, T } from "../ui/i18n";
import { PlainPage } from "../ui/layout";

/** Asks once, since mail scanners open links too; then says that it is done. */
export function StopPage(props: { t: T; locale: Locale; group: string; token: string; isDone: boolean }) {
  const { t, locale, group, token, isDone } = props;
  return (
    <PlainPage t={t} locale={locale} title={t("reports.stop.title")}>
      <h1>{t("reports.stop.title")}</h1>
      {isDone ? (
        <p>{t("reports.stop.done", { group })}</p>
      ) : (
        <Form action="/report-mails/stop">
          <p>{t("reports.stop.text", { group })}</p>
          <HiddenField name="token" value={token} />
          <SubmitButton>{t("reports.stop.button")}</SubmitButton>
        </Form>
      )}
    </PlainPage>
  );
}
