import { type SiteGroup, SitePage } from "../groups/public";
import type { PersonRow } from "../people/edit";
import { DETAIL_MAX } from "../people/edit";
import { type DetailField, type Details, subscriptionStatus } from "../people/types";
import { countriesIn } from "../platform/countries";
import type { FlashMessage } from "../ui/flash";
import { Flash } from "../ui/flash";
import {
  ButtonLink,
  CheckboxField,
  ErrorSummary,
  type FieldErrors,
  Form,
  HiddenField,
  Honeypot,
  SelectField,
  SubmitButton,
  TextField,
} from "../ui/form";
import { formatDate } from "../ui/format";
import type { Key } from "../ui/i18n";
import { type Locale, localeNames, locales, type T } from "../ui/i18n";
import { LanguageLinks } from "../ui/layout";
import type { Held } from "./everything";
import { RowFacts, tableName } from "./held-views";
import { ASK_PATH, OWN_PATH } from "./own-link";
import { privacyStyle } from "./style";

export type OwnFrame = {
  t: T;
  locale: Locale;
  group: SiteGroup & { timeZone: string };
  platformOrigin: string;
};

type AskProps = OwnFrame & { email: string; errors: FieldErrors };

/** Where somebody asks for the link to their data. The same for everybody, whether or not the group knows them. */
export function AskPage({ t, locale, group, platformOrigin, email, errors }: AskProps) {
  const title = t("privacy.own.ask.title", { group: group.name });
  return (
    <SitePage
      {...{ t, locale, group, platformOrigin, title }}
      mainClass="thanks own"
      style={privacyStyle}
      languages={<LanguageLinks t={t} locale={locale} />}
    >
      <div class="panel">
        <h1>{title}</h1>
        <p>{t("privacy.own.ask.text", { group: group.name })}</p>
        <Form label={title} action={`${ASK_PATH}?lang=${locale}`}>
          <ErrorSummary t={t} errors={errors} />
          <TextField
            name="email"
            type="email"
            inputmode="email"
            autocomplete="email"
            autocapitalize="none"
            spellcheck={false}
            label={t("privacy.own.ask.email")}
            value={email}
            error={errors.email}
            maxlength={254}
            required
          />
          <Honeypot t={t} />
          <SubmitButton isWide>{t("privacy.own.ask.button")}</SubmitButton>
        </Form>
      </div>
    </SitePage>
  );
}

export type OwnPageProps = OwnFrame & {
  person: PersonRow;
  key: string;
  held: Held;
  values: Details;
  /** Another address as it was typed; "" before. */
  newEmail: string;
  errors: FieldErrors;
  /** Where they choose topics and how often. */
  preferences: string;
  flash?: FlashMessage | undefined;
};

/** Everything the group holds of whoever has the link, and what they can do about it. */
export function OwnPage(props: OwnPageProps) {
  const { t, locale, group, platformOrigin, person, flash, errors } = props;
  const email = person.email ?? person.phone ?? "";
  const href = hrefOf(props);
  return (
    <SitePage
      {...{ t, locale, group, platformOrigin }}
      title={t("privacy.own.page.title")}
      mainClass="thanks own"
      style={privacyStyle}
      languages={<LanguageLinks t={t} locale={locale} hrefOf={(to) => hrefOf({ ...props, locale: to })} />}
    >
      {flash ? <Flash flash={flash} /> : null}
      <div class="panel">
        <h1>{t("privacy.own.page.title")}</h1>
        <p>{t("privacy.own.page.lead", { group: group.name, email })}</p>
        <ErrorSummary t={t} errors={errors} />
        <h2>{t("privacy.own.page.details")}</h2>
        <DetailsForm {...props} href={href} />
      </div>
      {person.email === null ? null : <AddressPanel {...props} email={person.email} href={href} />}
      <div class="panel">
        <h2>{t("privacy.own.page.subscriptions")}</h2>
        <Subscriptions {...props} href={href} />
        {person.email === null ? null : (
          <p>
            <a href={props.preferences}>{t("readers.preferences.link")}</a>
          </p>
        )}
      </div>
      <HeldPanels {...props} />
      <div class="panel">
        <p>{t("privacy.own.page.notes", { group: group.name })}</p>
        <h2>{t("privacy.own.page.download")}</h2>
        <p>{t("privacy.own.page.downloadText")}</p>
        <p>
          <ButtonLink kind="secondary" href={hrefOf(props, "/archive")}>
            {t("privacy.own.page.downloadZip")}
          </ButtonLink>
        </p>
        <h2>{t("privacy.own.page.erase")}</h2>
        <p>{t("privacy.own.page.eraseText", { group: group.name })}</p>
        <p>
          <ButtonLink kind="secondary" href={hrefOf(props, "/erasure")}>
            {t("privacy.own.page.eraseLink")}
          </ButtonLink>
        </p>
      </div>
    </SitePage>
  );
}

/** The address of the page or of what lies below it, with the key that opens it. */
export function hrefOf({ key, locale }: { key: string; locale: Locale }, below = "", more = ""): string {
  return `${OWN_PATH}${below}?key=${encodeURIComponent(key)}&lang=${locale}${more}`;
}

const shown: readonly Exclude<DetailField, "language" | "country" | "timeZone">[] = [
  "givenName",
  "preferredName",
  "familyName",
  "street",
  "postalCode",
  "locality",
  "region",
];

const autocomplete: Record<(typeof shown)[number], string> = {
  givenName: "given-name",
  preferredName: "nickname",
  familyName: "family-name",
  street: "address-line1",
  postalCode: "postal-code",
  locality: "address-level2",
  region: "address-level1",
};

