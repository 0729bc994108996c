import { cleanLine, cleanText } from "../actions/answer-text";
import type { FieldsProps, OwnAnswer, OwnInput } from "../actions/kind";
import { countriesIn, isCountry } from "../platform/countries";
import { single } from "../platform/forms";
import { parseLocalTime } from "../platform/local-time";
import { timeZonesWith } from "../platform/time-zones";
import { CheckboxField, RadioGroup, SelectField, TextArea, TextField } from "../ui/form";
import { ABOUT_MAX, campaignSettings, type Offer } from "./campaign-types";
import { isTwice, timeProblems } from "./times";
import { CAPACITY_MAX, eventSettings, PLACE_LINE_MAX, PLACE_NAME_MAX } from "./types";

const TITLE_MAX = 120;

/** What somebody offers: which event, when, where. Their own name and email are asked as of everybody. */
export function FieldsBefore(props: FieldsProps) {
  const { t, snapshot } = props;
  const { hostText } = campaignSettings.parse(snapshot.action.settings);
  const field = fieldOf(props);
  const optionalLabel = t("common.form.optional");
  return (
    <>
      <h2>{t("eventCampaigns.form.title")}</h2>
      {hostText.split(/\n\s*\n/).map((text) => (text ? <p dir="auto">{text}</p> : null))}
      <TextField
        {...field("eventTitle")}
        label={t("eventCampaigns.form.eventTitle")}
        required
        maxlength={TITLE_MAX}
      />
      <WhenFields {...props} />
      <WhereFields {...props} />
      <TextField
        {...field("eventPlaces")}
        label={t("events.editor.capacity")}
        optionalLabel={optionalLabel}
        inputmode="numeric"
        width="short"
      />
      <TextArea
        {...field("eventAbout")}
        label={t("eventCampaigns.form.about")}
        optionalLabel={optionalLabel}
        rows={3}
        maxlength={ABOUT_MAX}
      />
      <h2>{t("eventCampaigns.form.you")}</h2>
    </>
  );
}

function fieldOf({ form }: Pick<FieldsProps, "form">) {
  return (name: string) => ({ name, value: single(form.values, name), error: form.errors[name] });
}

function WhenFields({ t, snapshot, form }: FieldsProps) {
  const field = fieldOf({ form });
  const zone = single(form.values, "eventZone") || snapshot.group.timeZone;
  return (
    <>
      <TextField
        {...field("eventStart")}
        label={t("eventCampaigns.form.start")}
        type="datetime-local"
        required
      />
      {isTwice(single(form.values, "eventStart"), zone) ? (
        <RadioGroup
          {...field("eventTwice")}
          legend={t("events.editor.twice")}
          options={[
            { value: "earlier", label: t("events.editor.earlier") },
            { value: "later", label: t("events.editor.later") },
          ]}
        />
      ) : null}
      <TextField
        {...field("eventEnd")}
        label={t("eventCampaigns.form.end")}
        optionalLabel={t("common.form.optional")}
        type="datetime-local"
      />
      <SelectField
        name="eventZone"
        label={t("events.editor.timeZone")}
        value={zone}
        options={timeZonesWith(zone).map((name) => ({ value: name, label: name.replaceAll("_", " ") }))}
        error={form.errors.eventZone}
      />
    </>
  );
}

function WhereFields({ t, snapshot, form }: FieldsProps) {
  const { country: home } = snapshot.group;
  const country = "eventCountry" in form.values ? single(form.values, "eventCountry") : home;
  const line = (
    name: string,
    part: "name" | "street" | "locality" | "region" | "postalCode",
    maxlength = PLACE_LINE_MAX,
  ) => (
    <TextField
      {...fieldOf({ form })(name)}
      label={t(`events.editor.place.${part}`)}
      {...(part === "locality" ? { required: true } : { optionalLabel: t("common.form.optional") })}
      maxlength={maxlength}
    />
  );
  return (
    <>
      {line("eventPlace", "name", PLACE_NAME_MAX)}
      {line("eventStreet", "street")}
      <div class="pair">
        {line("eventTown", "locality")}
        {line("eventRegion", "region")}
      </div>
      <div class="pair">
        {line("eventCode", "postalCode", 20)}
        <SelectField
          name="eventCountry"
          label={t("public.fields.country")}
          value={country}
          options={countriesIn(snapshot.action.locale).map(({ code, name }) => ({
            value: code,
            label: name,
          }))}
          error={form.errors.eventCountry}
        />
      </div>
      <CheckboxField
        name="eventHidden"
        label={t("eventCampaigns.form.hidden")}
        checked={single(form.values, "eventHidden") === "yes"}
      />
    </>
  );
}

