import { nameOf } from "../actions/action-shell";
import type { Action } from "../actions/types";
import type { Group } from "../groups/types";
import type { Highlight } from "../reports/highlight";
import { Stats, Verbs } from "../ui/card";
import { Notice } from "../ui/flash";
import { ButtonLink } from "../ui/form";
import { formatNumber } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { PageHeader, Section, Shell, type ShellProps } from "../ui/layout";
import { ActionTable } from "./list-views";
import { lately, type Numbers } from "./summary";

export type HomeProps = {
  frame: Pick<ShellProps, "t" | "locale" | "account" | "groups" | "isOperator" | "closedTabs">;
  t: T;
  locale: Locale;
  group: Group;
  now: number;
  timeZone: string;
  siteUrl: string;
  actions: readonly Action[];
  hasMore: boolean;
  numbers: ReadonlyMap<number, Numbers | null>;
  /** Comments waiting by action number; empty for someone who may not see people. */
  waiting: ReadonlyMap<number, number>;
  mayInvite: boolean;
  /** The figures this member pinned (reports), in their order. */
  highlights: readonly Highlight[];
};

/** What happened, what needs me, what can I start. */
export function HomePage(props: HomeProps) {
  const { t, frame, group, actions, siteUrl } = props;
  const base = `/groups/${group.slug}`;
  return (
    <Shell {...frame} title={t("dashboard.home.title")} group={group} tab="home">
      <PageHeader title={group.name} lead={<a href={siteUrl}>{siteUrl.replace(/^https?:\/\//, "")}</a>} />
      {group.status === "active" ? null : (
        <Notice kind="bad">
          <p>{t(group.status === "limited" ? "dashboard.home.limited" : "dashboard.home.suspended")}</p>
        </Notice>
      )}
      <Pinned {...props} />
      {actions.length > 0 ? <Lately {...props} /> : null}
      <NeedsYou {...props} />
      <Verbs
        verbs={[
          {
            href: `${base}/actions/new/petition`,
            icon: "plus",
            title: t("dashboard.home.startPetition"),
            text: t("dashboard.home.startPetitionText"),
          },
          props.mayInvite
            ? {
                href: `${base}/settings/members`,
                icon: "people",
                title: t("dashboard.home.invite"),
                text: t("dashboard.home.inviteText"),
              }
            : {
                href: `${base}/actions`,
                icon: "actions",
                title: t("dashboard.home.all"),
                text: t("dashboard.home.allText"),
              },
          {
            href: siteUrl,
            icon: "external",
            title: t("dashboard.home.site"),
            text: t("dashboard.home.siteText"),
          },
        ]}
      />
      <Section title={t("dashboard.home.actions")}>
        <ActionTable {...props} />
        {props.hasMore ? (
          <p>
            <ButtonLink kind="secondary" href={`${base}/actions`}>
              {t("dashboard.home.all")}
            </ButtonLink>
          </p>
        ) : null}
      </Section>
    </Shell>
  );
}

function Pinned({ t, locale, group, highlights }: HomeProps) {
  if (highlights.length === 0) return null;
  return (
    <section class="pinned" aria-label={t("reports.highlights.home")}>
      <Stats
        stats={highlights.map(({ figure, value }) => ({
          label: t(`reports.figures.${figure}`),
          value: formatNumber(value, locale),
        }))}
      />
      <p class="small">
        <a href={`/groups/${group.slug}/reports`}>{t("reports.highlights.more")}</a>
      </p>
    </section>
  );
}

function Lately({ t, locale, actions, numbers }: HomeProps) {
  const all = [...numbers.values()];
  const live = actions.filter(({ status, limitedAt }) => status === "published" && limitedAt === null).length;
  return (
    <Stats
      stats={[
        { label: t("dashboard.home.today"), value: formatNumber(lately(all, 1), locale) },
        { label: t("dashboard.home.week"), value: formatNumber(lately(all, 7), locale) },
        { label: t("dashboard.home.live"), value: formatNumber(live, locale) },
      ]}
    />
  );
}

/** Only what somebody can do something about; nothing at all when there is nothing. */
function NeedsYou({ t, group, actions, waiting }: HomeProps) {
  const base = `/groups/${group.slug}/actions`;
  const comments = actions.flatMap((action) => {
    const count = waiting.get(action.no) ?? 0;
    return count > 0 ? [{ action, count }] : [];
  });
  const drafts = actions.filter(({ status }) => status === "draft");
  if (comments.length + drafts.length === 0) return null;
  return (
    <Section title={t("dashboard.home.needsYou")}>
      <ul class="todo">
        {comments.map(({ action, count }) => (
          <li>
            <a href={`${base}/${action.id}/comments`}>
              {t("dashboard.home.commentsWait", { count, title: nameOf(action) })}
            </a>
          </li>
        ))}
        {drafts.map((action) => (
          <li>
            <a href={`${base}/${action.id}/edit`}>
              {t("dashboard.home.finishDraft", { title: nameOf(action) })}
            </a>
          </li>
        ))}
      </ul>
    </Section>
  );
}
