import { timeZonesWith } from "../platform/time-zones";
import type { FlashMessage } from "../ui/flash";
import {
  ButtonRow,
  ErrorSummary,
  type FieldErrors,
  Form,
  SelectField,
  SubmitButton,
  TextField,
} from "../ui/form";
import { type Locale, localeNames, locales, type T } from "../ui/i18n";
import { PageHeader, Section, Shell, type ShellProps } from "../ui/layout";
import { Status } from "../ui/status";
import { DataTable, EmptyState } from "../ui/table";
import { When } from "../ui/when";
import type { Passkey } from "./passkey";
import { ACCOUNT_NAME_MAX, type Account, PASSKEY_NAME_MAX, PASSKEYS_MAX, type Session } from "./types";
import { PasskeyFields } from "./views";

type Clock = { t: T; locale: Locale; timeZone: string; now: number };

export type AccountPageProps = Clock & {
  frame: Omit<ShellProps, "title" | "children" | "flash">;
  account: Account;
  /** What the form holds: the account's own, or what was just sent and refused. */
  profile: { name: string; locale: string; timeZone: string };
  passkeys: Passkey[];
  passkeyName: string;
  sessions: Session[];
  currentSessionId: string;
  errors?: FieldErrors;
  flash?: FlashMessage;
};

export function AccountPage(props: AccountPageProps) {
  const { t, account, frame, flash, errors = {} } = props;
  return (
    <Shell {...frame} title={t("accounts.account.title")} scripts={["passkey"]} flash={flash}>
      <PageHeader title={t("accounts.account.title")} lead={account.email} />
      <ErrorSummary t={t} errors={errors} />
      <ProfileSection {...props} errors={errors} />
      <PasskeysSection {...props} errors={errors} />
      <SessionsSection {...props} />
    </Shell>
  );
}