/** The offer, or what is wrong with it. */
export function readFields({
  t,
  ctx,
  snapshot,
  values,
}: Pick<OwnInput, "t" | "ctx" | "snapshot" | "values">): OwnAnswer {
  const line = (name: string) => cleanLine(single(values, name));
  const time = (name: string) => parseLocalTime(single(values, name)) ?? line(name).slice(0, 16);
  const errors: Record<string, string> = {};
  const places = line("eventPlaces").replace(/[\s.,'’]/g, "");
  const capacity = places === "" ? null : /^\d{1,6}$/.test(places) ? Number(places) : Number.NaN;
  const offered: Offer = {
    title: line("eventTitle"),
    startsAt: time("eventStart"),
    startsTwice: twiceOf(single(values, "eventTwice")),
    endsAt: time("eventEnd"),
    timeZone: line("eventZone").slice(0, 60),
    placeName: line("eventPlace"),
    street: line("eventStreet"),
    locality: line("eventTown"),
    region: line("eventRegion"),
    postalCode: line("eventCode").toUpperCase(),
    country: line("eventCountry"),
    capacity,
    isForAttendees: single(values, "eventHidden") === "yes",
    about: cleanText(single(values, "eventAbout")),
  };
  if (offered.title === "" || offered.title.length > TITLE_MAX)
    errors.eventTitle = t("eventCampaigns.form.titleMissing");
  Object.assign(errors, whenErrors({ t, ctx, snapshot }, offered));
  if (offered.locality === "") errors.eventTown = t("eventCampaigns.form.townMissing");
  if (!isCountry(offered.country)) errors.eventCountry = t("public.errors.country");
  if (capacity !== null && !(capacity >= 1 && capacity <= CAPACITY_MAX))
    errors.eventPlaces = t("eventCampaigns.form.placesWrong");
  for (const [name, text, max] of lengths(offered))
    if (text.length > max) errors[name] = t("actions.problems.tooLong", { count: max });
  return Object.keys(errors).length > 0 ? { is: "invalid", errors } : { is: "valid", own: { ...offered } };
}

function twiceOf(text: string): Offer["startsTwice"] {
  return text === "earlier" || text === "later" ? text : "";
}

function lengths(offered: Offer): [name: string, text: string, max: number][] {
  return [
    ["eventPlace", offered.placeName, PLACE_NAME_MAX],
    ["eventStreet", offered.street, PLACE_LINE_MAX],
    ["eventTown", offered.locality, PLACE_LINE_MAX],
    ["eventRegion", offered.region, PLACE_LINE_MAX],
    ["eventCode", offered.postalCode, 20],
    ["eventAbout", offered.about, ABOUT_MAX],
  ];
}

/** What is wrong with the time of an offer: by the calendar, or by the days the campaign is on. */
function whenErrors(
  { t, ctx, snapshot }: Pick<OwnInput, "t" | "ctx" | "snapshot">,
  { startsAt, startsTwice, endsAt, timeZone }: Offer,
): Record<string, string> {
  if (startsAt === "") return { eventStart: t("events.problems.noStart") };
  const fields: Record<string, string> = {
    startsAt: "eventStart",
    endsAt: "eventEnd",
    timeZone: "eventZone",
  };
  const timed = eventSettings.parse({ startsAt, startsTwice, endsAt, timeZone });
  const problems = Object.entries(timeProblems(timed, ctx.now));
  if (problems.length > 0)
    return Object.fromEntries(
      problems.map(([name, { key, values }]) => [fields[name] ?? name, t(key, values)]),
    );
  const { firstDay, lastDay } = campaignSettings.parse(snapshot.action.settings);
  const day = startsAt.slice(0, 10);
  if (Date.parse(startsAt) < ctx.now - 86_400_000) return { eventStart: t("eventCampaigns.form.past") };
  if ((firstDay && day < firstDay) || (lastDay && day > lastDay))
    return { eventStart: t("eventCampaigns.form.days", { first: firstDay || "…", last: lastDay || "…" }) };
  return {};
}
