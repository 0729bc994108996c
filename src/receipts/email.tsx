import { renderDescription } from "../actions/description";
import { OWN_DATA_PATH } from "../groups/public";
import type { Group } from "../groups/types";
import { normaliseEmail } from "../platform/email-address";
import type { MailMessage } from "../platform/mail/mail";
import { sourceOfShare } from "../sharing/source";
import { type EmailBlock, renderEmail } from "../ui/email";
import { type Key, type T, translator } from "../ui/i18n";
import { type Marked, type MergeValues, markFields, mergeFields, sayableName } from "./merge-fields";
import { plainText } from "./plain-text";
import type { ReceiptAction } from "./store";
import type { ClaimedReceipt } from "./types";

/** Counts visits and signatures that came through the mail's share link. */
const EMAIL_SOURCE = "email";

// Leaves every merge field of our own wording standing, so that both wordings take the same way.
const standing = Object.fromEntries(mergeFields.map((field) => [field, `{{${field}}}`]));

const usualWords: { subject: Key; body: Key } = { subject: "receipts.subject", body: "receipts.body" };

/**
 * @param more what the kind of action has to tell this person
 * @param code of a link of their own; empty where the organiser gives none
 */
type Letter = (
  person: Pick<ClaimedReceipt, "email" | "givenName" | "familyName">,
  more?: readonly EmailBlock[],
  code?: string,
) => MailMessage;

/**
 * Prepares an action's thank-you mail once, to be written for many people.
 * @param pageUrl the absolute address of the action's page
 * @param words the kind's own, where the organiser wrote none
 */
export function composeReceipt(
  group: Group,
  action: ReceiptAction,
  pageUrl: string,
  words: { subject: Key; body: Key } = usualWords,
): Letter {
  const t = translator(action.locale);
  const { autoresponse } = action.settings;
  const subject = markFields(autoresponse.subject.trim() || t(words.subject, standing), "plain");
  const body = markFields(autoresponse.body.trim() || t(words.body, standing), "markdown");
  const block = bodyBlock(body);
  const replyTo = normaliseEmail(autoresponse.replyTo) ?? normaliseEmail(group.settings.replyTo);
  const footer = footerOf(t, group, action, { pageUrl, canReply: replyTo !== null });

  return (person, more = [], code = "") => {
    const source = code === "" ? EMAIL_SOURCE : sourceOfShare({ way: null, letter: "", code });
    const shareUrl = `${pageUrl}?source=${source}`;
    const own: EmailBlock[] = code === "" ? [] : [{ kind: "text", text: t("receipts.own") }];
    const values = valuesFor(t, person, { group, action, pageUrl, shareUrl });
    const content = renderEmail({
      locale: action.locale,
      subject: subject.fillText(subject.text, values),
      preheader: autoresponse.body.trim() || words !== usualWords ? undefined : t("receipts.preheader"),
      from: group.name,
      accent: group.settings.accent,
      blocks: [block(values), ...more, ...own, ...shareButton(t, body, shareUrl)],
      footer,
    });
    return { ...content, to: person.email, fromName: group.name, ...(replyTo ? { replyTo } : {}) };
  };
}

/** Sanitised by what sanitises descriptions. What is too deeply nested to be a letter is sent as the words it has. */
function bodyBlock(body: Marked): (values: MergeValues) => EmailBlock {
  const text = plainText(body.text);
  const html = renderDescription(body.text)?.html;
  return (values) =>
    html === undefined
      ? { kind: "text", text: body.fillText(text, values) }
      : { kind: "html", html: body.fillHtml(html, values), text: body.fillText(text, values) };
}

/** Left out where the organiser put the link where they want it. */
function shareButton(t: T, body: Marked, href: string): EmailBlock[] {
  return body.uses("share_link") ? [] : [{ kind: "button", label: t("receipts.share"), href }];
}

function footerOf(
  t: T,
  group: Group,
  action: ReceiptAction,
  { pageUrl, canReply }: { pageUrl: string; canReply: boolean },
) {
  const values = { title: action.title, group: group.name };
  const leave = canReply ? "reply" : group.postalAddress ? "write" : "visit";
  return [
    t("receipts.footer.why", values),
    t(`receipts.footer.${leave}`, values),
    { label: t("receipts.footer.page", values), href: pageUrl },
    { label: t("privacy.own.link"), href: `${new URL(OWN_DATA_PATH, pageUrl).href}?lang=${action.locale}` },
    addressLine(group),
  ];
}

/** Who writes and from where, on one line. Many postal addresses begin with the name. */
function addressLine({ name, postalAddress }: Group): string {
  const lines = [name, ...postalAddress.split("\n")].map((line) => line.trim()).filter(Boolean);
  return [...new Set(lines)].join(" · ");
}

function valuesFor(
  t: T,
  person: Pick<ClaimedReceipt, "givenName" | "familyName">,
  about: { group: Group; action: ReceiptAction; pageUrl: string; shareUrl: string },
): MergeValues {
  const first = sayableName(person.givenName);
  const last = sayableName(person.familyName);
  return {
    greeting: first ? t("receipts.greeting", { name: first }) : t("receipts.greetingNoName"),
    first_name: first,
    last_name: last,
    full_name: [first, last].filter(Boolean).join(" "),
    action_title: about.action.title,
    group_name: about.group.name,
    page_link: about.pageUrl,
    share_link: about.shareUrl,
  };
}
