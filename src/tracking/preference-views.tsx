import { subscriptionStatus } from "../people/types";
import type { FlashMessage } from "../ui/flash";
import { Flash } from "../ui/flash";
import { CheckboxField, CheckboxGroup, Form, HiddenField, SelectField, SubmitButton } from "../ui/form";
import { formatDate } from "../ui/format";
import { type Locale, localeNames, locales } from "../ui/i18n";
import { hrefOf, type ReaderFrame, ReaderPage } from "./leave-views";

/** How long somebody may have no mail, in days. */
export const pauseDays = [7, 30, 90] as const;
/** Mailings in seven days at most, as somebody may wish. */
export const weeklyChoices = [1, 2, 3] as const;

export type PreferencePageProps = ReaderFrame & {
  flash?: FlashMessage | undefined;
  isProof: boolean;
  address: string;
  /** `subscriptionStatus` */
  status: number;
  topics: readonly { no: number; name: string; description: string; isWanted: boolean }[];
  weeklyMax: number | null;
  pausedUntil: number | null;
  language: Locale;
  timeZone: string;
};

/** What mail somebody wants: of what, how often, from when on, in which language; or none. */
export function PreferencePage(props: PreferencePageProps) {
  const { t, group, flash, address, topics } = props;
  const name = { group: group.name };
  const title = t("readers.preferences.title");
  return (
    <ReaderPage {...props} title={title} page="preferences">
      {flash ? <Flash flash={flash} /> : null}
      <p>
        {address === ""
          ? t("readers.preferences.lead", name)
          : t("readers.preferences.leadFor", { ...name, address })}
      </p>
      <Form action={hrefOf(props, "preferences")} label={title}>
        <Subscribed {...props} />
        {topics.length > 0 ? (
          <>
            <CheckboxGroup
              name="topics"
              legend={t("readers.preferences.topics")}
              hint={t("readers.preferences.topicsHint")}
              values={topics.filter(({ isWanted }) => isWanted).map(({ no }) => String(no))}
              options={topics.map(({ no, name: label, description }) => ({
                value: String(no),
                label,
                ...(description === "" ? {} : { hint: description }),
              }))}
            />
            {topics.map(({ no }) => (
              <HiddenField name="shown" value={String(no)} />
            ))}
          </>
        ) : null}
        <HowOften {...props} />
        <SelectField
          name="language"
          label={t("readers.preferences.language")}
          value={props.language}
          options={locales.map((each) => ({ value: each, label: localeNames[each] }))}
        />
        <SubmitButton isWide>{t("readers.preferences.save")}</SubmitButton>
      </Form>
    </ReaderPage>
  );
}

function Subscribed({ t, group, status }: PreferencePageProps) {
  const isBlocked = status >= subscriptionStatus.bounced;
  return (
    <CheckboxField
      name="subscribed"
      label={t("readers.preferences.subscribed", { group: group.name })}
      hint={t(isBlocked ? "readers.preferences.blocked" : "readers.preferences.subscribedHint")}
      checked={status === subscriptionStatus.subscribed}
      disabled={isBlocked}
    />
  );
}

function HowOften({ t, locale, weeklyMax, pausedUntil, timeZone }: PreferencePageProps) {
  const kept =
    pausedUntil === null
      ? []
      : [
          {
            value: "keep",
            label: t("readers.preferences.pausedUntil", { date: formatDate(pausedUntil, locale, timeZone) }),
          },
        ];
  return (
    <>
      <SelectField
        name="weekly"
        label={t("readers.preferences.weekly")}
        value={weeklyMax === null ? "" : String(weeklyMax)}
        options={[
          { value: "", label: t("readers.preferences.asSent") },
          ...weeklyChoices.map((count) => ({
            value: String(count),
            label: t("readers.preferences.atMost", { count }),
          })),
        ]}
      />
      <SelectField
        name="pause"
        label={t("readers.preferences.pause")}
        value={pausedUntil === null ? "" : "keep"}
        options={[
          { value: "", label: t("readers.preferences.noPause") },
          ...kept,
          ...pauseDays.map((count) => ({
            value: String(count),
            label: t("readers.preferences.pauseDays", { count }),
          })),
        ]}
      />
    </>
  );
}
