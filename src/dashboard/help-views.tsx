import type { Child } from "hono/jsx";
import { SIGN_IN_LINK_SECONDS } from "../accounts/types";
import type { Key, Locale, T } from "../ui/i18n";
import { PageHeader, PlainPage, Section, Shell, type ShellProps } from "../ui/layout";
import { Rich } from "../ui/rich";

type HelpProps = {
  t: T;
  locale: Locale;
  /** Who is reading; null for somebody who has not signed in. */
  frame: Omit<ShellProps, "title" | "children"> | null;
  /** Where those who run this installation can be written to. */
  contact: string;
  isDevelopment: boolean;
};

/** What a newcomer asks first, answered on one page. */
export function HelpPage({ frame, ...props }: HelpProps) {
  const { t, locale } = props;
  const title = t("dashboard.help.title");
  const content = (
    <>
      <PageHeader title={title} lead={t("dashboard.help.lead")} />
      <Answers {...props} />
    </>
  );
  return frame ? (
    <Shell {...frame} title={title}>
      {content}
    </Shell>
  ) : (
    <PlainPage t={t} locale={locale} title={title} width="wide">
      {content}
    </PlainPage>
  );
}

function Answers({ t: translate, contact, isDevelopment }: Omit<HelpProps, "frame">) {
  const words = { ...buttonsIn(translate), contact, minutes: SIGN_IN_LINK_SECONDS / 60 };
  const t = (key: HelpKey) => translate(`dashboard.help.${key}`, words);
  const mailTo = (words: string) => <a href={`mailto:${contact}`}>{words}</a>;
  return (
    <>
      <Section title={t("first.title")}>
        <div class="prose">
          <ol>
            {(["group", "start", "write", "publish", "share"] as const).map((step) => (
              <li>{t(`first.${step}`)}</li>
            ))}
          </ol>
          <p>
            <Rich text={t("first.begin")} parts={{ home: (words) => <a href="/">{words}</a> }} />
          </p>
        </div>
      </Section>
      <Section title={t("mail.title")}>
        <List
          items={[
            t("mail.signIn"),
            t("mail.thanks"),
            t("mail.answers"),
            isDevelopment ? (
              <Rich
                text={t("mail.development")}
                parts={{ mailbox: (words) => <a href="/dev/mail">{words}</a> }}
              />
            ) : null,
          ]}
        />
      </Section>
      <Section title={t("seen.title")}>
        <List items={seenBy.map((who) => t(`seen.${who}`))} />
      </Section>
      <Section title={t("undo.title")}>
        <List items={undoable.map((what) => t(`undo.${what}`))} />
      </Section>
      <Section title={t("people.title")}>
        <p class="measure">
          <Rich text={t("people.text")} parts={{ mail: mailTo }} />
        </p>
      </Section>
    </>
  );
}

type HelpKey = Key extends infer Name ? (Name extends `dashboard.help.${infer Rest}` ? Rest : never) : never;

/** What is written on the buttons and tabs that the answers name. */
function buttonsIn(t: T) {
  return {
    petition: t("dashboard.home.startPetition"),
    toPublish: t("actions.editor.toPublish"),
    publish: t("actions.publication.publish"),
    mail: t("actions.editor.parts.mail"),
    signers: t("petitions.signers"),
    removed: t("intake.removals.title"),
    undo: t("common.form.undo"),
    reopen: t("dashboard.overview.reopen"),
    hide: t("intake.moderation.hide"),
    history: t("actions.tabs.history"),
  };
}

const seenBy = ["everyone", "organisers", "administrators", "others", "operators"] as const;
const undoable = ["removed", "closed", "comment", "edited", "draft"] as const;

function List({ items }: { items: readonly Child[] }) {
  return (
    <div class="prose">
      <ul>{items.map((item) => (item === null ? null : <li>{item}</li>))}</ul>
    </div>
  );
}
