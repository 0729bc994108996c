import type { FieldsProps, OwnAnswer, OwnInput } from "../actions/kind";
import { type FormValues, single } from "../platform/forms";
import { Notice } from "../ui/flash";
import { CheckboxGroup, RadioGroup, SelectField } from "../ui/form";
import type { T } from "../ui/i18n";
import { placesLeft, shiftWords } from "./page-views";
import { maySeveral, shiftsOffered } from "./shifts";
import { type EventSettings, eventSettingsOf, type OwnReply } from "./types";

/** Which shifts, where there are several. */
export function FieldsBefore({ t, ctx, snapshot, form, count }: FieldsProps) {
  const { locale } = snapshot.action;
  const settings = eventSettingsOf(snapshot.action.settings);
  if (settings.shifts.length > 0)
    return (
      <ShiftField
        {...{ t, settings, count, locale }}
        now={ctx.now}
        held={[]}
        values={shiftsIn(form.values)}
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
  now,
  held,
  values,
  error,
}: {
  t: T;
  settings: EventSettings;
  count: FieldsProps["count"];
  locale: FieldsProps["snapshot"]["action"]["locale"];
  now: number;
  /** What the person has asked for already. */
  held: readonly string[];
  values: readonly string[];
  error: string | undefined;
}) {
  const shared = {
    name: "shift",
    error,
    options: shiftsOffered(settings, now, held).map((one) => ({
      value: one.key,
      ...shiftWords(t, settings, one, { locale, count }),
    })),
  };
  if (maySeveral(settings, held))
    return (
      <CheckboxGroup
        {...shared}
        legend={t("events.form.shifts")}
        hint={t("events.form.shiftsHint")}
        values={values}
      />
    );
  return <RadioGroup {...shared} legend={t("events.form.shift")} required value={values[0] ?? ""} />;
}

/** The keys of the shifts that a form names, each once. */
export function shiftsIn(values: FormValues): string[] {
  return [...new Set([values.shift ?? []].flat())].filter((key) => key !== "");
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
export function readFields(
  { t, ctx, snapshot, values }: Pick<OwnInput, "t" | "ctx" | "snapshot" | "values">,
  held: readonly string[] = [],
): Exclude<OwnAnswer, { is: "more" }> {
  const settings = eventSettingsOf(snapshot.action.settings);
  const errors: Record<string, string> = {};
  const asked = single(values, "guests") || "0";
  const guests = /^\d{1,3}$/.test(asked) && !Array.isArray(values.guests) ? Number(asked) : Number.NaN;
  if (settings.guestsMax > 0 && !(guests <= settings.guestsMax))
    errors.guests = t("events.form.guestsWrong", { count: settings.guestsMax });
  const shifts = shiftsIn(values);
  const problem = settings.shifts.length > 0 ? shiftProblem(settings, shifts, ctx.now, held) : null;
  if (problem) errors.shift = t(problem);
  if (Object.keys(errors).length > 0) return { is: "invalid", errors };
  return { is: "valid", own: ownOf(settings, { guests, shifts }) };
}

function shiftProblem(
  settings: EventSettings,
  shifts: readonly string[],
  now: number,
  held: readonly string[],
): "events.form.shiftMissing" | "events.form.oneShift" | null {
  const offered = shiftsOffered(settings, now, held);
  if (shifts.length === 0 || !shifts.every((key) => offered.some((one) => one.key === key)))
    return "events.form.shiftMissing";
  // Whoever holds several from a time when they could may keep them.
  const isKept = shifts.every((key) => held.includes(key));
  return shifts.length > 1 && !settings.isManyShifts && !isKept ? "events.form.oneShift" : null;
}

/** Only what the event asks for is kept. */
function ownOf(settings: EventSettings, { guests, shifts }: OwnReply): Record<string, unknown> {
  return {
    ...(settings.guestsMax > 0 ? { guests } : {}),
    ...(settings.shifts.length > 0 ? { shifts } : {}),
  };
}
