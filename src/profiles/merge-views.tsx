import type { PersonRow } from "../people/edit";
import { SPLIT_DAYS } from "../people/merge";
import { type FoundPerson, SEARCH_TEXT_MAX, statusName } from "../people/search";
import { detailFields } from "../people/types";
import { countryIn } from "../platform/countries";
import { Notice } from "../ui/flash";
import { ButtonLink, ButtonRow, Form, HiddenField, SubmitButton, TextField } from "../ui/form";
import { isLocale, localeNames } from "../ui/i18n";
import { PageHeader, Shell } from "../ui/layout";
import { PeopleTabs } from "../ui/people-tabs";
import { DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import { nameOf, type PeopleFrame, personHref, placeOf } from "./web";

/** What an organiser may choose of either person. */
export const mergeChoices = ["email", "phone", ...detailFields] as const;
export type MergeChoice = (typeof mergeChoices)[number];

const calledOf = (person: PersonRow) => nameOf(person) || person.email || person.phone || "";

/** Finds the second of two people to merge. */
export function ChoosePage(
  props: PeopleFrame & { one: PersonRow; others: readonly FoundPerson[]; text: string },
) {
  const { t, frame, group, one, others, text } = props;
  const href = `/groups/${group.slug}/people/merges/new`;
  return (
    <Shell {...frame} title={t("profiles.merge.choose")} group={group} tab="people">
      <PageHeader
        title={t("profiles.merge.choose")}
        lead={t("profiles.merge.chooseText", { name: calledOf(one) })}
        back={{ href: personHref(group, one), label: t("common.form.back") }}
      />
      <PeopleTabs t={t} slug={group.slug} current="people" />
      <Form class="filter" method="get" action={href} label={t("people.list.search")}>
        <HiddenField name="one" value={one.id} />
        <TextField
          name="q"
          type="search"
          label={t("profiles.search.label")}
          value={text}
          maxlength={SEARCH_TEXT_MAX}
          autocomplete="off"
        />
        <SubmitButton kind="secondary">{t("common.form.search")}</SubmitButton>
      </Form>
      <DataTable<FoundPerson>
        caption={t("common.nav.people")}
        isCaptionHidden
        rows={others}
        empty={<EmptyState title={t("intake.empty.found")} text={t("profiles.search.nobody")} />}
        columns={[
          {
            key: "name",
            title: t("intake.columns.name"),
            isName: true,
            cell: (person) => (
              <span class="person">
                <span dir="auto">{person.name || person.email}</span>
                <span class="soft small">{person.email}</span>
              </span>
            ),
          },
          {
            key: "place",
            title: t("intake.columns.place"),
            cell: (person) => <span dir="auto">{placeOf(person, props.locale)}</span>,
          },
          {
            key: "do",
            title: t("profiles.duplicates.do"),
            cell: ({ id }) => (
              <ButtonLink kind="secondary" href={`${href}?one=${one.id}&other=${id}`}>
                {t("profiles.merge.compare")}
              </ButtonLink>
            ),
          },
        ]}
      />
    </Shell>
  );
}

type MergeProps = PeopleFrame & {
  one: PersonRow;
  other: PersonRow;
  lostCount: number;
  sharedCount: number;
  shared: readonly string[];
};

/** Two people side by side, whose value stays, and what merging them does. */
export function MergePage(props: MergeProps) {
  const { t, frame, group, one, other } = props;
  const people = `/groups/${group.slug}/people`;
  return (
    <Shell {...frame} title={t("profiles.merge.title")} group={group} tab="people">
      <PageHeader
        title={t("profiles.merge.title")}
        lead={t("profiles.merge.lead")}
        back={{ href: personHref(group, one), label: t("common.form.back") }}
      />
      <PeopleTabs t={t} slug={group.slug} current="people" />
      <Form action={`${people}/merges`} label={t("profiles.merge.title")}>
        <HiddenField name="kept" value={one.id} />
        <HiddenField name="lost" value={other.id} />
        <div class="table-frame">
          <table class="table table-cards merge">
            <caption class="visually-hidden">{t("profiles.merge.title")}</caption>
            <thead>
              <tr>
                <th scope="col">
                  <span class="visually-hidden">{t("profiles.merge.what")}</span>
                </th>
                <th scope="col">{t("profiles.merge.kept")}</th>
                <th scope="col">{t("profiles.merge.lost")}</th>
              </tr>
            </thead>
            <tbody>
              {mergeChoices.map((name) => (
                <ChoiceRow {...props} name={name} />
              ))}
              <StatusRow {...props} channel="email" />
              <StatusRow {...props} channel="mobile" />
              <SinceRow {...props} />
            </tbody>
          </table>
        </div>
        <p>
          <a href={`${people}/merges/new?one=${other.id}&other=${one.id}`}>{t("profiles.merge.swap")}</a>
        </p>
        <Consequences {...props} />
        <ButtonRow>
          <SubmitButton>{t("profiles.merge.button")}</SubmitButton>
          <ButtonLink kind="secondary" href={personHref(group, one)}>
            {t("common.form.cancel")}
          </ButtonLink>
        </ButtonRow>
      </Form>
    </Shell>
  );
}

function ChoiceRow({ t, locale, one, other, name }: MergeProps & { name: MergeChoice }) {
  const [kept, lost] = [one[name] ?? "", other[name] ?? ""];
  if (kept === "" && lost === "") return null;
  const label = t(`profiles.details.${name}`);
  const words = (value: string) => {
    if (name === "country") return countryIn(value, locale);
    return name === "language" && isLocale(value) ? localeNames[value] : value;
  };
  if (kept === lost)
    return (
      <tr>
        <th scope="row">{label}</th>
        <td colspan={2} dir="auto">
          {words(kept)}
        </td>
      </tr>
    );
  const chosen = choiceFor(one, other, name);
  const cell = (who: "kept" | "lost", value: string) => (
    <td data-title={t(`profiles.merge.${who}`)}>
      <span class="choice">
        <input
          type="radio"
          name={`choice.${name}`}
          id={`choice-${name}-${who}`}
          value={who}
          checked={chosen === who}
        />
        <label for={`choice-${name}-${who}`} dir="auto">
          {words(value) || t("profiles.merge.nothing")}
          <span class="visually-hidden">
            {" "}
            ({label}, {t(`profiles.merge.${who}`)})
          </span>
        </label>
      </span>
    </td>
  );
  return (
    <tr>
      <th scope="row">{label}</th>
      {cell("kept", kept)}
      {cell("lost", lost)}
    </tr>
  );
}

/** What was said last, but for a blank: the choice most would make. */
function choiceFor(one: PersonRow, other: PersonRow, name: MergeChoice): "kept" | "lost" {
  if (!one[name]) return "lost";
  if (!other[name] || name === "email" || name === "phone") return "kept";
  return (other[`${name}At`] ?? -1) > (one[`${name}At`] ?? -1) ? "lost" : "kept";
}

function StatusRow({ t, one, other, channel }: MergeProps & { channel: "email" | "mobile" }) {
  const words = (person: PersonRow) => {
    const status = statusName(channel === "email" ? person.emailStatus : person.mobileStatus);
    return t(channel === "email" ? `people.status.${status}` : `profiles.mobile.${status}`);
  };
  if (channel === "mobile" && one.mobileStatus === 0 && other.mobileStatus === 0) return null;
  return (
    <tr>
      <th scope="row">
        {channel === "email" ? t("people.list.status") : t("profiles.subscriptions.mobile")}
      </th>
      <td data-title={t("profiles.merge.kept")}>{words(one)}</td>
      <td data-title={t("profiles.merge.lost")}>{words(other)}</td>
    </tr>
  );
}

function SinceRow({ t, one, other, now, locale, timeZone }: MergeProps) {
  const cell = (person: PersonRow, who: "kept" | "lost") => (
    <td data-title={t(`profiles.merge.${who}`)}>
      <When at={person.createdAt} {...{ now, locale, timeZone }} form="date" />
    </td>
  );
  return (
    <tr>
      <th scope="row">{t("profiles.details.since")}</th>
      {cell(one, "kept")}
      {cell(other, "lost")}
    </tr>
  );
}

function Consequences({ t, lostCount, sharedCount, shared }: MergeProps) {
  return (
    <Notice title={t("profiles.merge.happens")}>
      <ul>
        <li>{t("profiles.merge.moves", { count: lostCount })}</li>
        {sharedCount > 0 ? (
          <li>
            {t("profiles.merge.counts", { count: sharedCount })} {shared.join(", ")}
          </li>
        ) : null}
        <li>{t("profiles.merge.addresses")}</li>
        <li>{t("profiles.merge.status")}</li>
        <li>{t("profiles.merge.undoable", { count: SPLIT_DAYS })}</li>
      </ul>
    </Notice>
  );
}
