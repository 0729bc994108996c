import type { Child } from "hono/jsx";
import type { Group } from "../groups/types";
import type { FlashMessage } from "../ui/flash";
import { ButtonLink, ButtonRow, Form, SelectField, SubmitButton } from "../ui/form";
import type { Locale, T } from "../ui/i18n";
import { PageHeader, Section, Shell, type ShellProps } from "../ui/layout";
import { Status } from "../ui/status";

/* What the pages of tags, fields and sources have in common. */

export type KeepingFrame = {
  frame: Pick<ShellProps, "t" | "locale" | "account" | "groups" | "isOperator" | "closedTabs">;
  t: T;
  locale: Locale;
  group: Pick<Group, "name" | "slug" | "locale">;
  now: number;
  timeZone: string;
  flash?: FlashMessage | undefined;
};

/** A name that leads to its page for whoever may change it, with a word beside where it is out of use. */
export function NamedLink({ name, href, mark }: { name: string; href: string | null; mark: string | null }) {
  return (
    <>
      {href === null ? (
        <span dir="auto">{name}</span>
      ) : (
        <a href={href} dir="auto">
          {name}
        </a>
      )}{" "}
      {mark === null ? null : <Status>{mark}</Status>}
    </>
  );
}

type MergeProps = {
  t: T;
  href: string;
  words: { title: string; text: string; into: string; button: string };
  others: readonly { no: number; name: string }[];
  error: string | undefined;
};

/** Which other one of its sort something could become. */
export function MergeSection({ t, href, words, others, error }: MergeProps) {
  if (others.length === 0) return null;
  return (
    <Section title={words.title} text={words.text}>
      <Form class="form measure" action={`${href}/merge`} label={words.title}>
        <SelectField
          name="into"
          label={words.into}
          blank={t("common.form.choose")}
          error={error}
          options={others.map(({ no, name }) => ({ value: String(no), label: name }))}
        />
        <ButtonRow>
          <SubmitButton kind="secondary">{words.button}</SubmitButton>
        </ButtonRow>
      </Form>
    </Section>
  );
}

/** The way to the page that asks before deleting. */
export function DeletionLink({ href, children }: { href: string; children: Child }) {
  return (
    <Section>
      <ButtonRow>
        <ButtonLink kind="danger" href={`${href}/deletion`}>
          {children}
        </ButtonLink>
      </ButtonRow>
    </Section>
  );
}

type DeletionProps = Pick<KeepingFrame, "t" | "frame" | "group"> & {
  /** The page of what is to be deleted, and its name. */
  href: string;
  name: string;
  title: string;
  /** What it takes, the weightiest first. */
  texts: readonly string[];
  button: string;
};

/** Says what deleting something takes, before it does. */
export function DeletionPage({ t, frame, group, href, name, title, texts, button }: DeletionProps) {
  const [first, ...others] = texts;
  return (
    <Shell {...frame} title={title} group={group} tab="people">
      <PageHeader title={title} back={{ href, label: name }} />
      <p class="lead">{first}</p>
      {others.map((text) => (
        <p>{text}</p>
      ))}
      <Form class="form" action={`${href}/deletion`} label={title}>
        <ButtonRow>
          <SubmitButton kind="danger">{button}</SubmitButton>
          <ButtonLink kind="quiet" href={href}>
            {t("common.form.cancel")}
          </ButtonLink>
        </ButtonRow>
      </Form>
    </Shell>
  );
}
