import type { Child } from "hono/jsx";
import type { MailingTag } from "../mailings/tag";
import { MAILING_TAG_MAX } from "../mailings/types";
import { Disclosure } from "../ui/card";
import { type FlashMessage, Notice } from "../ui/flash";
import { ButtonRow, ErrorSummary, Form, SubmitButton, TextField } from "../ui/form";
import { formatNumber } from "../ui/format";
import { PageHeader, Section, Shell } from "../ui/layout";
import { MailingTabs } from "../ui/mailing-tabs";
import { type Column, DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import { type Medians, SUMMARIES_MAX, type Summary, TAGGED_MAX } from "./lists";
import { Totals } from "./numbers-views";
import { AllRates } from "./rate-views";
import { SummaryTable } from "./summary-table";
import type { Figures } from "./types";
import type { Page } from "./web";

const hrefOf = ({ group }: Pick<Page, "group">, tag: string, page = "") =>
  `/groups/${group.slug}/mailings/tags${page}?tag=${encodeURIComponent(tag)}`;

type ListProps = Page & {
  tags: readonly MailingTag[];
  mayEdit: boolean;
  /** Whether those hidden are in sight at once. */
  showsHidden: boolean;
  flash: FlashMessage | undefined;
};

/** Every tag of the group's mailings; those hidden are folded away below. */
export function TagListPage(props: ListProps) {
  const { t, locale, frame, group, tags, flash } = props;
  const hidden = tags.filter(({ hiddenAt }) => hiddenAt !== null);
  return (
    <Shell {...frame} title={t("results.tags.title")} group={group} tab="mailings" flash={flash}>
      <PageHeader title={t("results.tags.title")} lead={t("results.tags.lead")} />
      <MailingTabs t={t} slug={group.slug} current="tags" closedTabs={frame.closedTabs} />
      <TagTable
        {...props}
        tags={tags.filter(({ hiddenAt }) => hiddenAt === null)}
        empty={
          <EmptyState
            title={t("results.tags.empty")}
            text={t("results.tags.emptyText")}
            action={{ href: `/groups/${group.slug}/mailings`, label: t("results.tags.toList") }}
          />
        }
      />
      {hidden.length > 0 ? (
        <div id="hidden">
          <Disclosure
            summary={t("results.tags.hidden", { number: formatNumber(hidden.length, locale) })}
            isOpen={props.showsHidden}
          >
            <div class="stack stack-tight">
              <p class="soft small">{t("results.tags.hiddenText")}</p>
              <TagTable {...props} tags={hidden} empty={null} areHidden />
            </div>
          </Disclosure>
        </div>
      ) : null}
    </Shell>
  );
}

function TagTable(props: ListProps & { empty: Child; areHidden?: boolean }) {
  const { t, locale, now, timeZone, tags, areHidden, mayEdit } = props;
  const shownAgain: Column<MailingTag>[] = [
    {
      ...{ key: "show", title: t("results.tags.show") },
      cell: ({ tag }) => (
        <Form
          action={hrefOf(props, tag, "/return")}
          class="inline"
          label={`${t("results.tags.show")}: ${tag}`}
        >
          <SubmitButton kind="quiet">{t("results.tags.show")}</SubmitButton>
        </Form>
      ),
    },
  ];
  return (
    <DataTable<MailingTag>
      caption={t("results.tags.title")}
      isCaptionHidden
      rows={tags}
      empty={props.empty}
      columns={[
        {
          ...{ key: "tag", title: t("results.columns.tag"), isName: true },
          cell: ({ tag }) => (
            <a href={hrefOf(props, tag)} dir="auto">
              {tag}
            </a>
          ),
        },
        {
          ...{ key: "mailings", title: t("results.numbers.mailings"), isNumber: true },
          cell: ({ mailings }) => formatNumber(mailings, locale),
        },
        {
          ...{ key: "sent", title: t("results.tags.last") },
          cell: ({ sentAt }) =>
            sentAt === null ? (
              t("results.tags.noneSent")
            ) : (
              <When at={sentAt} {...{ now, locale, timeZone }} />
            ),
        },
        ...(areHidden && mayEdit ? shownAgain : []),
      ]}
    />
  );
}

type TagProps = Page & {
  tag: MailingTag;
  summaries: Summary[];
  figures: Figures;
  medians: Medians;
  mayEdit: boolean;
  /** The name that was refused, and why. */
  refusal: { typed: string; error: string } | null;
  flash: FlashMessage | undefined;
};

/** One tag: what its mailings brought together, beside the group's usual rates, and each of them. */
export function TagPage(props: TagProps) {
  const { t, frame, group, tag, summaries, refusal, flash } = props;
  const base = `/groups/${group.slug}/mailings`;
  return (
    <Shell {...frame} title={tag.tag} group={group} tab="mailings" flash={flash}>
      <PageHeader
        title={tag.tag}
        back={{ href: `${base}/tags`, label: t("results.tags.title") }}
        lead={t("results.tags.count", { count: tag.mailings })}
      />
      <ErrorSummary t={t} errors={refusal ? { name: refusal.error } : {}} />
      {tag.hiddenAt === null ? null : <Hidden {...props} />}
      {summaries.length === 0 ? (
        <EmptyState title={t("results.tags.noneSent")} text={t("results.tags.noneSentText")} />
      ) : (
        <Sums {...props} />
      )}
      <p>
        <a href={`${base}?tag=${encodeURIComponent(tag.tag)}`}>{t("results.tags.all")}</a>
      </p>
      {props.mayEdit ? <Change {...props} /> : null}
    </Shell>
  );
}

function Hidden(props: TagProps) {
  const { t, tag, mayEdit } = props;
  return (
    <Notice kind="info">
      <p>{t("results.tags.isHidden")}</p>
      {mayEdit ? (
        <Form action={hrefOf(props, tag.tag, "/return")} class="inline" label={t("results.tags.show")}>
          <SubmitButton kind="secondary">{t("results.tags.show")}</SubmitButton>
        </Form>
      ) : null}
    </Notice>
  );
}

function Sums(props: TagProps) {
  const { t, locale, summaries, figures, medians } = props;
  const counted = summaries.filter((each) => each.figures !== null).length;
  return (
    <div class="statistics results">
      {counted < summaries.length ? (
        <Notice kind="info">
          <p>{t("results.tags.uncounted", { count: summaries.length - counted })}</p>
        </Notice>
      ) : null}
      <Totals {...{ t, locale, figures }} count={counted} />
      <Section
        title={t("results.all.title")}
        text={
          medians.count > 0 ? t("results.tags.median", { count: medians.count }) : t("results.tags.noMedian")
        }
      >
        <AllRates {...{ t, locale, figures, medians }} />
      </Section>
      <Mailings {...props} />
    </div>
  );
}

function Mailings(props: TagProps) {
  const { t, summaries } = props;
  return (
    <Section title={t("results.numbers.list")}>
      <SummaryTable
        {...props}
        summaries={summaries.slice(0, SUMMARIES_MAX)}
        measures={["opened", "clicked", "actions", "unsubscribed"]}
      />
      {summaries.length > SUMMARIES_MAX ? (
        <p class="soft small">
          {t("results.numbers.more", { count: SUMMARIES_MAX })}{" "}
          {t("results.tags.summed", { count: TAGGED_MAX })}
        </p>
      ) : null}
    </Section>
  );
}

function Change(props: TagProps) {
  const { t, tag, refusal } = props;
  return (
    <Disclosure summary={t("results.tags.change")} isOpen={refusal !== null}>
      <div class="stack">
        <Form action={hrefOf(props, tag.tag, "/name")} class="form measure" label={t("results.tags.rename")}>
          <TextField
            name="name"
            label={t("results.tags.name")}
            hint={t("results.tags.nameHint")}
            value={refusal?.typed ?? tag.tag}
            maxlength={MAILING_TAG_MAX}
            autocomplete="off"
            error={refusal?.error}
          />
          <ButtonRow>
            <SubmitButton kind="secondary">{t("results.tags.rename")}</SubmitButton>
          </ButtonRow>
        </Form>
        {tag.hiddenAt === null ? (
          <Form
            action={hrefOf(props, tag.tag, "/hiding")}
            class="form measure"
            label={t("results.tags.hide")}
          >
            <p class="soft small">{t("results.tags.hideText")}</p>
            <ButtonRow>
              <SubmitButton kind="secondary">{t("results.tags.hide")}</SubmitButton>
            </ButtonRow>
          </Form>
        ) : null}
      </div>
    </Disclosure>
  );
}
