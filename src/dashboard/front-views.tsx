import { ButtonLink } from "../ui/form";
import type { Locale, T } from "../ui/i18n";
import { PlainPage } from "../ui/layout";

/** What a stranger finds at the platform's own address: what it does, for whom, and the door. */
export function FrontPage({ t, locale, canonical }: { t: T; locale: Locale; canonical: string }) {
  const points = ["fast", "count", "yours", "open"] as const;
  return (
    <PlainPage
      t={t}
      locale={locale}
      title={t("dashboard.front.title")}
      description={t("dashboard.front.lead")}
      canonical={canonical}
      isIndexed
      width="wide"
    >
      <div class="hero">
        <h1>{t("dashboard.front.title")}</h1>
        <p class="lead">{t("dashboard.front.lead")}</p>
        <div class="button-row">
          <ButtonLink href={`/sign-in?lang=${locale}`}>{t("dashboard.front.start")}</ButtonLink>
        </div>
        <p class="soft small">{t("dashboard.front.startHint")}</p>
      </div>
      <dl class="points">
        {points.map((point) => (
          <div>
            <dt>{t(`dashboard.front.points.${point}.title`)}</dt>
            <dd>{t(`dashboard.front.points.${point}.text`)}</dd>
          </div>
        ))}
      </dl>
    </PlainPage>
  );
}
