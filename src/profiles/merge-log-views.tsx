import type { PersonRow } from "../people/edit";
import { type MergeRow, SPLIT_DAYS } from "../people/merge";
import type { DuplicateReason } from "../people/types";
import { Notice } from "../ui/flash";
import { ButtonLink, ButtonRow, Form, HiddenField, SubmitButton } from "../ui/form";
import { PageHeader, Shell } from "../ui/layout";
import { PeopleTabs } from "../ui/people-tabs";
import { Status } from "../ui/status";
import { DataTable, EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";
import { nameOf, type PeopleFrame, personHref } from "./web";

type Pair = { one: PersonRow; other: PersonRow; reason: DuplicateReason };

/** Pairs who may be one person. */
export function DuplicatesPage(
  props: PeopleFrame & { pairs: readonly Pair[]; next: string | null; isFirstPage: boolean },
) {
  const { t, frame, group, flash, pairs, next, isFirstPage } = props;
  const people = `/groups/${group.slug}/people`;
  const cell = (person: PersonRow) => (
    <span class="person">
      <a href={personHref(group, person)} dir="auto">
        {nameOf(person) || person.email || person.phone || ""}
      </a>
      <span class="soft small">{person.email}</span>
      <span class="soft small">{[person.postalCode, person.locality].filter(Boolean).join(" ")}</span>
    </span>
  );
  return (
    <Shell {...frame} title={t("profiles.duplicates.title")} group={group} tab="people" flash={flash}>
      <PageHeader
        title={t("profiles.duplicates.title")}
        lead={t("profiles.duplicates.lead")}
        back={{ href: people, label: t("common.nav.people") }}
        actions={
          <ButtonLink href={`${people}/merges`} kind="quiet">
            {t("profiles.merges.title")}
          </ButtonLink>
        }
      />
      <PeopleTabs t={t} slug={group.slug} current="people" />
      <DataTable<Pair>
        caption={t("profiles.duplicates.title")}
        isCaptionHidden
        rows={pairs}
        empty={<EmptyState title={t("profiles.duplicates.none")} text={t("profiles.duplicates.noneText")} />}
        columns={[
          { key: "one", title: t("profiles.duplicates.one"), isName: true, cell: ({ one }) => cell(one) },
          { key: "other", title: t("profiles.duplicates.other"), cell: ({ other }) => cell(other) },
          {
            key: "why",
            title: t("profiles.duplicates.why"),
            cell: ({ reason }) => t(`profiles.duplicates.reasons.${reason}`),
          },
          {
            key: "do",
            title: t("profiles.duplicates.do"),
            cell: ({ one, other }) => (
              <div class="row-buttons">
                <ButtonLink kind="secondary" href={`${people}/merges/new?one=${one.id}&other=${other.id}`}>
                  {t("profiles.merge.compare")}
                </ButtonLink>
                <Form class="inline" action={`${people}/duplicates`}>
                  <HiddenField name="one" value={one.id} />
                  <HiddenField name="other" value={other.id} />
                  <SubmitButton kind="quiet">{t("profiles.duplicates.dismiss")}</SubmitButton>
                </Form>
              </div>
            ),
          },
        ]}
      />
      <Pager
        t={t}
        before={isFirstPage ? undefined : `${people}/duplicates`}
        after={next ? `${people}/duplicates?after=${next}` : undefined}
      />
    </Shell>
  );
}

type MergesProps = PeopleFrame & {
  merges: readonly MergeRow[];
  next: string | null;
  isFirstPage: boolean;
  nameOfMember(accountNo: number | null): string;
};

/** Who was merged with whom, when, by whom. */
export function MergesPage(props: MergesProps) {
  const { t, frame, group, merges, next, isFirstPage, now, locale, timeZone, nameOfMember } = props;
  const href = `/groups/${group.slug}/people/merges`;
  return (
    <Shell {...frame} title={t("profiles.merges.title")} group={group} tab="people">
      <PageHeader
        title={t("profiles.merges.title")}
        lead={t("profiles.merges.lead", { count: SPLIT_DAYS })}
        back={{ href: `/groups/${group.slug}/people`, label: t("common.nav.people") }}
      />
      <PeopleTabs t={t} slug={group.slug} current="people" />
      <DataTable<MergeRow>
        caption={t("profiles.merges.title")}
        isCaptionHidden
        rows={merges}
        empty={<EmptyState title={t("profiles.merges.none")} text={t("profiles.merges.noneText")} />}
        columns={[
          {
            key: "kept",
            title: t("profiles.merge.kept"),
            isName: true,
            cell: ({ keptId, keptName, keptEmail }) =>
              keptId ? (
                <a href={personHref(group, { id: keptId })} dir="auto">
                  {keptName || keptEmail || "–"}
                </a>
              ) : (
                "–"
              ),
          },
          { key: "keptEmail", title: t("profiles.details.email"), cell: ({ keptEmail }) => keptEmail ?? "–" },
          { key: "lost", title: t("profiles.merge.lost"), cell: ({ lostEmail }) => lostEmail ?? "–" },
          {
            key: "when",
            title: t("intake.columns.when"),
            cell: ({ mergedAt, accountNo }) => (
              <>
                <When at={mergedAt} {...{ now, locale, timeZone }} />{" "}
                <span class="soft small">
                  {accountNo === null ? t("profiles.timeline.bySelf") : nameOfMember(accountNo)}
                </span>
              </>
            ),
          },
          {
            key: "do",
            title: t("profiles.duplicates.do"),
            cell: ({ id, undoneAt, isKnown }) =>
              undoneAt ? (
                <Status>{t("profiles.timeline.undone")}</Status>
              ) : isKnown ? (
                <a href={`${href}/${id}`}>{t("profiles.merge.split")}</a>
              ) : (
                ""
              ),
          },
        ]}
      />
      <Pager
        t={t}
        before={next ? `${href}?before=${next}` : undefined}
        after={isFirstPage ? undefined : href}
      />
    </Shell>
  );
}

/** What parting two again does, before it is done. */
export function SplitPage(
  props: PeopleFrame & { merge: MergeRow; canSplit: boolean; nameOfMember(accountNo: number | null): string },
) {
  const { t, frame, group, merge, canSplit, nameOfMember, now, locale, timeZone } = props;
  const people = `/groups/${group.slug}/people`;
  return (
    <Shell {...frame} title={t("profiles.merge.split")} group={group} tab="people">
      <PageHeader
        title={t("profiles.merge.split")}
        lead={t("profiles.merge.splitLead", { kept: merge.keptEmail ?? "–", lost: merge.lostEmail ?? "–" })}
        back={{ href: `${people}/merges`, label: t("profiles.merges.title") }}
      />
      <PeopleTabs t={t} slug={group.slug} current="people" />
      <p class="soft">
        {merge.accountNo === null ? t("profiles.timeline.bySelf") : nameOfMember(merge.accountNo)} ·{" "}
        <When at={merge.mergedAt} {...{ now, locale, timeZone }} />
      </p>
      {canSplit ? (
        <>
          <Notice title={t("profiles.merge.happens")}>
            <ul>
              <li>{t("profiles.merge.splitBack")}</li>
              <li>{t("profiles.merge.splitStays")}</li>
              <li>{t("profiles.merge.splitOptOut")}</li>
            </ul>
          </Notice>
          <Form action={`${people}/merges/${merge.id}/undo`} label={t("profiles.merge.split")}>
            <ButtonRow>
              <SubmitButton>{t("profiles.merge.splitButton")}</SubmitButton>
            </ButtonRow>
          </Form>
        </>
      ) : (
        <Notice kind="warn">
          <p>
            {t(merge.undoneAt ? "profiles.merge.splitDone" : "profiles.merge.splitOver", {
              count: SPLIT_DAYS,
            })}
          </p>
        </Notice>
      )}
    </Shell>
  );
}
