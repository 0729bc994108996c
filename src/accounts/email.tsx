import type { MailMessage } from "../platform/mail/mail";
import { PRODUCT_NAME } from "../ui/document";
import { renderEmail } from "../ui/email";
import { type Locale, translator } from "../ui/i18n";
import { SIGN_IN_LINK_SECONDS } from "./types";

/** The same words for a new and a known address. */
export function signInMail(mail: { to: string; origin: string; token: string; locale: Locale }): MailMessage {
  const t = translator(mail.locale);
  const product = PRODUCT_NAME;
  const href = `${mail.origin}/sign-in/confirm?lang=${mail.locale}&token=${mail.token}`;
  const content = renderEmail({
    locale: mail.locale,
    subject: t("accounts.mail.signIn.subject", { product }),
    preheader: t("accounts.mail.signIn.preheader", { minutes: SIGN_IN_LINK_SECONDS / 60 }),
    from: product,
    blocks: [
      { kind: "heading", text: t("accounts.mail.signIn.title", { product }) },
      { kind: "text", text: t("accounts.mail.signIn.text", { minutes: SIGN_IN_LINK_SECONDS / 60 }) },
      { kind: "button", label: t("accounts.mail.signIn.button"), href },
      { kind: "small", text: t("accounts.mail.signIn.ignore") },
    ],
    footer: [t("accounts.mail.signIn.why", { email: mail.to, product })],
  });
  return { ...content, to: mail.to, fromName: product };
}

/** Tells the owner of an account that it got a new way in, so that a stolen session cannot add one in silence. */
export function passkeyAddedMail(mail: {
  to: string;
  origin: string;
  name: string;
  locale: Locale;
}): MailMessage {
  const t = translator(mail.locale);
  const product = PRODUCT_NAME;
  const content = renderEmail({
    locale: mail.locale,
    subject: t("accounts.mail.passkey.subject", { product }),
    from: product,
    blocks: [
      { kind: "heading", text: t("accounts.mail.passkey.title") },
      { kind: "text", text: t("accounts.mail.passkey.text", { name: mail.name, email: mail.to }) },
      { kind: "button", label: t("accounts.mail.passkey.button"), href: `${mail.origin}/account` },
    ],
    footer: [t("accounts.mail.passkey.why", { product })],
  });
  return { ...content, to: mail.to, fromName: product };
}
