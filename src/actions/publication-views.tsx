import type { Child } from "hono/jsx";
import { Facts } from "../ui/card";
import { Notice } from "../ui/flash";
import { ButtonLink, ButtonRow, Form, fieldId, HiddenField, SubmitButton } from "../ui/form";
import { type Key, localeNames, type T } from "../ui/i18n";
import { Section } from "../ui/layout";
import { type ActionFrame, ActionShell } from "./action-shell";
import { type Action, type StandardField, standardFields } from "./types";

export type PublicationProps = ActionFrame & { reasons: readonly Key[]; previewUrl: string };

/** The last look before strangers look: what becomes public, where, and what happens to those who answer. */
export function PublicationPage(props: PublicationProps) {
  const { t, group, action, reasons, publicUrl, previewUrl, mayPublish } = props;
  const href = `/groups/${group.slug}/actions/${action.id}`;
  return (
    <ActionShell {...props} tab="edit" page={t("actions.publication.title")}>
      <Section title={t("actions.publication.title")} text={t("actions.publication.text")}>
        <Reasons {...props} editor={`${href}/edit`} />
        <Facts facts={whatHappens(t, props.locale, action, group.name, publicUrl)} />
        <p>
          <a href={previewUrl} target="_blank" rel="noopener">
            {t("actions.publication.look")}
          </a>
        </p>
        {mayPublish ? null : (
          <Notice kind="info">
            <p>{t("actions.publication.mayNot")}</p>
          </Notice>
        )}
        <ButtonRow>
          {mayPublish && reasons.length === 0 ? (
            <Form class="inline" action={`${href}/publication`}>
              <HiddenField name="version" value={String(action.version)} />
              <SubmitButton>{t("actions.publication.publish")}</SubmitButton>
            </Form>
          ) : null}
          <ButtonLink kind="secondary" href={`${href}/edit`}>
            {t("actions.publication.goOn")}
          </ButtonLink>
        </ButtonRow>
      </Section>
    </ActionShell>
  );
}

/** What is missing, each a link to the field that asks for it. */
function Reasons({ t, kind, reasons, mayEdit, editor }: PublicationProps & { editor: string }) {
  if (reasons.length === 0) return null;
  const words = (reason: Key) => {
    const field = mayEdit ? kind.reasonFields?.[reason] : undefined;
    return field ? <a href={`${editor}#${fieldId(field)}`}>{t(reason)}</a> : t(reason);
  };
  return (
    <Notice kind="warn" title={t("actions.publication.notYet")}>
      <ul>
        {reasons.map((reason) => (
          <li>{words(reason)}</li>
        ))}
      </ul>
    </Notice>
  );
}

function whatHappens(t: T, locale: ActionFrame["locale"], action: Action, group: string, url: string) {
  const { settings } = action;
  const asked = standardFields.filter((name) => settings.fields[name] !== "hidden");
  const facts: { name: string; value: Child }[] = [
    { name: t("actions.publication.where"), value: <strong class="address">{url}</strong> },
    { name: t("actions.publication.language"), value: localeNames[action.locale] },
    { name: t("actions.publication.asked"), value: listOf(t, locale, asked) },
    { name: t("actions.publication.seen"), value: seen(t, action) },
    { name: t("actions.publication.consent"), value: <q dir="auto">{settings.consent.text}</q> },
    {
      name: t("actions.publication.after"),
      value:
        settings.thanks.mode === "redirect" ? settings.thanks.redirectUrl : t("actions.publication.thanks"),
    },
    {
      name: t("actions.publication.mail"),
      value: t(settings.autoresponse.isOn ? "actions.publication.mailOn" : "actions.publication.mailOff", {
        group,
      }),
    },
  ];
  return settings.tags.length > 0
    ? [...facts, { name: t("actions.editor.tags"), value: settings.tags.join(", ") }]
    : facts;
}

function listOf(t: T, locale: string, names: readonly StandardField[]): string {
  const words = [t("actions.fields.email"), ...names.map((name) => t(`actions.fields.${name}`))];
  return new Intl.ListFormat(locale).format(words);
}

/** In whole sentences, since this is what people fear: who can see whose name. */
function seen(t: T, { settings }: Action): string {
  return [
    t(settings.showCount ? "actions.publication.countShown" : "actions.publication.countHidden"),
    t(settings.showRecent ? "actions.publication.namesShown" : "actions.publication.namesHidden"),
    ...(settings.comments.isAsked
      ? [
          t(
            settings.comments.isModerated
              ? "actions.publication.commentsChecked"
              : "actions.publication.commentsAtOnce",
          ),
        ]
      : []),
    t("actions.publication.never"),
  ].join(" ");
}