function ProfileSection({ t, profile, errors }: AccountPageProps & { errors: FieldErrors }) {
  return (
    <Section title={t("accounts.profile.title")} id="profile">
      <Form class="form measure" action="/account" label={t("accounts.profile.title")}>
        <TextField
          name="name"
          label={t("accounts.profile.name")}
          hint={t("accounts.profile.nameHint")}
          optionalLabel={t("common.form.optional")}
          value={profile.name}
          autocomplete="name"
          maxlength={ACCOUNT_NAME_MAX}
          error={errors.name}
        />
        <SelectField
          name="locale"
          label={t("accounts.profile.locale")}
          value={profile.locale}
          options={locales.map((locale) => ({ value: locale, label: localeNames[locale] }))}
          error={errors.locale}
        />
        <SelectField
          name="timeZone"
          label={t("accounts.profile.timeZone")}
          hint={t("accounts.profile.timeZoneHint")}
          value={profile.timeZone}
          options={timeZonesWith(profile.timeZone).map((name) => ({
            value: name,
            label: name.replaceAll("_", " "),
          }))}
          error={errors.timeZone}
        />
        <ButtonRow>
          <SubmitButton>{t("common.form.saveChanges")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Section>
  );
}

function PasskeysSection(props: AccountPageProps & { errors: FieldErrors }) {
  const { t, passkeys } = props;
  return (
    <Section title={t("accounts.passkeys.title")} id="passkeys" text={t("accounts.passkeys.text")}>
      <DataTable
        caption={t("accounts.passkeys.title")}
        isCaptionHidden
        rows={passkeys}
        empty={<EmptyState title={t("accounts.passkeys.empty")} text={t("accounts.passkeys.emptyText")} />}
        columns={[
          { key: "name", title: t("accounts.passkeys.name"), isName: true, cell: ({ name }) => name },
          {
            key: "created",
            title: t("accounts.passkeys.created"),
            cell: ({ createdAt }) => <When {...props} at={createdAt} />,
          },
          {
            key: "used",
            title: t("accounts.passkeys.used"),
            cell: ({ usedAt }) =>
              usedAt === null ? t("accounts.passkeys.never") : <When {...props} at={usedAt} />,
          },
          {
            key: "remove",
            title: t("accounts.passkeys.remove"),
            cell: (passkey) => <RemovePasskey t={t} passkey={passkey} />,
          },
        ]}
      />
      {passkeys.length < PASSKEYS_MAX ? <AddPasskey {...props} /> : null}
    </Section>
  );
}

function RemovePasskey({ t, passkey }: { t: T; passkey: Passkey }) {
  return (
    <Form
      action={`/account/passkeys/${encodeURIComponent(passkey.id)}/removal`}
      class="cluster"
      label={t("accounts.passkeys.removeNamed", { name: passkey.name })}
    >
      <SubmitButton kind="quiet" confirm={t("accounts.passkeys.removeConfirm", { name: passkey.name })}>
        {t("accounts.passkeys.remove")} <span class="visually-hidden">{passkey.name}</span>
      </SubmitButton>
    </Form>
  );
}

function AddPasskey({ t, passkeyName, errors }: AccountPageProps & { errors: FieldErrors }) {
  return (
    <>
      <noscript>
        <p>{t("accounts.passkeys.needsScript")}</p>
      </noscript>
      <div hidden>
        <Form
          class="form measure"
          action="/account/passkeys"
          label={t("accounts.passkeys.add")}
          data={{ passkey: "create", challenge: "/account/passkeys/challenge" }}
        >
          <TextField
            name="passkeyName"
            label={t("accounts.passkeys.name")}
            hint={t("accounts.passkeys.nameHint")}
            value={passkeyName}
            maxlength={PASSKEY_NAME_MAX}
            autocomplete="off"
            required
            error={errors.passkeyName}
          />
          <PasskeyFields t={t} />
          <ButtonRow>
            <SubmitButton kind="secondary">{t("accounts.passkeys.add")}</SubmitButton>
          </ButtonRow>
        </Form>
      </div>
    </>
  );
}

function SessionsSection(props: AccountPageProps) {
  const { t, sessions, currentSessionId } = props;
  return (
    <Section title={t("accounts.sessions.title")} id="sessions" text={t("accounts.sessions.text")}>
      <DataTable
        caption={t("accounts.sessions.title")}
        isCaptionHidden
        rows={sessions}
        empty={null}
        columns={[
          {
            key: "device",
            title: t("accounts.sessions.device"),
            isName: true,
            cell: ({ device, id }) => (
              <>
                {device || t("accounts.sessions.unknownDevice")}{" "}
                {id === currentSessionId ? <Status tone="good">{t("accounts.sessions.here")}</Status> : null}
              </>
            ),
          },
          {
            key: "place",
            title: t("accounts.sessions.place"),
            cell: ({ place }) => placeIn(props.locale, place) || t("accounts.sessions.unknownPlace"),
          },
          {
            key: "seen",
            title: t("accounts.sessions.seen"),
            cell: ({ lastSeenAt }) => <When {...props} at={lastSeenAt} />,
          },
          {
            key: "method",
            title: t("accounts.sessions.method"),
            cell: ({ method }) => t(`accounts.sessions.methods.${method}`),
          },
          {
            key: "end",
            title: t("accounts.sessions.end"),
            cell: (session) => <EndSession t={t} session={session} />,
          },
        ]}
      />
      <Form action="/account/sign-out-everywhere" label={t("accounts.sessions.everywhere")}>
        <ButtonRow>
          <SubmitButton kind="danger">{t("accounts.sessions.everywhere")}</SubmitButton>
        </ButtonRow>
      </Form>
    </Section>
  );
}

function EndSession({ t, session }: { t: T; session: Session }) {
  return (
    <Form action={`/account/sessions/${session.id}/end`} class="cluster">
      <SubmitButton kind="quiet">
        {t("accounts.sessions.end")}{" "}
        <span class="visually-hidden">{session.device || t("accounts.sessions.unknownDevice")}</span>
      </SubmitButton>
    </Form>
  );
}

/** "Lyon, FR" as a person reads it: "Lyon, France". */
function placeIn(locale: Locale, place: string): string {
  const country = /(?:^|, )([A-Z]{2})$/.exec(place)?.[1];
  if (!country) return place;
  const name = new Intl.DisplayNames(locale, { type: "region" }).of(country) ?? country;
  return place.slice(0, -2) + name;
}
