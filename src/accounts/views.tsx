import { Notice } from "../ui/flash";
import {
  ButtonLink,
  ButtonRow,
  ErrorSummary,
  type FieldErrors,
  Form,
  HiddenField,
  SubmitButton,
  TextField,
} from "../ui/form";
import type { Locale, T } from "../ui/i18n";
import { PlainPage } from "../ui/plain-page";
import { SIGN_IN_LINK_SECONDS } from "./types";

type PageProps = { t: T; locale: Locale };

type SignInPageProps = PageProps & {
  email?: string;
  next: string;
  errors?: FieldErrors;
  /** A problem of no one field, such as a passkey that was not accepted. */
  problem?: string;
};

/** Sign up and sign in are one page: whoever opens the link in the mail is in. */
export function SignInPage({ t, locale, email, next, errors = {}, problem }: SignInPageProps) {
  return (
    <PlainPage t={t} locale={locale} title={t("accounts.signIn.title")} scripts={["passkey"]}>
      <h1>{t("accounts.signIn.title")}</h1>
      <p class="lead">{t("accounts.signIn.lead")}</p>
      <ErrorSummary t={t} errors={errors} />
      {problem ? (
        <Notice kind="bad">
          <p>{problem}</p>
        </Notice>
      ) : null}
      <Form action={`/sign-in?lang=${locale}`} label={t("accounts.signIn.title")}>
        <HiddenField name="next" value={next} />
        <TextField
          name="email"
          type="email"
          inputmode="email"
          autocomplete="email"
          spellcheck={false}
          required
          label={t("accounts.signIn.email")}
          hint={t("accounts.signIn.hint", { minutes: SIGN_IN_LINK_SECONDS / 60 })}
          value={email ?? ""}
          error={errors.email}
        />
        <SubmitButton isWide>{t("accounts.signIn.button")}</SubmitButton>
      </Form>
      <PasskeySignIn t={t} locale={locale} next={next} />
    </PlainPage>
  );
}

/** Hidden until the script finds a browser that can do it. */
function PasskeySignIn({ t, locale, next }: PageProps & { next: string }) {
  return (
    <div hidden>
      <Form
        action={`/sign-in/passkey?lang=${locale}`}
        label={t("accounts.signIn.passkey")}
        data={{ passkey: "get", challenge: "/sign-in/passkey/challenge" }}
      >
        <HiddenField name="next" value={next} />
        <PasskeyFields t={t} />
        <SubmitButton kind="secondary" isWide>
          {t("accounts.signIn.passkey")}
        </SubmitButton>
      </Form>
    </div>
  );
}

/** What `public/js/passkey.js` fills in, and what it says when the browser gives up. */
export function PasskeyFields({ t }: { t: T }) {
  return (
    <>
      <HiddenField name="credential" value="" />
      <HiddenField name="token" value="" />
      <p class="field-error" role="alert" data-passkey-problem hidden>
        {t("accounts.passkeys.gaveUp")}
      </p>
    </>
  );
}

/** The same page whether the address has an account or not. */
export function MailSentPage(
  props: PageProps & { email: string; next: string; mailboxUrl?: string | undefined },
) {
  const { t, locale, email, next, mailboxUrl } = props;
  return (
    <PlainPage t={t} locale={locale} title={t("accounts.sent.title")}>
      <h1>{t("accounts.sent.title")}</h1>
      <p class="lead">{t("accounts.sent.text", { email, minutes: SIGN_IN_LINK_SECONDS / 60 })}</p>
      <p>{t("accounts.sent.elsewhere")}</p>
      <ButtonRow>
        <Form class="inline" action={`/sign-in?lang=${locale}`} label={t("accounts.sent.again")}>
          <HiddenField name="email" value={email} />
          <HiddenField name="next" value={next} />
          <SubmitButton kind="secondary">{t("accounts.sent.again")}</SubmitButton>
        </Form>
        <ButtonLink kind="quiet" href={`/sign-in?${new URLSearchParams({ lang: locale, next })}`}>
          {t("accounts.sent.other")}
        </ButtonLink>
      </ButtonRow>
      {mailboxUrl ? (
        <Notice>
          <p>
            <a href={mailboxUrl}>{t("accounts.sent.mailbox")}</a>
          </p>
        </Notice>
      ) : null}
    </PlainPage>
  );
}

/** A page with one button, because programs that check mail open every link in it. */
export function ConfirmPage({ t, locale, email, token }: PageProps & { email: string; token: string }) {
  return (
    <PlainPage t={t} locale={locale} title={t("accounts.confirm.title")}>
      <h1>{t("accounts.confirm.title")}</h1>
      <p class="lead">{t("accounts.confirm.text", { email })}</p>
      <Form action={`/sign-in/confirm?lang=${locale}`} label={t("accounts.confirm.title")}>
        <HiddenField name="token" value={token} />
        <SubmitButton isWide>{t("accounts.confirm.button")}</SubmitButton>
      </Form>
    </PlainPage>
  );
}

/** For a link that signs nobody in: what happened, and the way to a new one. */
export function LinkRefusedPage({ t, locale, reason }: PageProps & { reason: "invalid" | "spent" }) {
  return (
    <PlainPage t={t} locale={locale} title={t(`accounts.refused.${reason}.title`)}>
      <h1>{t(`accounts.refused.${reason}.title`)}</h1>
      <p class="lead">{t(`accounts.refused.${reason}.text`)}</p>
      <ButtonRow>
        <ButtonLink href={`/sign-in?lang=${locale}`}>{t("accounts.refused.again")}</ButtonLink>
      </ButtonRow>
    </PlainPage>
  );
}
