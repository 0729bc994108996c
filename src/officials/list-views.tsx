import type { Group } from "../groups/types";
import { countriesIn } from "../platform/countries";
import type { FlashMessage } from "../ui/flash";
import { ErrorSummary, Form, SelectField, SubmitButton, TextField } from "../ui/form";
import type { Locale, T } from "../ui/i18n";
import { PageHeader, Section, Shell } from "../ui/layout";
import { EmptyState, Pager } from "../ui/table";
import type { ListedTarget, TargetList } from "./types";
import {
  DistrictChoice,
  type PageFrame,
  TargetFileField,
  TargetTable,
  type Tried,
  TriedResult,
} from "./views";

export type ListProps = {
  t: T;
  locale: Locale;
  frame: PageFrame;
  group: Group;
  list: TargetList;
  targets: readonly (ListedTarget & { no: number })[];
  users: readonly { id: string; title: string }[];
  tried: Tried | null;
  country: string;
  errors: Record<string, string>;
  flash: FlashMessage | undefined;
  isFirstPage: boolean;
  next: number | null;
};

/** One list: who is on it, whom a postal code leads to, another file in its place, and its end. */
export function ListPage(props: ListProps) {
  const { t, frame, group, list, targets, errors, flash, isFirstPage, next } = props;
  const href = `/groups/${group.slug}/targets/${list.id}`;
  return (
    <Shell {...frame} title={list.name} group={group} tab="actions" flash={flash}>
      <PageHeader
        title={list.name}
        lead={t("officials.list.lead", { count: list.targetCount })}
        back={{ href: `/groups/${group.slug}/targets`, label: t("officials.lists.title") }}
      />
      <ErrorSummary t={t} errors={errors} />
      <TryOut {...props} href={href} />
      <TargetTable
        t={t}
        caption={t("officials.list.targets")}
        targets={targets}
        empty={<EmptyState title={t("officials.list.empty")} text={t("officials.list.emptyText")} />}
      />
      <Pager
        t={t}
        before={next ? `${href}?after=${next}` : undefined}
        after={isFirstPage ? undefined : href}
      />
      <Section title={t("officials.list.replace")} text={t("officials.list.replaceText")}>
        <Form class="form measure" action={`${href}/uploads`} enctype="multipart/form-data">
          <TargetFileField t={t} error={errors.file} />
          <SubmitButton kind="secondary">{t("officials.upload.look")}</SubmitButton>
        </Form>
      </Section>
      <Removal {...props} href={href} />
    </Shell>
  );
}

function TryOut({ t, locale, tried, country, href }: ListProps & { href: string }) {
  return (
    <Section title={t("officials.try.title")} text={t("officials.try.text")}>
      <Form method="get" action={href} class="filter">
        <TextField
          name="postalCode"
          label={t("officials.try.postalCode")}
          value={tried?.postalCode ?? ""}
          width="short"
        />
        <SelectField
          name="country"
          label={t("officials.try.country")}
          value={country}
          options={countriesIn(locale).map(({ code, name }) => ({ value: code, label: name }))}
        />
        <DistrictChoice t={t} tried={tried} />
        <SubmitButton kind="secondary">{t("officials.try.button")}</SubmitButton>
      </Form>
      <TriedResult t={t} tried={tried} />
    </Section>
  );
}

function Removal({ t, group, users, href }: ListProps & { href: string }) {
  if (users.length > 0)
    return (
      <Section title={t("officials.removal.usedTitle")} text={t("officials.removal.usedText")}>
        <ul>
          {users.map(({ id, title }) => (
            <li>
              <a href={`/groups/${group.slug}/actions/${id}`}>{title}</a>
            </li>
          ))}
        </ul>
      </Section>
    );
  return (
    <Section title={t("officials.removal.title")} text={t("officials.removal.text")}>
      <form method="post" action={`${href}/removal`}>
        <SubmitButton kind="danger">{t("officials.removal.button")}</SubmitButton>
      </form>
    </Section>
  );
}
