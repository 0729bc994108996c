import type { SuppressionCause } from "../subscriptions/types";
import type { FlashMessage } from "../ui/flash";
import { Flash } from "../ui/flash";
import { CheckboxField, CheckboxGroup, Form, HiddenField, SelectField, SubmitButton } from "../ui/form";
import { formatDate } from "../ui/format";
import { type Locale, localeNames, locales } from "../ui/i18n";
import { Blocked } from "./again-views";
import { hrefOf, type ReaderFrame, ReaderPage } from "./leave-views";

/** How long somebody may have no mail, in days. */
export const pauseDays = [7, 30, 90] as const;
/** Mailings in seven days at most, as somebody may wish. */
export const weeklyChoices = [1, 2, 3] as const;

export type PreferencePageProps = ReaderFrame & {
  flash?: FlashMessage | undefined;
  isProof: boolean;
  /** They came by a mailing, which they may want to report (results/public.tsx). */
  isOfMailing: boolean;
  address: string;
  isSubscribed: boolean;
  /** Why their address gets no mail, whatever they choose here; null when nothing stands against it. */
  block: SuppressionCause | null;
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
      {props.block === null ? null : <Blocked {...props} block={props.block} />}
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
      {props.isOfMailing ? (
        <p class="soft small">
          <a href={hrefOf(props, "report")}>{t("results.report.title")}</a>
        </p>
      ) : null}
    </ReaderPage>
  );
}

function Subscribed({ t, group, isSubscribed, block }: PreferencePageProps) {
  return (
    <CheckboxField
      name="subscribed"
      label={t("readers.preferences.subscribed", { group: group.name })}
      hint={t(block === null ? "readers.preferences.subscribedHint" : "readers.preferences.blocked")}
      checked={isSubscribed && block === null}
      disabled={block !== null}
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
