import type { Address } from "../people/address";
import type { CustomField } from "../people/custom-field";
import type { PersonRow } from "../people/edit";
import type { NoteRow } from "../people/notes";
import type { SubscriptionStatus } from "../people/types";
import type { MailWishes } from "../subscriptions/subscription";
import { ButtonLink, ErrorSummary, type FieldErrors } from "../ui/form";
import { formatMoney, formatNumber } from "../ui/format";
import { Icon } from "../ui/icon";
import { PageHeader, Shell } from "../ui/layout";
import { PeopleTabs } from "../ui/people-tabs";
import { Status } from "../ui/status";
import { Fields, PointPerson, Tags, WhoTheyAre } from "./about-views";
import { Addresses, Subscriptions } from "./contact-views";
import { Notes } from "./note-views";
import type { Totals } from "./store";
import type { TimelineEntry } from "./timeline";
import { Timeline } from "./timeline-views";
import { nameOf, type PeopleFrame, personHref } from "./web";

export type PersonPageProps = PeopleFrame & {
  person: PersonRow;
  emailStatus: SubscriptionStatus;
  mobileStatus: SubscriptionStatus;
  addresses: readonly Address[];
  districts: readonly string[];
  firstSource: string | null;
  totals: Totals;
  tags: readonly { no: number; name: string }[];
  knownTags: readonly string[];
  fields: readonly (CustomField & { value: string })[];
  notes: readonly NoteRow[];
  wishes: MailWishes;
  /** Who looks after them, and who could. */
  point: number | null;
  members: readonly { accountNo: number; name: string }[];
  entries: readonly TimelineEntry[];
  next: string | null;
  isFirstPage: boolean;
  nameOfMember(accountNo: number | null): string;
  /** What was sent and refused, by the names of its fields. */
  values: Readonly<Record<string, string>>;
  errors: FieldErrors;
  /** Until when a merge can be undone begins this long ago, in ms. */
  splitSince: number;
};

/** Everything the group knows of one person. */
export function PersonPage(props: PersonPageProps) {
  const { t, frame, group, person, mayEdit, flash, errors, emailStatus } = props;
  const name = nameOf(person) || person.email || person.phone || t("profiles.nameless");
  const people = `/groups/${group.slug}/people`;
  return (
    <Shell {...frame} title={name} group={group} tab="people" flash={flash}>
      <PageHeader
        title={name}
        back={{ href: people, label: t("common.nav.people") }}
        status={
          <Status tone={emailStatus === "subscribed" ? "good" : emailStatus === "none" ? "neutral" : "warn"}>
            {t(`people.status.${emailStatus}`)}
          </Status>
        }
        actions={
          mayEdit ? (
            <>
              <ButtonLink href={personHref(group, person, "/edit")} kind="secondary">
                <Icon name="edit" />
                {t("common.form.edit")}
              </ButtonLink>
              <ButtonLink href={`${people}/merges/new?one=${person.id}`} kind="quiet">
                {t("profiles.merge.with")}
              </ButtonLink>
              <ButtonLink href={personHref(group, person, "/privacy")} kind="quiet">
                {t("privacy.title")}
              </ButtonLink>
            </>
          ) : undefined
        }
      />
      <PeopleTabs t={t} slug={group.slug} current="people" />
      <ErrorSummary t={t} errors={errors} />
      <div class="profile">
        <div class="profile-side">
          <WhoTheyAre {...props} />
          <Addresses {...props} />
          <Subscriptions {...props} />
          <Tags {...props} />
          <Fields {...props} />
          <PointPerson {...props} />
        </div>
        <div class="profile-main">
          <Sums {...props} />
          <Notes {...props} />
          <Timeline {...props} />
        </div>
      </div>
    </Shell>
  );
}

function Sums({ t, locale, totals }: PersonPageProps) {
  return (
    <dl class="stats">
      <div class="stat">
        <dt class="stat-label">{t("profiles.sums.actions")}</dt>
        <dd class="stat-value">{formatNumber(totals.actions, locale)}</dd>
      </div>
      {totals.amounts.map(({ currency, amount, most, count }) => (
        <div class="stat">
          <dt class="stat-label">{t("profiles.sums.gifts", { count })}</dt>
          <dd class="stat-value">{formatMoney(amount, currency, locale)}</dd>
          <dd class="stat-label">
            {t("profiles.sums.most", { amount: formatMoney(most, currency, locale) })}
          </dd>
        </div>
      ))}
    </dl>
  );
}
