import { raw } from "hono/html";
import type { Group } from "../groups/types";
import type { StoredAnswer } from "../intake/types";
import { fill, targetValues, withoutFields, writerValues } from "../officials/merge";
import { normaliseEmail } from "../platform/email-address";
import { oneLine } from "../platform/mail/headers";
import type { MailAttachment, MailMessage, MailWithFiles } from "../platform/mail/mail";
import { type Locale, type T, translator } from "../ui/i18n";
import { type Addressee, type LetterLanguage, type Said, SUBJECT_MAX } from "./types";

export type Writer = { answer: StoredAnswer; email: string };
export type LetterTarget = { name: string; title: string; office: string; address: string };
export type LetterText = { subject: string; body: string };
export type WrittenLetter = LetterText & {
  language: LetterLanguage;
  signature: string[];
  name: string;
  replyTo: string;
};

/** RFC 3834 §5: a person wrote it, whatever sends it. */
const BY_A_PERSON = { "Auto-Submitted": "no" };

/** Puts a letter together from what was said, the organiser's text it may refer to, and both sides' names. */
export function writeLetter(
  writer: Writer,
  target: Omit<LetterTarget, "address">,
  { language, said, texts }: { language: LetterLanguage; said: Said; texts: ReadonlyMap<string, LetterText> },
): WrittenLetter | null {
  const text = "v" in said ? texts.get(said.v) : { subject: said.s, body: said.b };
  if (!text) return null;
  const own = writerValues(writer.answer);
  const values = { ...own, ...targetValues(target) };
  const filled = (words: string) => withoutFields(fill(words, values)).trim();
  const place = [writer.answer.street, writer.answer.locality, writer.answer.postalCode].filter(
    (part) => part,
  );
  return {
    language,
    subject: oneLine(filled(text.subject), SUBJECT_MAX),
    body: filled(text.body),
    name: own.full_name,
    replyTo: writer.email,
    signature: [own.full_name, place.join(", "), writer.email].filter((line) => line !== ""),
  };
}

/** One letter as a mail: in the writer's name, answers to the writer, and a line that says how it came. */
export function letterMail(
  group: Group,
  target: LetterTarget,
  letter: WrittenLetter,
  pageUrl: string,
): MailMessage {
  const t = translator(letter.language);
  const footer = t("letters.mail.footer", { name: letter.name || letter.replyTo, group: group.name });
  const text = [letter.body, letter.signature.join("\n"), "-- ", `${footer}\n${pageUrl}`].join("\n\n");
  return {
    to: target.address,
    replyTo: letter.replyTo,
    fromName: t("letters.mail.from", { name: letter.name || letter.replyTo, group: group.name }),
    subject: letter.subject,
    text: `${text}\n`,
    html: page(
      letter.language,
      <>
        <Words text={letter.body} />
        <Lines lines={letter.signature} />
        <hr />
        <p>
          {footer} <a href={pageUrl}>{pageUrl}</a>
        </p>
      </>,
    ),
    headers: BY_A_PERSON,
  };
}

type About = { title: string; pageUrl: string; locale: Locale };

/** Many letters to one target as one mail. Answers go to the group; each letter says how to reach who wrote it. */
export function digestMail(
  group: Group,
  target: LetterTarget,
  letters: readonly WrittenLetter[],
  about: About,
): MailMessage {
  const { t, footer, lead, head } = wordsOf(group, letters, about);
  const parts = letters.map(
    (letter, index) => `${headOf(t, index, letters.length)}\n\n${letterAsText(letter)}`,
  );
  return {
    ...head,
    to: target.address,
    text: `${[lead, ...parts, "-- ", `${footer}\n${about.pageUrl}`].join("\n\n")}\n`,
    html: page(
      about.locale,
      <>
        <p>{lead}</p>
        <Letters t={t} letters={letters} />
        <hr />
        <p>
          {footer} <a href={about.pageUrl}>{about.pageUrl}</a>
        </p>
      </>,
    ),
  };
}

/** The same letters as a file beside a short mail; in the mail as well when the file cannot show all that was written. */
export function pdfMail(
  group: Group,
  target: LetterTarget,
  day: { letters: readonly WrittenLetter[]; file: MailAttachment; isReadable: boolean },
  about: About,
): MailWithFiles {
  const { letters, file, isReadable } = day;
  const { t, footer, lead, head } = wordsOf(group, letters, about);
  const attached = t(isReadable ? "letters.pdf.attached" : "letters.pdf.attachedBoth", {
    count: letters.length,
  });
  const parts = isReadable
    ? []
    : letters.map((letter, index) => `${headOf(t, index, letters.length)}\n\n${letterAsText(letter)}`);
  return {
    ...head,
    to: target.address,
    text: `${[lead, attached, ...parts, "-- ", `${footer}\n${about.pageUrl}`].join("\n\n")}\n`,
    html: page(
      about.locale,
      <>
        <p>{lead}</p>
        <p>{attached}</p>
        {isReadable ? null : <Letters t={t} letters={letters} />}
        <hr />
        <p>
          {footer} <a href={about.pageUrl}>{about.pageUrl}</a>
        </p>
      </>,
    ),
    attachments: [file],
  };
}

/** What both mails of a day say: who sends them, and what they are. */
function wordsOf(group: Group, letters: readonly WrittenLetter[], { title, locale }: About) {
  const t = translator(locale);
  const replyTo = normaliseEmail(group.settings.replyTo);
  const count = letters.length;
  return {
    t,
    lead: t("letters.digest.lead", { count, group: group.name, title }),
    footer: replyTo === null ? t("letters.digest.noReply") : t("letters.digest.reply", { group: group.name }),
    head: {
      ...(replyTo ? { replyTo } : {}),
      fromName: group.name,
      subject: oneLine(t("letters.digest.subject", { count, title }), SUBJECT_MAX),
    },
  };
}

function Letters({ t, letters }: { t: T; letters: readonly WrittenLetter[] }) {
  return (
    <>
      {letters.map((letter, index) => (
        <>
          <hr />
          <h2>
            {headOf(t, index, letters.length)} · {letter.subject}
          </h2>
          <Words text={letter.body} />
          <Lines lines={letter.signature} />
        </>
      ))}
    </>
  );
}

function headOf(t: T, index: number, count: number): string {
  return t("letters.digest.nth", { nth: index + 1, count });
}

/** A letter as whoever must send it by hand copies it. */
export function letterAsText({ subject, body, signature }: WrittenLetter): string {
  return [subject, body, signature.join("\n")].join("\n\n");
}

/** A letter looks like a letter: no colours of ours, no frame. What people wrote is text and stays text. */
function page(locale: Locale, content: unknown): string {
  const document = (
    <html lang={locale}>
      <head>
        <meta charset="utf-8" />
      </head>
      <body style="font-family:Georgia,serif;font-size:17px;line-height:1.5;max-width:40em">{content}</body>
    </html>
  );
  return `<!doctype html>${raw(String(document))}`;
}

function Words({ text }: { text: string }) {
  return text.split(/\n{2,}/).map((paragraph) => <Lines lines={paragraph.split("\n")} />);
}

function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <p dir="auto">
      {lines.map((line, index) => (
        <>
          {index > 0 ? <br /> : null}
          {line}
        </>
      ))}
    </p>
  );
}

/** Who of a participation's addressees a key names. */
export function addresseeOf(to: readonly Addressee[], key: string): Addressee | undefined {
  return to.find(({ k }) => k === key);
}
