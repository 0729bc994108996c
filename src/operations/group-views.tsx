import type { Action } from "../actions/types";
import type { Group } from "../groups/types";
import {
  ButtonRow,
  ErrorSummary,
  type FieldErrors,
  Form,
  RadioGroup,
  SelectField,
  SubmitButton,
  TextField,
} from "../ui/form";
import type { T } from "../ui/i18n";
import { Section } from "../ui/layout";
import { Status, type Tone } from "../ui/status";
import { DataTable, EmptyState, Pager } from "../ui/table";
import { When } from "../ui/when";
import { RecoverySection } from "./recovery-views";
import type { ListedGroup } from "./store";
import { groupStatuses, REASON_MAX, SEARCH_MAX } from "./types";
import { Fact, OperationsFrame, RowButton } from "./views";
import type { PageProps } from "./web";

const PATH = "/operations/groups";

type GroupsPageProps = PageProps & {
  groups: ListedGroup[];
  text: string;
  status: Group["status"] | null;
  next: string | undefined;
};

export function GroupsPage(props: GroupsPageProps) {
  const { t, groups, next } = props;
  return (
    <OperationsFrame {...props} title={t("operations.groups.title")} current="groups">
      <SearchForm {...props} />
      <DataTable
        caption={t("operations.groups.title")}
        isCaptionHidden
        rows={groups}
        empty={<EmptyState title={t("operations.groups.empty")} text={t("operations.groups.emptyText")} />}
        columns={[
          {
            key: "name",
            title: t("operations.groups.name"),
            isName: true,
            cell: ({ id, name }) => <a href={`${PATH}/${id}`}>{name}</a>,
          },
          { key: "slug", title: t("operations.groups.address"), cell: ({ slug }) => slug },
          {
            key: "status",
            title: t("operations.groups.status"),
            cell: ({ status }) => <GroupStatus t={t} status={status} />,
          },
          {
            key: "at",
            title: t("operations.groups.createdAt"),
            cell: ({ createdAt }) => <When {...props} at={createdAt} form="date" />,
          },
        ]}
      />
      <Pager t={t} after={next} />
    </OperationsFrame>
  );
}

function SearchForm({ t, text, status }: GroupsPageProps) {
  return (
    <Form method="get" action={PATH} label={t("operations.groups.find")} class="filter">
      <TextField
        name="q"
        type="search"
        label={t("operations.groups.search")}
        value={text}
        maxlength={SEARCH_MAX}
      />
      <SelectField
        name="status"
        label={t("operations.groups.status")}
        blank={t("operations.groups.any")}
        value={status ?? undefined}
        options={groupStatuses.map((value) => ({ value, label: t(`operations.groups.statuses.${value}`) }))}
      />
      <SubmitButton kind="secondary">{t("operations.groups.find")}</SubmitButton>
    </Form>
  );
}

const tones: Record<Group["status"], Tone> = { active: "good", limited: "warn", suspended: "bad" };

function GroupStatus({ t, status }: { t: T; status: Group["status"] }) {
  return <Status tone={tones[status]}>{t(`operations.groups.statuses.${status}`)}</Status>;
}

type GroupPageProps = PageProps & {
  group: Group;
  /** The group's own page. */
  origin: string;
  actions: Action[];
  next: string | undefined;
  recovery: Parameters<typeof RecoverySection>[0]["recovery"];
  values?: { status: string; reason: string };
  errors?: FieldErrors;
};

export function GroupPage(props: GroupPageProps) {
  const { t, group, origin, errors = {} } = props;
  return (
    <OperationsFrame
      {...props}
      title={group.name}
      status={<GroupStatus t={t} status={group.status} />}
      current="groups"
      back={{ href: PATH, label: t("operations.groups.back") }}
    >
      <ErrorSummary t={t} errors={errors} />
      <dl class="facts">
        <Fact label={t("operations.groups.address")}>
          <a href={origin}>{origin}</a>
        </Fact>
        <Fact label={t("operations.groups.shard")}>{group.shard}</Fact>
        <Fact label={t("operations.groups.id")}>{group.id}</Fact>
        <Fact label={t("operations.groups.createdAt")}>
          <When {...props} at={group.createdAt} form="date" />
        </Fact>
        <Fact label={t("results.operations.title")}>
          <a href={`${PATH}/${group.id}/mailings`}>{t("results.operations.all")}</a>
        </Fact>
      </dl>
      <StatusSection {...props} />
      <ActionsSection {...props} />
      <RecoverySection {...props} />
    </OperationsFrame>
  );
}

