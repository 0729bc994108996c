import type { Address } from "../people/address";
import { Disclosure } from "../ui/card";
import { Form, HiddenField, SubmitButton, TextField } from "../ui/form";
import { formatDate, formatList } from "../ui/format";
import type { Key } from "../ui/i18n";
import { Status } from "../ui/status";
import { When } from "../ui/when";
import { Part } from "./about-views";
import type { PersonPageProps } from "./person-views";
import { personHref } from "./web";

const REASON_MAX = 300;

/** Every email and phone, what can be done with each, and one more. */
export function Addresses(props: PersonPageProps) {
  const { t, addresses, mayEdit, person, group, values, errors } = props;
  const action = personHref(group, person, "/addresses");
  const current = addresses.filter(({ leftAt }) => leftAt === null);
  const left = addresses.filter(({ leftAt }) => leftAt !== null);
  return (
    <Part id="addresses" title={t("profiles.addresses.title")}>
      <ul class="addresses">
        {current.map((address) => (
          <AddressRow {...props} address={address} action={action} />
        ))}
      </ul>
      {mayEdit ? (
        <Disclosure summary={t("profiles.addresses.add")} isOpen={errors.address !== undefined}>
          <Form class="filter" action={action} label={t("profiles.addresses.add")}>
            <HiddenField name="do" value="add" />
            <TextField
              name="address"
              label={t("profiles.addresses.label")}
              value={values.address ?? ""}
              error={errors.address}
              maxlength={254}
              autocomplete="off"
              spellcheck={false}
              autocapitalize="none"
            />
            <SubmitButton kind="secondary">{t("profiles.addresses.button")}</SubmitButton>
          </Form>
        </Disclosure>
      ) : null}
      {left.length > 0 ? (
        <Disclosure summary={t("profiles.addresses.left", { count: left.length })}>
          <p class="soft small">{t("profiles.addresses.leftText")}</p>
          <ul class="addresses">
            {left.map((address) => (
              <AddressRow {...props} address={address} action={action} />
            ))}
          </ul>
        </Disclosure>
      ) : null}
    </Part>
  );
}

function AddressRow({ t, address, action, mayEdit }: PersonPageProps & { address: Address; action: string }) {
  const { kind, value, isPrimary, leftAt } = address;
  const button = (what: string, words: string, isRisky = false) => (
    <form method="post" action={action}>
      <HiddenField name="kind" value={kind} />
      <HiddenField name="value" value={value} />
      <SubmitButton
        kind="quiet"
        name="do"
        value={what}
        confirm={isRisky ? t("profiles.addresses.letGoText") : undefined}
      >
        {words}
        <span class="visually-hidden"> {value}</span>
      </SubmitButton>
    </form>
  );
  return (
    <li class="address">
      <span class="address-value">
        {kind === "email" ? <a href={`mailto:${value}`}>{value}</a> : <a href={`tel:${value}`}>{value}</a>}{" "}
        {isPrimary ? <Status>{t("profiles.addresses.primary")}</Status> : null}
      </span>
      {mayEdit ? (
        <div class="address-buttons">
          {isPrimary || leftAt !== null ? null : button("primary", t("profiles.addresses.makePrimary"))}
          {leftAt === null && !(isPrimary && kind === "email")
            ? button("leave", t("profiles.addresses.remove"))
            : null}
          {leftAt !== null ? button("add", t("profiles.addresses.restore")) : null}
          {leftAt !== null ? button("letGo", t("profiles.addresses.letGo"), true) : null}
        </div>
      ) : null}
    </li>
  );
}

/** Email and mobile, each with its state, since when, and why. */
export function Subscriptions(props: PersonPageProps) {
  const { t, person } = props;
  const { emailStatusAt, emailStatusCause, mobileStatusAt, mobileStatusCause } = person;
  return (
    <Part id="subscriptions" title={t("profiles.subscriptions.title")}>
      <Subscription
        {...props}
        channel="email"
        status={props.emailStatus}
        at={emailStatusAt}
        cause={emailStatusCause}
      />
      {person.phone || props.mobileStatus !== "none" ? (
        <Subscription
          {...props}
          channel="mobile"
          status={props.mobileStatus}
          at={mobileStatusAt}
          cause={mobileStatusCause}
        />
      ) : null}
      <Wishes {...props} />
    </Part>
  );
}

