import type { EditorProps, Kind } from "../actions/kind";
import { dbFor } from "../groups/shard";
import { countriesIn } from "../platform/countries";
import { type FormValues, single } from "../platform/forms";
import { timeZonesWith } from "../platform/time-zones";
import { Disclosure } from "../ui/card";
import { CheckboxField, RadioGroup, SelectField, TextArea, TextField } from "../ui/form";
import { ToBeTold } from "./change-views";
import { ShiftsEditor } from "./editor-shifts";
import { changesOf } from "./store-changes";
import { isTwice } from "./times";
import {
  DIRECTIONS_MAX,
  type EventSettings,
  eventSettings,
  HOST_NAME_MAX,
  ONLINE_URL_MAX,
  PLACE_LINE_MAX,
  PLACE_NAME_MAX,
  REMINDER_NOTE_MAX,
  wheres,
} from "./types";

type PartProps = Pick<EditorProps, "t" | "errors" | "action"> & { values: FormValues };

/** When, where, for how many: what an event has that no other kind has. */
export const Editor: Kind["Editor"] = async ({ t, ctx, group, action, errors, values }) => {
  const settings = eventSettings.parse(action.settings);
  const changes = action.status === "published" ? await changesOf(dbFor(ctx.env, group), action.no) : null;
  const part = { t, action, errors, values: { ...valuesOf(settings), ...values } };
  return (
    <>
      <ToBeTold {...{ t, group, action, changes }} />
      <WhenPart {...part} />
      <WherePart {...part} />
      <PlacesPart {...part} />
      <ShiftsEditor {...part} settings={settings} />
      <MorePart {...part} />
    </>
  );
};

/** The settings as the fields of the form hold them. A box that was left empty is told by the part it stands in. */
function valuesOf(settings: EventSettings): FormValues {
  const { place, online, host, reminders } = settings;
  return {
    startsAt: settings.startsAt,
    startsTwice: settings.startsTwice,
    endsAt: settings.endsAt,
    endsTwice: settings.endsTwice,
    timeZone: settings.timeZone,
    where: settings.where,
    ...Object.fromEntries(Object.entries(place).map(([name, value]) => [`place.${name}`, value])),
    "online.url": online.url,
    capacity: settings.capacity === null ? "" : String(settings.capacity),
    guestsMax: String(settings.guestsMax),
    "host.name": host.name,
    "host.email": host.email,
    "reminders.hoursBefore": reminders.hoursBefore === 0 ? "" : String(reminders.hoursBefore),
    "reminders.note": reminders.note,
  };
}

/** Whether a box is ticked: as it was sent, or as it is stored when the form is fresh. */
function isTicked(values: FormValues, name: string, stored: boolean, sentWith: string): boolean {
  return `${sentWith}.shown` in values ? single(values, name) === "yes" : stored;
}

function WhenPart({ t, errors, values }: PartProps) {
  const zone = single(values, "timeZone");
  return (
    <fieldset class="event-part">
      <legend>{t("events.editor.when")}</legend>
      <div class="pairs">
        <TimeField
          {...{ t, errors, values, zone }}
          name="startsAt"
          twice="startsTwice"
          label={t("events.editor.startsAt")}
        />
        <TimeField
          {...{ t, errors, values, zone }}
          name="endsAt"
          twice="endsTwice"
          label={t("events.editor.endsAt")}
          optionalLabel={t("common.form.optional")}
        />
      </div>
      <SelectField
        name="timeZone"
        label={t("events.editor.timeZone")}
        hint={t("events.editor.timeZoneHint")}
        value={zone}
        options={timeZonesWith(zone).map((name) => ({ value: name, label: name.replaceAll("_", " ") }))}
        error={errors.timeZone}
      />
    </fieldset>
  );
}

type TimeFieldProps = Pick<PartProps, "t" | "errors" | "values"> & {
  name: string;
  twice: string;
  zone: string;
  label: string;
  optionalLabel?: string;
};

/** A date and time; where the clocks go back over it, which of the two hours is meant is asked too. */
function TimeField({ t, errors, values, name, twice, zone, ...words }: TimeFieldProps) {
  const value = single(values, name);
  return (
    <div class="event-time">
      <TextField {...words} name={name} type="datetime-local" value={value} error={errors[name]} />
      {isTwice(value, zone) ? (
        <RadioGroup
          name={twice}
          legend={t("events.editor.twice")}
          value={single(values, twice)}
          options={[
            { value: "earlier", label: t("events.editor.earlier") },
            { value: "later", label: t("events.editor.later") },
          ]}
        />
      ) : null}
    </div>
  );
}

