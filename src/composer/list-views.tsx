import {
  MAILING_TAG_MAX,
  type Mailing,
  type MailingStatus,
  type Template,
  TITLE_MAX,
} from "../mailings/types";
import { Card, Cards, Disclosure } from "../ui/card";
import type { FlashMessage } from "../ui/flash";
import { ButtonLink, ButtonRow, Form, SubmitButton, TextField } from "../ui/form";
import { formatNumber, formatPercent } from "../ui/format";
import type { T } from "../ui/i18n";
import { PageHeader, Section, Shell } from "../ui/layout";
import { MailingTabs } from "../ui/mailing-tabs";
import { DataTable, EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";
import { MailingState } from "./parts";
import { type ListedRuns, SeriesFilter, SeriesOf } from "./series-parts";
import { nameOf, type Page } from "./web";

/** What the list is narrowed to; each is some statuses. */
export const shelves = {
  all: undefined,
  drafts: ["draft"],
  under_way: ["waiting", "scheduled", "preparing", "sending", "paused"],
  sent: ["sent", "stopped"],
} as const satisfies Record<string, readonly MailingStatus[] | undefined>;
export type Shelf = keyof typeof shelves;

export type ListedMailing = {
  mailing: Mailing;
  /** As its numbers were last counted; null while they never were. */
  counted: { sent: number; clicked: number } | null;
  /** Its test is over, and it goes on when somebody chose a version. */
  isUnchosen: boolean;
};

type ListProps = Page & {
  mailings: readonly ListedMailing[];
  shelf: Shelf;
  search: string;
  tag: string;
  /** Those offered, the ones used most first. */
  tags: readonly string[];
  /** Those out of the way. */
  hiddenTags: readonly string[];
  listed: ListedRuns;
  /** How many there are on each shelf. */
  counts: Record<Shelf, number>;
  after?: string | undefined;
  before?: string | undefined;
  flash?: FlashMessage;
};

/** Every mailing of a group, the newest first. */
export function MailingListPage(props: ListProps) {
  const { t, group, frame, mayEdit, mailings, counts, flash } = props;
  const base = `/groups/${group.slug}/mailings`;
  const isNarrowed =
    props.search !== "" || props.tag !== "" || props.listed.chosen !== null || props.shelf !== "all";
  return (
    <Shell {...frame} title={t("composer.list.title")} tab="mailings" flash={flash}>
      <PageHeader
        title={t("composer.list.title")}
        lead={t("composer.list.lead")}
        actions={mayEdit ? <ButtonLink href={`${base}/new`}>{t("composer.list.new")}</ButtonLink> : null}
      />
      <MailingTabs t={t} slug={group.slug} current="mailings" closedTabs={frame.closedTabs} />
      {counts.all > 0 ? <Filter {...props} base={base} /> : null}
      <DataTable<ListedMailing>
        caption={t("composer.list.title")}
        isCaptionHidden
        rows={mailings}
        empty={
          isNarrowed ? (
            <EmptyState
              title={t("composer.list.none")}
              text={t("composer.list.noneText")}
              action={{ href: base, label: t("composer.list.showAll") }}
            />
          ) : (
            <EmptyState
              title={t("composer.list.empty")}
              text={t("composer.list.emptyText")}
              {...(mayEdit ? { action: { href: `${base}/new`, label: t("composer.list.new") } } : {})}
            />
          )
        }
        columns={columnsOf(props, base)}
      />
      {mayEdit && mailings.length > 0 ? <TagPicked {...props} base={base} /> : null}
      <Pager
        t={t}
        {...(props.before ? { before: props.before } : {})}
        {...(props.after ? { after: props.after } : {})}
      />
    </Shell>
  );
}

const PICKED = "mail-tags";

/** The form that the ticks in the list belong to. */
function TagPicked({ t, locale, tags, hiddenTags, base }: ListProps & { base: string }) {
  return (
    <Disclosure summary={t("composer.list.picked")}>
      <Form action={`${base}/tags`} id={PICKED} class="form measure" label={t("composer.list.picked")}>
        <p class="soft small">{t("composer.list.pickedText")}</p>
        <div class="field">
          <label for="f-give-tag">{t("composer.list.label")}</label>
          <input
            class="input"
            id="f-give-tag"
            name="tag"
            list="tags-there"
            maxlength={MAILING_TAG_MAX}
            autocomplete="off"
          />
          <datalist id="tags-there">
            {tags.map((tag) => (
              <option value={tag} />
            ))}
          </datalist>
        </div>
        <ButtonRow>
          <SubmitButton kind="secondary">{t("composer.list.labelGive")}</SubmitButton>
          <SubmitButton kind="quiet" name="do" value="take">
            {t("composer.list.labelTake")}
          </SubmitButton>
        </ButtonRow>
      </Form>
      <p class="cluster small">
        <a href={`${base}/tags`}>{t("composer.list.allTags")}</a>
        {hiddenTags.length > 0 ? (
          <a href={`${base}/tags?hidden=yes#hidden`}>
            {t("results.tags.hidden", { number: formatNumber(hiddenTags.length, locale) })}
          </a>
        ) : null}
      </p>
    </Disclosure>
  );
}

function Pick({ t, mailing }: { t: T; mailing: Mailing }) {
  return (
    <input
      type="checkbox"
      form={PICKED}
      name="mailing"
      value={String(mailing.no)}
      aria-label={t("composer.list.pick", { name: nameOf(t, mailing) })}
    />
  );
}

function Tags({ tags }: { tags: readonly string[] }) {
  if (tags.length === 0) return null;
  return (
    <span class="soft small" dir="auto">
      {tags.join(" · ")}
    </span>
  );
}

function columnsOf(props: ListProps, base: string) {
  const { t, locale, mayEdit } = props;
  return [
    {
      key: "name",
      title: t("composer.list.name"),
      isName: true,
      cell: ({ mailing }: ListedMailing) => (
        <span class="mail-listed">
          {mayEdit ? <Pick t={t} mailing={mailing} /> : null}
          <span class="person">
            <a href={`${base}/${mailing.id}`} dir="auto">
              {nameOf(t, mailing)}
            </a>
            {mailing.internalTitle !== "" && mailing.subject !== "" ? (
              <span class="soft small" dir="auto">
                {mailing.subject}
              </span>
            ) : null}
            <Tags tags={mailing.tags.filter((tag) => !props.hiddenTags.includes(tag))} />
            <SeriesOf t={t} listed={props.listed} no={mailing.no} base={base} />
          </span>
        </span>
      ),
    },
    {
      key: "status",
      title: t("composer.list.status"),
      cell: ({ mailing, isUnchosen }: ListedMailing) => (
        <MailingState t={t} status={mailing.status} isUnchosen={isUnchosen} />
      ),
    },
    {
      key: "when",
      title: t("composer.list.when"),
      cell: ({ mailing }: ListedMailing) => (
        <When {...props} at={mailing.sentAt ?? mailing.startAt ?? mailing.updatedAt} />
      ),
    },
    {
      key: "recipients",
      title: t("composer.list.recipients"),
      isNumber: true,
      cell: ({ mailing }: ListedMailing) =>
        mailing.frozen ? formatNumber(mailing.frozen.recipients, locale) : "–",
    },
    {
      key: "clicked",
      title: t("composer.list.clicked"),
      isNumber: true,
      cell: ({ counted }: ListedMailing) =>
        counted && counted.sent > 0 ? formatPercent(counted.clicked / counted.sent, locale, 1) : "–",
    },
  ];
}

function Filter(props: ListProps & { base: string }) {
  const { t, locale, base, search, tag, tags, listed, shelf, counts } = props;
  // A hidden one that the list is narrowed to stays chosen.
  const offered = tag === "" || tags.includes(tag) ? tags : [tag, ...tags];
  const query = (name: Shelf) => {
    const asked = new URLSearchParams({
      ...(name === "all" ? {} : { shelf: name }),
      ...(search ? { q: search } : {}),
      ...(tag ? { tag } : {}),
      ...(listed.chosen ? { series: listed.chosen.id } : {}),
    }).toString();
    return asked ? `${base}?${asked}` : base;
  };
  return (
    <>
      <Form method="get" action={base} class="filter search" label={t("composer.list.search")}>
        <TextField
          name="q"
          type="search"
          label={t("composer.list.search")}
          value={search}
          maxlength={TITLE_MAX}
          autocomplete="off"
        />
        {shelf === "all" ? null : <input type="hidden" name="shelf" value={shelf} />}
        {offered.length > 0 ? (
          <div class="field">
            <label for="f-tag">{t("composer.list.tag")}</label>
            <select id="f-tag" name="tag" class="input">
              <option value="">{t("composer.list.anyTag")}</option>
              {offered.map((each) => (
                <option value={each} selected={each === tag}>
                  {each}
                </option>
              ))}
            </select>
          </div>
        ) : null}
        <SeriesFilter t={t} listed={listed} />
        <SubmitButton kind="secondary">{t("composer.list.find")}</SubmitButton>
      </Form>
      <nav class="cluster" aria-label={t("composer.list.shelves")}>
        {(["all", "drafts", "under_way", "sent"] as const).map((name) => (
          <a href={query(name)} class="chip" aria-current={name === shelf ? "true" : undefined}>
            {t(`composer.list.shelf.${name}`)} <span class="soft">{formatNumber(counts[name], locale)}</span>
          </a>
        ))}
      </nav>
    </>
  );
}

type NewProps = Page & { templates: readonly Template[]; recent: readonly Mailing[] };

/** What a new mailing begins from. */
export function NewMailingPage(props: NewProps) {
  const { t, group, frame, templates, recent } = props;
  const base = `/groups/${group.slug}/mailings`;
  return (
    <Shell {...frame} title={t("composer.new.title")} tab="mailings">
      <PageHeader
        title={t("composer.new.title")}
        lead={t("composer.new.lead")}
        back={{ href: base, label: t("composer.list.title") }}
      />
      <Form action={`${base}/new`} label={t("composer.new.blank")}>
        <ButtonRow>
          <SubmitButton>{t("composer.new.blank")}</SubmitButton>
        </ButtonRow>
      </Form>
      {templates.length > 0 ? (
        <Section title={t("composer.new.templates")}>
          <Cards>
            {templates.map(({ no, name, subject }) => (
              <Card>
                <p class="card-title" dir="auto">
                  {name}
                </p>
                <p class="soft small" dir="auto">
                  {subject}
                </p>
                <Form
                  action={`${base}/new`}
                  class="inline"
                  label={`${t("composer.new.fromTemplate")}: ${name}`}
                >
                  <input type="hidden" name="template" value={String(no)} />
                  <SubmitButton kind="secondary">{t("composer.new.fromTemplate")}</SubmitButton>
                </Form>
              </Card>
            ))}
          </Cards>
        </Section>
      ) : null}
      {recent.length > 0 ? (
        <Section title={t("composer.new.recent")} text={t("composer.new.recentText")}>
          <ul class="history">
            {recent.map((mailing) => (
              <li class="cluster">
                <span class="person">
                  <span dir="auto">{nameOf(t, mailing)}</span>
                  <span class="soft small">
                    <When {...props} at={mailing.sentAt ?? mailing.updatedAt} />
                  </span>
                </span>
                <Form action={`${base}/${mailing.id}/copies`} class="inline">
                  <input type="hidden" name="for" value="same" />
                  <SubmitButton kind="quiet">
                    {t("composer.copy.same")}
                    <span class="visually-hidden"> ({nameOf(t, mailing)})</span>
                  </SubmitButton>
                </Form>
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
    </Shell>
  );
}
