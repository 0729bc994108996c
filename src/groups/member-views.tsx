import type { FlashMessage } from "../ui/flash";
import {
  ButtonRow,
  ErrorSummary,
  type FieldErrors,
  Form,
  RadioGroup,
  SubmitButton,
  TextArea,
} from "../ui/form";
import type { Locale, T } from "../ui/i18n";
import { PageHeader, Section, Shell } from "../ui/layout";
import { Status } from "../ui/status";
import { DataTable } from "../ui/table";
import { When } from "../ui/when";
import { can, canChangeRole } from "./roles";
import { type Group, type Invitation, type Member, type Role, roles } from "./types";
import { type Frame, RowButton, SettingsNav, type Values } from "./views";

type MembersPageProps = {
  t: T;
  locale: Locale;
  timeZone: string;
  now: number;
  frame: Frame;
  group: Group;
  /** Who is looking, and as what. */
  accountNo: number;
  role: Role;
  members: Member[];
  invitations: Invitation[];
  values?: Values;
  errors?: FieldErrors;
  flash?: FlashMessage;
};

export function MembersPage(props: MembersPageProps) {
  const { t, frame, group, errors = {}, flash } = props;
  return (
    <Shell {...frame} title={t("groups.members.title")} tab="settings" flash={flash}>
      <PageHeader
        title={t("groups.members.title")}
        lead={t("groups.members.count", { count: props.members.length })}
      />
      <SettingsNav t={t} slug={group.slug} current="members" />
      <ErrorSummary t={t} errors={errors} />
      <MembersTable {...props} />
      {can(props.role, "members.edit") ? (
        <>
          <InviteSection {...props} />
          {props.invitations.length > 0 ? <InvitationsSection {...props} /> : null}
        </>
      ) : (
        <RolesNote t={t} />
      )}
    </Shell>
  );
}

function MembersTable(props: MembersPageProps) {
  const { t, accountNo, members } = props;
  return (
    <DataTable
      caption={t("groups.members.title")}
      isCaptionHidden
      rows={members}
      empty={null}
      columns={[
        {
          key: "name",
          title: t("groups.members.name"),
          isName: true,
          cell: (member) => (
            <span class="person">
              <span>
                <bdi>{member.name || member.email}</bdi>{" "}
                {member.accountNo === accountNo ? (
                  <Status tone="good">{t("groups.members.you")}</Status>
                ) : null}
              </span>
              {member.name ? <span class="soft small">{member.email}</span> : null}
            </span>
          ),
        },
        {
          key: "role",
          title: t("groups.members.role"),
          cell: (member) => <RoleCell {...props} member={member} />,
        },
        {
          key: "seen",
          title: t("groups.members.lastSignIn"),
          cell: ({ lastSignInAt }) =>
            lastSignInAt === null ? t("groups.members.never") : <When {...props} at={lastSignInAt} />,
        },
        {
          key: "remove",
          title: t("groups.members.remove"),
          cell: (member) => <RemoveCell {...props} member={member} />,
        },
      ]}
    />
  );
}

type MemberCellProps = MembersPageProps & { member: Member };

function RoleCell({ t, group, role, member }: MemberCellProps) {
  const choices = roles.filter((to) => to === member.role || canChangeRole(role, member.role, to));
  if (choices.length < 2) return <>{t(`common.roles.${member.role}`)}</>;
  return (
    <Form
      action={`/groups/${group.slug}/settings/members/${member.accountNo}/role`}
      class="cluster"
      label={t("groups.members.roleOf", { name: member.name || member.email })}
    >
      <select
        name="role"
        class="input input-medium"
        aria-label={t("groups.members.roleOf", { name: member.name || member.email })}
      >
        {choices.map((to) => (
          <option value={to} selected={to === member.role}>
            {t(`common.roles.${to}`)}
          </option>
        ))}
      </select>
      <SubmitButton kind="quiet">{t("groups.members.changeRole")}</SubmitButton>
    </Form>
  );
}

function RemoveCell({ t, group, role, accountNo, member }: MemberCellProps) {
  const about = member.name || member.email;
  const base = `/groups/${group.slug}`;
  if (member.accountNo === accountNo) {
    return (
      <RowButton
        action={`${base}/departure`}
        label={t("groups.members.leave")}
        about={group.name}
        confirm={t("groups.members.leaveConfirm", { group: group.name })}
      />
    );
  }
  if (!canChangeRole(role, member.role, null)) return null;
  return (
    <RowButton
      action={`${base}/settings/members/${member.accountNo}/removal`}
      label={t("groups.members.remove")}
      about={about}
      confirm={t("groups.members.removeConfirm", { name: about })}
    />
  );
}

function RolesNote({ t }: { t: T }) {
  return (
    <ul class="soft small">
      {roles.map((role) => (
        <li>
          <strong>{t(`common.roles.${role}`)}</strong> · {t(`groups.roles.${role}`)}
        </li>
      ))}
    </ul>
  );
}

function InviteSection({ t, group, role, values = {}, errors = {} }: MembersPageProps) {
  return (
    <Section title={t("groups.invite.title")} id="invite" text={t("groups.invite.text")}>
      <Form
        class="form measure"
        action={`/groups/${group.slug}/settings/invitations`}
        label={t("groups.invite.title")}
      >
        <TextArea
          name="addresses"
          label={t("groups.invite.addresses")}
          hint={t("groups.invite.addressesHint")}
          value={values.addresses ?? ""}
          rows={3}
          autocomplete="off"
          spellcheck={false}
          required
          error={errors.addresses}
        />
        <RadioGroup
          name="role"
          legend={t("groups.members.role")}
          value={values.role ?? "organiser"}
          options={roles
            .filter((to) => canChangeRole(role, null, to))
            .map((to) => ({ value: to, label: t(`common.roles.${to}`), hint: t(`groups.roles.${to}`) }))}
          error={errors.role}
        />
        <ButtonRow>
          <SubmitButton>{t("groups.invite.button")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Section>
  );
}

function InvitationsSection(props: MembersPageProps) {
  const { t, group, role, now, invitations } = props;
  const base = `/groups/${group.slug}/settings/invitations`;
  return (
    <Section title={t("groups.invitations.title")} id="invitations">
      <DataTable
        caption={t("groups.invitations.title")}
        isCaptionHidden
        rows={invitations}
        empty={null}
        columns={[
          { key: "email", title: t("groups.members.email"), isName: true, cell: ({ email }) => email },
          {
            key: "role",
            title: t("groups.members.role"),
            cell: (invitation) => t(`common.roles.${invitation.role}`),
          },
          {
            key: "expires",
            title: t("groups.invitations.expires"),
            cell: ({ expiresAt }) =>
              expiresAt <= now ? (
                <Status tone="warn">{t("groups.invitations.expired")}</Status>
              ) : (
                <When {...props} at={expiresAt} form="date" />
              ),
          },
          {
            key: "change",
            title: t("groups.invitations.change"),
            cell: ({ id, email, role: invited }) =>
              canChangeRole(role, null, invited) ? (
                <div class="cluster">
                  <RowButton
                    action={`${base}/${id}/resending`}
                    label={t("groups.invitations.resend")}
                    about={email}
                  />
                  <RowButton
                    action={`${base}/${id}/cancellation`}
                    label={t("groups.invitations.cancel")}
                    about={email}
                  />
                </div>
              ) : null,
          },
        ]}
      />
    </Section>
  );
}