function DetailsForm({ t, locale, values, errors, href }: OwnPageProps & { href: string }) {
  return (
    <Form action={href} label={t("privacy.own.page.details")}>
      {shown.map((name) => (
        <TextField
          name={name}
          label={t(name === "preferredName" ? "privacy.own.page.preferredName" : `public.fields.${name}`)}
          autocomplete={autocomplete[name]}
          value={values[name]}
          error={errors[name]}
          maxlength={DETAIL_MAX[name]}
        />
      ))}
      <SelectField
        name="country"
        label={t("public.fields.country")}
        autocomplete="country"
        blank={t("common.form.choose")}
        value={values.country}
        error={errors.country}
        options={countriesIn(locale).map(({ code, name }) => ({ value: code, label: name }))}
      />
      <SelectField
        name="language"
        label={t("privacy.own.page.language")}
        blank={t("common.form.choose")}
        value={values.language}
        error={errors.language}
        options={locales.map((each) => ({ value: each, label: localeNames[each] }))}
      />
      <HiddenField name="do" value="details" />
      <SubmitButton>{t("privacy.own.page.save")}</SubmitButton>
    </Form>
  );
}

function AddressPanel({ t, email, newEmail, errors, href }: OwnPageProps & { email: string; href: string }) {
  return (
    <div class="panel">
      <h2>{t("privacy.own.page.address")}</h2>
      <p>{t("privacy.own.page.addressText", { email })}</p>
      <Form action={href} label={t("privacy.own.page.address")}>
        <TextField
          name="newEmail"
          type="email"
          inputmode="email"
          autocomplete="email"
          autocapitalize="none"
          spellcheck={false}
          label={t("privacy.own.page.addressNew")}
          value={newEmail}
          error={errors.newEmail}
          maxlength={254}
          required
        />
        <HiddenField name="do" value="address" />
        <SubmitButton kind="secondary">{t("privacy.own.page.addressButton")}</SubmitButton>
      </Form>
    </div>
  );
}

const causes: Record<string, Key> = {
  action: "privacy.causes.action",
  page: "privacy.causes.page",
  mail: "privacy.causes.mail",
  organiser: "privacy.causes.organiser",
  import: "privacy.causes.import",
  api: "privacy.causes.api",
  merge: "privacy.causes.merge",
  bounced: "privacy.causes.bounced",
  complained: "privacy.causes.complained",
  silence: "privacy.causes.silence",
};

function Subscriptions(props: OwnPageProps & { href: string }) {
  const { t, group, person, href } = props;
  const isBlocked = person.emailStatus >= subscriptionStatus.bounced;
  const since = (at: number | null, cause: string | null) => sinceOf(props, at, cause);
  return (
    <Form action={href} label={t("privacy.own.page.subscriptions")}>
      {person.email === null ? null : (
        <CheckboxField
          name="email"
          label={t("privacy.own.page.email", { group: group.name })}
          hint={
            isBlocked ? t("privacy.own.page.blocked") : since(person.emailStatusAt, person.emailStatusCause)
          }
          checked={person.emailStatus === subscriptionStatus.subscribed}
          disabled={isBlocked}
        />
      )}
      {person.phone === null ? null : (
        <CheckboxField
          name="mobile"
          label={t("privacy.own.page.mobile", { group: group.name })}
          hint={since(person.mobileStatusAt, person.mobileStatusCause)}
          checked={person.mobileStatus === subscriptionStatus.subscribed}
        />
      )}
      <HiddenField name="do" value="subscriptions" />
      <SubmitButton>{t("privacy.own.page.saveSubscriptions")}</SubmitButton>
    </Form>
  );
}

function sinceOf({ t, locale, group }: OwnFrame, at: number | null, cause: string | null): string {
  if (at === null) return "";
  const key = causes[cause ?? ""];
  const date = formatDate(at, locale, group.timeZone);
  return key ? t("privacy.own.page.since", { date, cause: t(key) }) : date;
}

/** Tables that are shown in another way above. */
const told = new Set(["person"]);

function HeldPanels(props: OwnPageProps) {
  const { t, locale, group, held } = props;
  return (
    <>
      {Object.entries(held)
        .filter(([table, rows]) => rows.length > 0 && !told.has(table))
        .map(([table, rows]) => (
          <details class="panel" open={table === "actions" || table === "consents"}>
            <summary>
              <strong>{tableName(t, table)}</strong>
            </summary>
            {rows.map((row) => (
              <div>
                <RowFacts {...{ t, locale, row }} timeZone={group.timeZone} />
                {table === "actions" && row.is_removed !== true ? (
                  <p>
                    <a href={hrefOf(props, "/removal", `&id=${String(row.id)}`)}>
                      {t("privacy.own.page.takeOut")}
                      <span class="visually-hidden"> {String(row.title)}</span>
                    </a>
                  </p>
                ) : null}
              </div>
            ))}
          </details>
        ))}
    </>
  );
}

type ConfirmProps = OwnFrame & {
  key: string;
  title: string;
  texts: readonly string[];
  button: string;
  below: string;
  more?: string;
};

/** One question before something that cannot be undone. */
export function ConfirmPage(props: ConfirmProps) {
  const { t, locale, group, platformOrigin, title, texts, button, below, more = "" } = props;
  return (
    <SitePage {...{ t, locale, group, platformOrigin, title }} mainClass="thanks own" style={privacyStyle}>
      <div class="panel">
        <h1>{title}</h1>
        {texts.map((text) => (
          <p>{text}</p>
        ))}
        <Form action={hrefOf(props, below, more)} label={title}>
          <SubmitButton kind="danger" isWide>
            {button}
          </SubmitButton>
        </Form>
        <p>
          <a href={hrefOf(props)}>{t("privacy.own.page.back")}</a>
        </p>
      </div>
    </SitePage>
  );
}
