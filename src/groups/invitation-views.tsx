import { SIGN_IN_LINK_SECONDS } from "../accounts/types";
import { ButtonLink, ButtonRow, Form, HiddenField, SubmitButton } from "../ui/form";
import type { Locale, T } from "../ui/i18n";
import { PlainPage } from "../ui/plain-page";
import type { OpenedInvitation } from "./invitation";

type PageProps = { t: T; locale: Locale };

type InvitationPageProps = PageProps & {
  opened: OpenedInvitation;
  token: string;
  /** The address of whoever is signed in; null when nobody is. */
  signedInAs: string | null;
  isForThem: boolean;
};

/** One button, because programs that check mail open every link in it. */
export function InvitationPage({ t, locale, opened, token, signedInAs, isForThem }: InvitationPageProps) {
  const { invitation, group, invitedBy } = opened;
  const title = t("groups.accept.title", { group: group.name });
  return (
    <PlainPage t={t} locale={locale} title={title}>
      <h1>{title}</h1>
      <p class="lead">
        {t("groups.accept.lead", { inviter: invitedBy, role: t(`common.roles.${invitation.role}`) })}
      </p>
      <p>{t(`groups.accept.about.${invitation.role}`)}</p>
      {signedInAs === null ? (
        <SignInToAccept t={t} locale={locale} email={invitation.email} token={token} />
      ) : isForThem ? (
        <Form action={`/invitations/accept?lang=${locale}`} label={title}>
          <HiddenField name="token" value={token} />
          <SubmitButton isWide>{t("groups.accept.button", { group: group.name })}</SubmitButton>
        </Form>
      ) : (
        <OtherAddress t={t} invited={invitation.email} signedInAs={signedInAs} />
      )}
    </PlainPage>
  );
}

/** The link may have been forwarded, so whoever opens it shows that they read the invited mailbox now. */
function SignInToAccept({ t, locale, email, token }: PageProps & { email: string; token: string }) {
  return (
    <Form action={`/invitations/sign-in?lang=${locale}`} label={t("groups.accept.signIn")}>
      <p>{t("groups.accept.signInAbout", { email })}</p>
      <HiddenField name="token" value={token} />
      <SubmitButton isWide>{t("groups.accept.signIn")}</SubmitButton>
    </Form>
  );
}

function OtherAddress({ t, invited, signedInAs }: { t: T; invited: string; signedInAs: string }) {
  return (
    <>
      <p>{t("groups.accept.otherAddress", { invited, signedInAs })}</p>
      <Form action="/sign-out" label={t("common.nav.signOut")}>
        <SubmitButton kind="secondary">{t("common.nav.signOut")}</SubmitButton>
      </Form>
    </>
  );
}

/** For an invitation that is expired, taken back, answered, or was never one. */
export function InvitationClosedPage({ t, locale }: PageProps) {
  const title = t("groups.accept.closed");
  return (
    <PlainPage t={t} locale={locale} title={title}>
      <h1>{title}</h1>
      <p class="lead">{t("groups.accept.closedAbout")}</p>
      <ButtonRow>
        <ButtonLink href="/">{t("groups.accept.home")}</ButtonLink>
      </ButtonRow>
    </PlainPage>
  );
}

/** The invited address gets a link that signs in and leads back to the invitation. */
export function LinkSentPage({ t, locale, email }: PageProps & { email: string }) {
  const title = t("accounts.sent.title");
  return (
    <PlainPage t={t} locale={locale} title={title}>
      <h1>{title}</h1>
      <p class="lead">{t("accounts.sent.text", { email, minutes: SIGN_IN_LINK_SECONDS / 60 })}</p>
      <p>{t("groups.accept.thenJoin")}</p>
    </PlainPage>
  );
}
