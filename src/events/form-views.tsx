import type { FieldsProps, OwnAnswer, OwnInput } from "../actions/kind";
import { single } from "../platform/forms";
import { Notice } from "../ui/flash";
import { RadioGroup, SelectField } from "../ui/form";
import type { T } from "../ui/i18n";
import { placesLeft, shiftWords } from "./page-views";
import { type EventSettings, eventSettingsOf, type OwnReply } from "./types";

/** Which shift, where there are several. */
export function FieldsBefore({ t, snapshot, form, count }: FieldsProps) {
  const { locale } = snapshot.action;
  const settings = eventSettingsOf(snapshot.action.settings);
  if (settings.shifts.length > 0)
    return (
      <ShiftField
        {...{ t, settings, count, locale }}
        value={single(form.values, "shift")}
        error={form.errors.shift}
      />
    );
  const places = placesLeft(count, "", settings.capacity);
  if (places?.left !== 0) return null;
  return (
    <Notice kind="warn">
      <p>{t("events.form.waitingList")}</p>
    </Notice>
  );
}

export function ShiftField({
  t,
  settings,
  count,
  locale,
  value,
  error,
}: {
  t: T;
  settings: EventSettings;
  count: FieldsProps["count"];
  locale: FieldsProps["snapshot"]["action"]["locale"];
  value: string;
  error: string | undefined;
}) {
  return (
    <RadioGroup
      name="shift"
      legend={t("events.form.shift")}
      required
      value={value}
      error={error}
      options={settings.shifts.map((one) => ({
        value: one.key,
        ...shiftWords(t, settings, one, { locale, count }),
      }))}
    />
  );
}

/** Whom they bring along, where that is allowed. */
export function FieldsAfter({ t, snapshot, form }: FieldsProps) {
  const { guestsMax } = eventSettingsOf(snapshot.action.settings);
  if (guestsMax === 0) return null;
  return (
    <GuestsField {...{ t, guestsMax }} value={single(form.values, "guests")} error={form.errors.guests} />
  );
}

export function GuestsField({
  t,
  guestsMax,
  value,
  error,
}: {
  t: T;
  guestsMax: number;
  value: string;
  error: string | undefined;
}) {
  return (
    <SelectField
      name="guests"
      label={t("events.form.guests")}
      value={value || "0"}
      error={error}
      options={Array.from({ length: guestsMax + 1 }, (_, guests) => ({
        value: String(guests),
        label: guests === 0 ? t("events.form.noGuests") : t("events.form.nGuests", { count: guests }),
      }))}
    />
  );
}

/** What of a reply is the event's own, checked against what it offers. */
export function readFields({
  t,
  snapshot,
  values,
}: Pick<OwnInput, "t" | "snapshot" | "values">): Exclude<OwnAnswer, { is: "more" }> {
  const settings = eventSettingsOf(snapshot.action.settings);
  const errors: Record<string, string> = {};
  const asked = single(values, "guests") || "0";
  const guests = /^\d{1,3}$/.test(asked) && !Array.isArray(values.guests) ? Number(asked) : Number.NaN;
  if (settings.guestsMax > 0 && !(guests <= settings.guestsMax))
    errors.guests = t("events.form.guestsWrong", { count: settings.guestsMax });
  const shift = single(values, "shift");
  if (settings.shifts.length > 0 && !settings.shifts.some(({ key }) => key === shift))
    errors.shift = t("events.form.shiftMissing");
  if (Object.keys(errors).length > 0) return { is: "invalid", errors };
  return { is: "valid", own: ownOf(settings, { guests, shift }) };
}

/** Only what the event asks for is kept. */
function ownOf(settings: EventSettings, { guests, shift }: OwnReply): Record<string, unknown> {
  return {
    ...(settings.guestsMax > 0 ? { guests } : {}),
    ...(settings.shifts.length > 0 ? { shift } : {}),
  };
}