/** What they said of the mail they want; nothing for whoever said nothing. */
function Wishes({ t, locale, now, timeZone, wishes }: PersonPageProps) {
  const { pausedUntil, weeklyMax, topicsLeft, isAsked } = wishes;
  const said = [
    isAsked ? t("readers.wishes.asked") : "",
    pausedUntil !== null && pausedUntil > now
      ? t("readers.wishes.paused", { date: formatDate(pausedUntil, locale, timeZone) })
      : "",
    weeklyMax === null ? "" : t("readers.preferences.atMost", { count: weeklyMax }),
    topicsLeft.length > 0 ? t("readers.wishes.topics", { names: formatList(topicsLeft, locale) }) : "",
  ].filter((line) => line !== "");
  return said.length === 0 ? null : (
    <ul class="soft small">
      {said.map((line) => (
        <li dir="auto">{line}</li>
      ))}
    </ul>
  );
}

type SubscriptionProps = PersonPageProps & {
  channel: "email" | "mobile";
  status: PersonPageProps["emailStatus"];
  at: number | null;
  cause: string | null;
};

function Subscription(props: SubscriptionProps) {
  const { t, locale, now, timeZone, channel, status, at, cause, mayEdit, person, group, errors, values } =
    props;
  const action = personHref(group, person, "/subscriptions");
  const isOn = status === "subscribed";
  const reason = `reason.${channel}`;
  return (
    <div class="subscription">
      <p>
        <strong>{t(`profiles.subscriptions.${channel}`)}</strong>{" "}
        <Status tone={isOn ? "good" : status === "none" ? "neutral" : "warn"}>
          {t(channel === "email" ? `people.status.${status}` : `profiles.mobile.${status}`)}
        </Status>
      </p>
      {at ? (
        <p class="soft small">
          <When {...{ at, now, locale, timeZone }} /> · {causeInWords(props, cause)}
        </p>
      ) : null}
      {mayEdit && isOn ? (
        <Form class="inline" action={action} label={t("profiles.subscriptions.off")}>
          <HiddenField name="channel" value={channel} />
          <SubmitButton kind="quiet" name="do" value="off">
            {t("profiles.subscriptions.off")}
          </SubmitButton>
        </Form>
      ) : null}
      {mayEdit && !isOn ? (
        <Disclosure summary={t("profiles.subscriptions.on")} isOpen={errors[reason] !== undefined}>
          <Form action={action} label={t("profiles.subscriptions.on")}>
            <HiddenField name="channel" value={channel} />
            <TextField
              name={reason}
              label={t("profiles.subscriptions.reason")}
              hint={t("profiles.subscriptions.reasonHint")}
              value={values[reason] ?? ""}
              error={errors[reason]}
              maxlength={REASON_MAX}
              autocomplete="off"
            />
            <SubmitButton kind="secondary" name="do" value="on">
              {t("profiles.subscriptions.on")}
            </SubmitButton>
          </Form>
        </Disclosure>
      ) : null}
    </div>
  );
}

const causes: Record<string, Key> = {
  action: "profiles.causes.action",
  organiser: "profiles.causes.organiser",
  import: "profiles.causes.import",
  page: "profiles.causes.page",
  mail: "profiles.causes.mail",
  api: "profiles.causes.api",
  merge: "profiles.causes.merge",
  bounced: "profiles.causes.bounced",
  complained: "profiles.causes.complained",
  silence: "profiles.causes.silence",
};

/** Why a subscription is as it is; a word nobody has explained stays itself. */
export function causeInWords({ t }: Pick<PersonPageProps, "t">, cause: string | null): string {
  const key = causes[cause ?? ""];
  return key ? t(key) : (cause ?? "");
}
