import { type SiteGroup, SitePage } from "../groups/public";
import { MAIL_PATH } from "../platform/mail-keys";
import { LEAVE_COMMENT_MAX, type LeaveChoice, leaveReasons } from "../subscriptions/types";
import { OptionalMark } from "../ui/field";
import {
  ButtonLink,
  ButtonRow,
  ErrorSummary,
  type FieldErrors,
  Form,
  RadioGroup,
  SubmitButton,
  TextArea,
} from "../ui/form";
import type { Locale, T } from "../ui/i18n";
import { LanguageLinks } from "../ui/layout";
import { readersStyle } from "./style";

export type ReaderFrame = {
  t: T;
  locale: Locale;
  group: SiteGroup;
  platformOrigin: string;
  key: string;
};

export type LeaveValues = { choice: LeaveChoice | ""; reason: string; comment: string };

export type LeavePageProps = ReaderFrame & {
  values: LeaveValues;
  errors: FieldErrors;
  /** Veiled; "" when it is not to be told. */
  address: string;
  /** Of the mail they came from; "" for none. */
  topic: string;
  /** They get nothing now. */
  isGone: boolean;
  /** They came by a mailing, which they may want to report (results/public.tsx). */
  isOfMailing: boolean;
  isProof: boolean;
};

/** Which page of a mail, in a language. */
export function hrefOf({ key, locale }: Pick<ReaderFrame, "key" | "locale">, page: string): string {
  return `${MAIL_PATH}/${key}/${page}?lang=${locale}`;
}

/** The frame of every page a mail leads to. */
export function ReaderPage(
  props: ReaderFrame & {
    title: string;
    page: string;
    /** Of the page's address, for the same page in another language. */
    more?: string;
    children: unknown;
    isProof?: boolean;
  },
) {
  const { t, locale, group, platformOrigin, title, page, more = "", children, isProof } = props;
  return (
    <SitePage
      {...{ t, locale, group, platformOrigin, title }}
      mainClass="thanks reader"
      style={readersStyle}
      languages={
        <LanguageLinks
          t={t}
          locale={locale}
          hrefOf={(to) => `${hrefOf({ ...props, locale: to }, page)}${more}`}
        />
      }
    >
      <div class="panel">
        <h1>{title}</h1>
        {isProof ? <p class="note">{t("readers.proof")}</p> : null}
        {children}
      </div>
    </SitePage>
  );
}

/** What somebody may choose who wants less mail. Nothing has happened yet. */
export function LeavePage(props: LeavePageProps) {
  const { t, group, values, errors, address, topic, isGone } = props;
  const name = { group: group.name };
  const title = t(isGone ? "readers.leave.goneTitle" : "readers.leave.title", name);
  if (isGone)
    return (
      <ReaderPage {...props} title={title} page="unsubscribe">
        <p>{t("readers.leave.goneText", name)}</p>
        <ButtonRow>
          <ButtonLink kind="secondary" href={hrefOf(props, "preferences")}>
            {t("readers.done.preferences")}
          </ButtonLink>
        </ButtonRow>
      </ReaderPage>
    );
  const choices: LeaveChoice[] =
    topic === "" ? ["all", "pause", "fewer"] : ["all", "topic", "pause", "fewer"];
  return (
    <ReaderPage {...props} title={title} page="unsubscribe">
      <p>
        {address === "" ? t("readers.leave.lead", name) : t("readers.leave.leadFor", { ...name, address })}
      </p>
      <Form action={hrefOf(props, "unsubscribe")} label={title}>
        <ErrorSummary t={t} errors={errors} />
        <RadioGroup
          name="choice"
          legend={t("readers.leave.choice")}
          error={errors.choice}
          value={values.choice}
          required
          options={choices.map((value) => ({
            value,
            label: t(`readers.leave.choices.${value}`, { ...name, topic }),
          }))}
        />
        <details open={values.reason !== "" || values.comment !== ""}>
          <summary>
            {t("readers.leave.reason")}
            <OptionalMark text={t("common.form.optional")} />
          </summary>
          <RadioGroup
            name="reason"
            legend={t("readers.leave.reason")}
            isLabelHidden
            value={values.reason}
            options={leaveReasons.map((value) => ({ value, label: t(`readers.leave.reasons.${value}`) }))}
          />
          <TextArea
            name="comment"
            label={t("readers.leave.comment", name)}
            optionalLabel={t("common.form.optional")}
            value={values.comment}
            rows={3}
            maxlength={LEAVE_COMMENT_MAX}
          />
        </details>
        <SubmitButton isWide>{t("readers.leave.button")}</SubmitButton>
      </Form>
      <p>
        <a href={hrefOf(props, "preferences")}>{t("readers.leave.preferences")}</a>
      </p>
      {props.isOfMailing ? (
        <p class="soft small">
          <a href={hrefOf(props, "report")}>{t("results.report.title")}</a>
        </p>
      ) : null}
    </ReaderPage>
  );
}

/** It is done: what holds now, and the way back. */
export function DonePage(props: ReaderFrame & { choice: LeaveChoice; topic: string; isProof: boolean }) {
  const { t, group, choice, topic } = props;
  const words = { group: group.name, topic };
  const title = t(`readers.done.${choice}.title`, words);
  return (
    <ReaderPage {...props} title={title} page="unsubscribe">
      <p>{t(`readers.done.${choice}.text`, words)}</p>
      <h2>{t("readers.done.again")}</h2>
      <p>{t("readers.done.againText", words)}</p>
      <Form action={hrefOf(props, "return")} label={t("readers.done.undo")}>
        <ButtonRow>
          <SubmitButton kind="secondary">{t("readers.done.undo")}</SubmitButton>
          <ButtonLink kind="quiet" href={hrefOf(props, "preferences")}>
            {t("readers.done.preferences")}
          </ButtonLink>
        </ButtonRow>
      </Form>
    </ReaderPage>
  );
}

/** One thing said, and where to go from here. */
export function SaidPage(
  props: ReaderFrame & {
    title: string;
    text: string;
    next?: { href: string; words: string };
    isProof?: boolean;
  },
) {
  const { title, text, next } = props;
  return (
    <ReaderPage {...props} title={title} page="preferences">
      <p>{text}</p>
      {next ? (
        <ButtonRow>
          <ButtonLink kind="secondary" href={next.href}>
            {next.words}
          </ButtonLink>
        </ButtonRow>
      ) : null}
    </ReaderPage>
  );
}
