import { Verbs } from "../ui/card";
import { ButtonRow, ErrorSummary, Form, SubmitButton, TextField } from "../ui/form";
import type { T } from "../ui/i18n";
import { PageHeader, Shell, type ShellProps } from "../ui/layout";
import { ACTION_TITLE_MAX, type Kind } from "./types";

type Props = {
  t: T;
  frame: Pick<ShellProps, "t" | "locale" | "account" | "groups" | "isOperator" | "closedTabs">;
  group: { name: string; slug: string };
};

/** What one can start. */
export function ChooseKindPage({
  t,
  frame,
  group,
  kinds,
}: Props & { kinds: readonly { path: string; label: string; text: string }[] }) {
  return (
    <Shell {...frame} title={t("actions.new.choose")} group={group} tab="actions">
      <PageHeader title={t("actions.new.choose")} />
      <Verbs
        verbs={kinds.map(({ path, label, text }) => ({
          href: `/groups/${group.slug}/actions/new/${path}`,
          icon: "plus",
          title: label,
          text,
        }))}
      />
    </Shell>
  );
}

type NewProps = Props & { kind: Kind; title: string; error: string | undefined };

/** The one question that makes a draft. Everything else can be decided while looking at it. */
export function NewActionPage({ t, frame, group, kind, title, error }: NewProps) {
  const errors: Record<string, string> = error ? { title: error } : {};
  return (
    <Shell {...frame} title={t(kind.words.create)} group={group} tab="actions">
      <PageHeader
        title={t(kind.words.create)}
        lead={t("actions.new.lead")}
        back={{ href: `/groups/${group.slug}/actions`, label: t("actions.list.title") }}
      />
      <Form class="form measure" action={`/groups/${group.slug}/actions/new/${kind.name}`}>
        <ErrorSummary t={t} errors={errors} />
        <TextField
          name="title"
          label={t(kind.words.question)}
          hint={t(kind.words.hint)}
          value={title}
          maxlength={ACTION_TITLE_MAX}
          error={error}
          autofocus
        />
        <ButtonRow>
          <SubmitButton>{t("actions.new.make")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Shell>
  );
}
