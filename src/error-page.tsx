import type { ErrorCode } from "./platform/errors";
import type { Locale, T } from "./ui/i18n";
import { PlainPage } from "./ui/layout";

/** What happened, what it means, what to do; and the number under which it is in the log. */
export function ErrorPage({
  t,
  locale,
  code,
  requestId,
}: {
  t: T;
  locale: Locale;
  code: ErrorCode;
  requestId: string;
}) {
  return (
    <PlainPage t={t} locale={locale} title={t(`errors.${code}.title`)}>
      <h1>{t(`errors.${code}.title`)}</h1>
      <p>{t(`errors.${code}.text`)}</p>
      <p>
        <a href="/">{t("errors.home")}</a>
      </p>
      <p class="soft">{t("errors.reference", { id: requestId })}</p>
    </PlainPage>
  );
}