function WherePart(props: PartProps) {
  const { t, action, errors, values } = props;
  const settings = eventSettings.parse(action.settings);
  return (
    <fieldset class="event-part">
      <legend>{t("events.editor.where")}</legend>
      <RadioGroup
        name="where"
        legend={t("events.editor.howMet")}
        value={single(values, "where")}
        options={wheres.map((name) => ({ value: name, label: t(`events.editor.wheres.${name}`) }))}
        error={errors.where}
      />
      <PlaceFields {...props} />
      <TextField
        name="online.url"
        label={t("events.editor.online")}
        hint={t("events.editor.onlineHint")}
        type="url"
        inputmode="url"
        autocapitalize="none"
        value={single(values, "online.url")}
        maxlength={ONLINE_URL_MAX}
        error={errors["online.url"]}
      />
      <input type="hidden" name="where.shown" value="yes" />
      <CheckboxField
        name="isForAttendees"
        label={t("events.editor.isForAttendees")}
        hint={t("events.editor.isForAttendeesHint")}
        checked={isTicked(values, "isForAttendees", settings.isForAttendees, "where")}
      />
    </fieldset>
  );
}

function PlaceFields({ t, action, errors, values }: PartProps) {
  const line = (
    name: "name" | "street" | "locality" | "region" | "postalCode",
    maxlength = PLACE_LINE_MAX,
  ) => (
    <TextField
      name={`place.${name}`}
      label={t(`events.editor.place.${name}`)}
      value={single(values, `place.${name}`)}
      maxlength={maxlength}
      error={errors[`place.${name}`]}
    />
  );
  return (
    <>
      {line("name", PLACE_NAME_MAX)}
      {line("street")}
      <div class="pairs">
        {line("locality")}
        {line("region")}
        {line("postalCode", 20)}
        <SelectField
          name="place.country"
          label={t("public.fields.country")}
          value={single(values, "place.country")}
          blank={t("common.form.choose")}
          options={countriesIn(action.locale).map(({ code, name }) => ({ value: code, label: name }))}
          error={errors["place.country"]}
        />
      </div>
      <TextArea
        name="place.directions"
        label={t("events.editor.place.directions")}
        hint={t("events.editor.place.directionsHint")}
        optionalLabel={t("common.form.optional")}
        value={single(values, "place.directions")}
        rows={2}
        maxlength={DIRECTIONS_MAX}
        error={errors["place.directions"]}
      />
    </>
  );
}

function PlacesPart({ t, errors, values }: PartProps) {
  return (
    <fieldset class="event-part">
      <legend>{t("events.editor.places")}</legend>
      <div class="pairs">
        <TextField
          name="capacity"
          label={t("events.editor.capacity")}
          hint={t("events.editor.capacityHint")}
          optionalLabel={t("common.form.optional")}
          inputmode="numeric"
          width="short"
          value={single(values, "capacity")}
          error={errors.capacity}
        />
        <TextField
          name="guestsMax"
          label={t("events.editor.guestsMax")}
          hint={t("events.editor.guestsMaxHint")}
          inputmode="numeric"
          width="short"
          value={single(values, "guestsMax")}
          error={errors.guestsMax}
        />
      </div>
    </fieldset>
  );
}

function MorePart({ t, action, errors, values }: PartProps) {
  const settings = eventSettings.parse(action.settings);
  const optionalLabel = t("common.form.optional");
  const isWrong = Object.keys(errors).some((name) => /^(host|reminders)\./.test(name));
  return (
    <Disclosure summary={t("events.editor.more")} isOpen={isWrong}>
      <div class="form">
        <div class="pairs">
          <TextField
            name="host.name"
            label={t("events.editor.hostName")}
            optionalLabel={optionalLabel}
            value={single(values, "host.name")}
            maxlength={HOST_NAME_MAX}
            error={errors["host.name"]}
          />
          <TextField
            name="host.email"
            label={t("events.editor.hostEmail")}
            hint={t("events.editor.hostEmailHint")}
            optionalLabel={optionalLabel}
            type="email"
            inputmode="email"
            value={single(values, "host.email")}
            error={errors["host.email"]}
          />
        </div>
        <input type="hidden" name="more.shown" value="yes" />
        <CheckboxField
          name="reminders.dayBefore"
          label={t("events.editor.dayBefore")}
          checked={isTicked(values, "reminders.dayBefore", settings.reminders.dayBefore, "more")}
        />
        <TextField
          name="reminders.hoursBefore"
          label={t("events.editor.hoursBefore")}
          hint={t("events.editor.hoursBeforeHint")}
          optionalLabel={optionalLabel}
          inputmode="numeric"
          width="short"
          value={single(values, "reminders.hoursBefore")}
          error={errors["reminders.hoursBefore"]}
        />
        <TextArea
          name="reminders.note"
          label={t("events.editor.reminderNote")}
          hint={t("events.editor.reminderNoteHint")}
          optionalLabel={optionalLabel}
          value={single(values, "reminders.note")}
          rows={3}
          maxlength={REMINDER_NOTE_MAX}
          error={errors["reminders.note"]}
        />
        <CheckboxField
          name="isPrivate"
          label={t("events.editor.isPrivate")}
          hint={t("events.editor.isPrivateHint")}
          checked={isTicked(values, "isPrivate", settings.isPrivate, "more")}
        />
      </div>
    </Disclosure>
  );
}
