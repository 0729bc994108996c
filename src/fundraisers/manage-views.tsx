import { SitePage } from "../groups/public";
import type { Group } from "../groups/types";
import type { SubscriptionRow } from "../payments/types";
import { shortAmount } from "../platform/money";
import { Notice } from "../ui/flash";
import { ErrorSummary, Form, SubmitButton, TextField } from "../ui/form";
import { formatDate, formatMoney } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { Status } from "../ui/status";
import { giftStyle } from "./style";

type Site = { t: T; locale: Locale; group: Group; platformOrigin: string };

/** The bank has not said yes yet, or has said no. */
export function WaitingPage({ slug, hasFailed, ...site }: Site & { slug: string; hasFailed?: boolean }) {
  const { t } = site;
  const words = hasFailed ? "failed" : "waiting";
  return (
    <SitePage
      {...site}
      title={t(`fundraisers.paid.${words}.title`)}
      isIndexed={false}
      mainClass="thanks"
      style={giftStyle}
    >
      <div class="panel">
        <h1>{t(`fundraisers.paid.${words}.title`)}</h1>
        <p>{t(`fundraisers.paid.${words}.text`)}</p>
        <p>
          <a href={`/fundraisers/${slug}`}>{t(`fundraisers.paid.${words}.next`)}</a>
        </p>
      </div>
    </SitePage>
  );
}

type ManageProps = Site & { gift: SubscriptionRow; key: string; now: number };
type Done = "amount" | "paused" | "active" | "ended";

const tones = { waiting: "warn", active: "good", past_due: "bad", paused: "warn", ended: "bad" } as const;

/** One regular gift: what it is, and every way to change it. */
export function ManagePage(
  props: ManageProps & { errors: Record<string, string>; amount: string | undefined; done: Done | undefined },
) {
  const { t, locale, group, gift, errors, done } = props;
  const { currency, state } = gift;
  const amount = formatMoney(gift.amount + gift.feeCover, currency, locale);
  return (
    <SitePage
      {...props}
      title={t("fundraisers.manage.title")}
      isIndexed={false}
      mainClass="thanks"
      style={giftStyle}
    >
      <div class="panel">
        <h1>{t("fundraisers.manage.title")}</h1>
        {done ? (
          <div role="status">
            <Notice kind="good">
              <p>{t(`fundraisers.manage.done.${done}`)}</p>
            </Notice>
          </div>
        ) : null}
        <p class="count">
          <strong>{t(`fundraisers.every.${gift.interval}`, { amount })}</strong>{" "}
          <Status tone={tones[state]}>{t(`payments.states.${state}`)}</Status>
        </p>
        <p>{t("fundraisers.manage.to", { title: gift.order.title, group: group.name })}</p>
        {gift.nextAt !== null && state === "active" ? (
          <p>{t("fundraisers.manage.next", { date: formatDate(gift.nextAt, locale, group.timeZone) })}</p>
        ) : null}
        {state === "past_due" ? (
          <Notice kind="bad">
            <p>{t("fundraisers.manage.pastDue")}</p>
          </Notice>
        ) : null}
        <ErrorSummary t={t} errors={errors} />
      </div>
      {state === "ended" ? <p>{t("fundraisers.manage.ended")}</p> : <Changes {...props} />}
    </SitePage>
  );
}

function Changes({ t, gift, key, errors, amount }: Parameters<typeof ManagePage>[0]) {
  const isPaused = gift.state === "paused";
  const action = `?key=${key}`;
  return (
    <>
      <section class="panel">
        <h2>{t("fundraisers.manage.change")}</h2>
        <Form action={action} label={t("fundraisers.manage.change")}>
          <TextField
            name="amount"
            label={t("fundraisers.amount")}
            hint={gift.feeCover > 0 ? t("fundraisers.manage.withCover") : undefined}
            value={amount ?? shortAmount(gift)}
            error={errors.amount}
            inputmode="decimal"
            width="short"
            suffix={gift.currency}
            maxlength={20}
          />
          <SubmitButton name="do" value="amount">
            {t("fundraisers.manage.save")}
          </SubmitButton>
        </Form>
      </section>
      <section class="panel">
        <h2>{t("fundraisers.manage.card")}</h2>
        <p>{t("fundraisers.manage.cardText")}</p>
        <p>
          <a class="button button-secondary" href={`/fundraisers/gifts/card?key=${key}`} rel="nofollow">
            {t("fundraisers.manage.cardLink")}
          </a>
        </p>
      </section>
      <section class="panel">
        <h2>{t("fundraisers.manage.stop")}</h2>
        <Form action={action} label={t("fundraisers.manage.stop")}>
          <SubmitButton kind="secondary" name="do" value={isPaused ? "resume" : "pause"}>
            {t(isPaused ? "fundraisers.manage.resume" : "fundraisers.manage.pause")}
          </SubmitButton>
          <SubmitButton kind="quiet" name="do" value="end">
            {t("fundraisers.manage.end")}
          </SubmitButton>
        </Form>
      </section>
    </>
  );
}

/** Ending cannot be undone, so it is asked once more, with what it means. */
export function EndGiftPage(props: ManageProps) {
  const { t, locale, gift, key } = props;
  const amount = formatMoney(gift.amount + gift.feeCover, gift.currency, locale);
  return (
    <SitePage
      {...props}
      title={t("fundraisers.manage.endTitle")}
      isIndexed={false}
      mainClass="thanks"
      style={giftStyle}
    >
      <div class="panel">
        <h1>{t("fundraisers.manage.endTitle")}</h1>
        <p>
          {t("fundraisers.manage.endText", { gift: t(`fundraisers.every.${gift.interval}`, { amount }) })}
        </p>
        <Form action={`?key=${key}`} label={t("fundraisers.manage.endTitle")}>
          <SubmitButton kind="danger" name="do" value="end-now">
            {t("fundraisers.manage.endNow")}
          </SubmitButton>
        </Form>
        <p>
          <a href={`?key=${key}`}>{t("fundraisers.manage.keep")}</a>
        </p>
      </div>
    </SitePage>
  );
}