function StatusSection({ t, group, values, errors = {} }: GroupPageProps) {
  return (
    <Section title={t("operations.groups.change")}>
      <Form action={`${PATH}/${group.id}/status`} label={t("operations.groups.change")}>
        <RadioGroup
          name="status"
          legend={t("operations.groups.status")}
          required
          value={values?.status ?? group.status}
          error={errors.status}
          options={groupStatuses.map((value) => ({
            value,
            label: t(`operations.groups.statuses.${value}`),
            hint: t(`operations.groups.consequences.${value}`),
          }))}
        />
        <TextField
          name="reason"
          label={t("operations.groups.reason")}
          hint={t("operations.groups.reasonHint")}
          optionalLabel={t("common.form.optional")}
          value={values?.reason ?? ""}
          maxlength={REASON_MAX}
          error={errors.reason}
        />
        <ButtonRow>
          <SubmitButton kind="danger">{t("operations.groups.save")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Section>
  );
}

function ActionsSection(props: GroupPageProps) {
  const { t, group, actions, next } = props;
  return (
    <Section title={t("operations.groups.actions")}>
      <DataTable
        caption={t("operations.groups.actions")}
        isCaptionHidden
        rows={actions}
        empty={
          <EmptyState title={t("operations.groups.noActions")} text={t("operations.groups.noActionsText")} />
        }
        columns={[
          {
            key: "title",
            title: t("operations.groups.action"),
            isName: true,
            cell: ({ title }) => <span dir="auto">{title}</span>,
          },
          { key: "address", title: t("operations.groups.address"), cell: ({ slug }) => slug },
          {
            key: "state",
            title: t("operations.groups.actionState"),
            cell: ({ status, limitedAt }) =>
              limitedAt === null ? (
                t(`operations.groups.states.${status}`)
              ) : (
                <Status tone="bad">{t("operations.groups.stopped")}</Status>
              ),
          },
          {
            key: "brake",
            title: t("operations.groups.brake"),
            cell: ({ id, title, limitedAt }) => (
              <RowButton
                action={`${PATH}/${group.id}/actions/${id}/brake`}
                fields={{ brake: limitedAt === null ? "on" : "off", reason: "" }}
                label={t(limitedAt === null ? "operations.groups.stop" : "operations.groups.release")}
                about={title}
              />
            ),
          },
        ]}
      />
      <Pager t={t} after={next} />
    </Section>
  );
}

type ParkedPageProps = PageProps & {
  rows: { at: number; error: string }[];
  lead: string;
  /** Where they are tried again. */
  href: string;
  back: { href: string; label: string };
};

/** The rows of one action or mailing that the database refuses, with its words. */
export function ParkedPage(props: ParkedPageProps) {
  const { t, rows, href } = props;
  return (
    <OperationsFrame {...props} title={t("operations.parked.title")} current="overview">
      <DataTable
        caption={t("operations.parked.title")}
        isCaptionHidden
        rows={rows}
        empty={<EmptyState title={t("operations.parked.empty")} text={t("operations.parked.emptyText")} />}
        columns={[
          { key: "error", title: t("operations.parked.error"), isName: true, cell: ({ error }) => error },
          { key: "at", title: t("operations.parked.at"), cell: ({ at }) => <When {...props} at={at} /> },
        ]}
      />
      {rows.length > 0 ? (
        <Form action={href} label={t("operations.parked.again")} class="cluster">
          <SubmitButton>{t("operations.parked.again")}</SubmitButton>
        </Form>
      ) : null}
    </OperationsFrame>
  );
}
