import type { Child } from "hono/jsx";
import type { FlashMessage } from "../ui/flash";
import { Form, HiddenField, SubmitButton } from "../ui/form";
import { formatNumber } from "../ui/format";
import type { Key, T } from "../ui/i18n";
import { PageHeader, Shell } from "../ui/layout";
import { When } from "../ui/when";
import { HomesSection, QueuesSection } from "./figure-views";
import { ActsSection, FailuresSection } from "./log-views";
import type { Overview } from "./operation";
import type { PageProps } from "./web";

const pages = {
  overview: "/operations",
  deadLetters: "/operations/dead-letters",
  reports: "/operations/reports",
  groups: "/operations/groups",
  mailings: "/operations/mailings",
  inbound: "/operations/inbound",
} as const;

type FrameProps = PageProps & {
  title: string;
  lead?: Child;
  current: keyof typeof pages;
  back?: { href: string; label: string };
  status?: Child;
  children: Child;
};

/** The frame of every page of operations: its name, the way to the others, and itself. */
export function OperationsFrame({
  frame,
  flash,
  t,
  title,
  lead,
  current,
  back,
  status,
  children,
}: FrameProps) {
  return (
    <Shell {...frame} title={title} tab="operations" flash={flash}>
      <PageHeader title={title} lead={lead} back={back} status={status} />
      <SubTabs
        label={t("operations.nav.label")}
        tabs={entries.map(([page, href, words]) => ({ href, label: t(words), isHere: page === current }))}
      />
      {children}
    </Shell>
  );
}

const entries: [page: keyof typeof pages, href: string, words: Key][] = [
  ["overview", pages.overview, "operations.nav.overview"],
  ["deadLetters", pages.deadLetters, "operations.nav.deadLetters"],
  ["reports", pages.reports, "operations.nav.reports"],
  ["groups", pages.groups, "operations.nav.groups"],
  ["mailings", pages.mailings, "results.operations.title"],
  ["inbound", pages.inbound, "inbound.operations.nav"],
];

/** The ways to sibling pages, the one being read marked. */
export function SubTabs({
  label,
  tabs,
}: {
  label: string;
  tabs: { href: string; label: string; isHere: boolean }[];
}) {
  return (
    <nav class="subtabs" aria-label={label}>
      <ul>
        {tabs.map((tab) => (
          <li>
            <a class="subtab" href={tab.href} aria-current={tab.isHere ? "page" : undefined}>
              {tab.label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** A button alone in its form, in a row of a list. `about` tells screen readers which row. */
export function RowButton(props: {
  action: string;
  label: string;
  about: string;
  confirm?: string;
  fields?: Record<string, string>;
}) {
  return (
    <Form action={props.action} class="cluster">
      {Object.entries(props.fields ?? {}).map(([name, value]) => (
        <HiddenField name={name} value={value} />
      ))}
      <SubmitButton kind="quiet" confirm={props.confirm}>
        {props.label} <span class="visually-hidden">{props.about}</span>
      </SubmitButton>
    </Form>
  );
}

export function OverviewPage(props: PageProps & { overview: Overview; flash: FlashMessage | undefined }) {
  const { t, overview } = props;
  return (
    <OperationsFrame
      {...props}
      title={t("operations.overview.title")}
      lead={t("operations.overview.lead")}
      current="overview"
    >
      <Figures {...props} />
      <HomesSection {...props} homes={overview.homes} count={overview.homeCount} />
      <QueuesSection {...props} queues={overview.queues} />
      <FailuresSection {...props} failures={overview.failures} />
      <ActsSection {...props} acts={overview.acts} />
    </OperationsFrame>
  );
}

function Figures(props: PageProps & { overview: Overview }) {
  const { t, locale, overview } = props;
  const dead = overview.dead.reduce((sum, { count }) => sum + count, 0);
  return (
    <dl class="stats">
      <Figure t={t} label="operations.overview.oldest">
        {overview.oldestPendingAt === null ? (
          t("operations.overview.nothingWaits")
        ) : (
          <When {...props} at={overview.oldestPendingAt} form="relative" />
        )}
      </Figure>
      <Figure t={t} label="operations.overview.pending">
        {formatNumber(overview.pending, locale)}
      </Figure>
      <Figure t={t} label="operations.overview.parked">
        {formatNumber(overview.parked, locale)}
      </Figure>
      <Figure t={t} label="operations.overview.drainRate">
        {formatNumber(Math.round(overview.drainRatePerMinute), locale)}
      </Figure>
      <Figure t={t} label="operations.overview.dead">
        <a href={pages.deadLetters}>{formatNumber(dead, locale)}</a>
      </Figure>
      <Figure t={t} label="operations.overview.reports">
        <a href={pages.reports}>{formatNumber(overview.openReports, locale)}</a>
      </Figure>
    </dl>
  );
}

function Figure({ t, label, children }: { t: T; label: Key; children: Child }) {
  return (
    <div class="stat">
      <dt class="stat-label">{t(label)}</dt>
      <dd class="stat-value">{children}</dd>
    </div>
  );
}

/** One line of a list of facts. */
export function Fact({ label, children }: { label: string; children: Child }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
