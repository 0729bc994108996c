import { countriesIn } from "../platform/countries";
import { type FormValues, several, single } from "../platform/forms";
import { CheckboxField, CheckboxGroup, type Option, SelectField, TextArea, TextField } from "../ui/form";
import type { Locale, T } from "../ui/i18n";
import type { DraftClause } from "./draft";
import type { Offers } from "./offers";
import { channels, engagementLevels, giftStates, known, mailActs, statusNames } from "./types";

/** What the fields of a clause need beside its values. */
export type ClauseSetting = {
  t: T;
  locale: Locale;
  currency: string;
  offers: Offers;
  kinds: readonly { name: string; label: string }[];
  errorOf(name: string): string | undefined;
};

/** Languages most people of our groups read; others stay as they were saved. */
const LANGUAGES = "en fr es ar de hi it ja ko nl pa pl pt ru so tl uk ur vi yue zh".split(" ");

type Fields = { of: DraftClause; setting: ClauseSetting };

/** The fields of one condition. */
export function ClauseFields({ of, setting }: Fields) {
  const { t, offers } = setting;
  const choose = { of, setting };
  switch (of.is) {
    case "subscription":
      return (
        <>
          <Select
            {...choose}
            name="channel"
            options={channels.map((value) => ({ value, label: t(`audiences.channel.${value}`) }))}
          />
          <Choices
            {...choose}
            name="status"
            options={statusNames.map((value) => ({ value, label: t(`audiences.statusLabel.${value}`) }))}
          />
        </>
      );
    case "has":
      return (
        <Select
          {...choose}
          name="what"
          options={known.map((value) => ({ value, label: t(`audiences.known.${value}`) }))}
        />
      );
    case "tag":
      return (
        <>
          <Choices {...choose} name="tags" options={named(offers.tags)} />
          <Match {...choose} />
        </>
      );
    case "field":
      return <FieldFields {...choose} />;
    case "action":
      return (
        <>
          <Choices
            {...choose}
            name="actions"
            options={named(offers.actions)}
            hint={t("audiences.hint.anyAction")}
          />
          <Choices
            {...choose}
            name="kinds"
            options={setting.kinds.map(({ name, label }) => ({ value: name, label }))}
          />
          <When {...choose} />
          <Times {...choose} />
          <Lines {...choose} name="sources" hint={t("audiences.hint.lines")} />
        </>
      );
    case "donation":
      return <DonationFields {...choose} />;
    case "recurring":
      return (
        <Choices
          {...choose}
          name="states"
          options={giftStates.map((value) => ({ value, label: t(`audiences.gift.${value}`) }))}
        />
      );
    case "mail":
      return (
        <>
          <Select
            {...choose}
            name="did"
            options={mailActs.map((value) => ({ value, label: t(`audiences.did.${value}`) }))}
          />
          <Choices
            {...choose}
            name="mailings"
            options={named(offers.mailings)}
            hint={t("audiences.hint.anyMailing")}
          />
          <When {...choose} />
          <Times {...choose} />
        </>
      );
    case "import":
      return (
        <>
          <Choices {...choose} name="imports" options={named(offers.imports)} />
          <Select
            {...choose}
            name="who"
            options={(["all", "new"] as const).map((value) => ({
              value,
              label: t(`audiences.who.${value}`),
            }))}
          />
        </>
      );
    case "joined":
      return <When {...choose} isNeeded />;
    case "active":
      return (
        <>
          <When {...choose} isNeeded />
          <Times {...choose} />
        </>
      );
    case "engagement":
      return (
        <Choices
          {...choose}
          name="levels"
          options={engagementLevels.map((value) => ({ value, label: t(`audiences.level.${value}`) }))}
        />
      );
    case "saved":
      return <Select {...choose} name="audience" blank options={named(offers.audiences)} />;
    case "people":
      return <Lines {...choose} name="addresses" hint={t("audiences.hint.addresses")} />;
    case "sample":
      return <SampleFields {...choose} />;
    default:
      return <PlaceFields {...choose} />;
  }
}

function PlaceFields(fields: Fields) {
  const { of, setting } = fields;
  const { t, locale } = setting;
  const countries = () => countriesIn(locale).map(({ code, name }) => ({ value: code, label: name }));
  switch (of.is) {
    case "country":
      return <Choices {...fields} name="countries" options={countries()} />;
    case "region":
      return (
        <>
          <Lines {...fields} name="regions" hint={t("audiences.hint.regions")} />
          <Select {...fields} name="country" blank options={countries()} />
        </>
      );
    case "city":
      return <Lines {...fields} name="cities" hint={t("audiences.hint.lines")} />;
    case "postal":
      return (
        <>
          <Lines {...fields} name="prefixes" hint={t("audiences.hint.prefixes")} />
          <Select {...fields} name="country" blank options={countries()} />
        </>
      );
    case "near":
      return (
        <>
          <Select
            {...fields}
            name="country"
            options={countries().filter(({ value }) => value === "CA" || value === "US")}
          />
          <Text {...fields} name="postalCode" />
          <Text {...fields} name="km" suffix="km" isNumber />
        </>
      );
    case "district":
      return <Lines {...fields} name="districts" hint={t("audiences.hint.districts")} />;
    case "source":
      return (
        <>
          <Lines {...fields} name="sources" hint={t("audiences.hint.lines")} />
          <CheckboxField
            name={`${of.path}:first`}
            label={t("audiences.field.first")}
            checked={single(of.values, "first") === "yes"}
          />
        </>
      );
    case "language":
      return <Choices {...fields} name="languages" options={languageOptions(of.values, locale)} />;
    case "mailbox":
      return <Lines {...fields} name="domains" hint={t("audiences.hint.domains")} />;
    default:
      return null;
  }
}

function SampleFields(fields: Fields) {
  const { of } = fields;
  // The seed is made once, so that the same people stay in the sample however often it is saved.
  const seed = single(of.values, "seed") || String(crypto.getRandomValues(new Uint16Array(1))[0] ?? 0);
  return (
    <>
      <Text {...fields} name="share" suffix="%" isNumber />
      <input type="hidden" name={`${of.path}:seed`} value={seed} />
    </>
  );
}

function DonationFields(fields: Fields) {
  const { setting } = fields;
  const { t, offers, currency } = setting;
  const fundraisers = offers.actions.filter(({ kind }) => kind === "fundraiser");
  return (
    <>
      <Choices
        {...fields}
        name="actions"
        options={named(fundraisers)}
        hint={t("audiences.hint.anyFundraiser")}
      />
      <When {...fields} />
      <Times {...fields} />
      <Text {...fields} name="currency" usual={currency} />
      {(["total", "largest", "last"] as const).map((name) => (
        <div class="audience-span">
          <Text {...fields} name={`${name}Least`} isNumber />
          <Text {...fields} name={`${name}Most`} isNumber />
        </div>
      ))}
    </>
  );
}

/** What may be asked of a field of a type, the likeliest first. */
function opsOf(kind: string | undefined, hasAnswers: boolean) {
  if (kind === "number") return ["number", "known"] as const;
  if (kind === "date") return ["day", "known"] as const;
  if (kind === "several") return ["chosen", "known"] as const;
  return hasAnswers
    ? (["is", "contains", "known"] as const)
    : (["contains", "is", "begins", "known"] as const);
}

function FieldFields(fields: Fields) {
  const { of, setting } = fields;
  const { t, offers } = setting;
  const field = offers.fields.find(({ no }) => String(no) === single(of.values, "field"));
  const options = named(offers.fields);
  if (!field) return <Select {...fields} name="field" blank options={options} isAsked />;
  const ops = opsOf(field.kind, field.answers.length > 0);
  const op = ops.find((each) => each === single(of.values, "op")) ?? ops[0];
  const answers = field.answers.map((value) => ({ value, label: value }));
  return (
    <>
      <Select {...fields} name="field" blank options={options} isAsked />
      <Select
        {...fields}
        name="op"
        value={op}
        options={ops.map((value) => ({ value, label: t(`audiences.op.${value}`) }))}
        isAsked
      />
      {op === "contains" || op === "begins" ? <Text {...fields} name="text" /> : null}
      {op === "number" ? (
        <div class="audience-span">
          <Text {...fields} name="least" isNumber />
          <Text {...fields} name="most" isNumber />
        </div>
      ) : null}
      {op === "day" ? (
        <div class="audience-span">
          <Text {...fields} name="from" isDay />
          <Text {...fields} name="to" isDay />
        </div>
      ) : null}
      {(op === "is" || op === "chosen") && answers.length > 0 ? (
        <Choices {...fields} name="choices" errorName="values" options={answers} />
      ) : null}
      {(op === "is" || op === "chosen") && answers.length === 0 ? (
        <Lines {...fields} name="values" hint={t("audiences.hint.values")} />
      ) : null}
      {op === "chosen" ? <Match {...fields} /> : null}
    </>
  );
}

function named(list: readonly { no: number; name: string }[]): Option[] {
  return list.map(({ no, name }) => ({ value: String(no), label: name }));
}

function languageOptions(values: FormValues, locale: Locale): Option[] {
  const names = new Intl.DisplayNames(locale, { type: "language" });
  const saved = several(values, "languages").filter((code) =>
    /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/.test(code),
  );
  return [...new Set([...LANGUAGES, ...saved])].map((value) => ({ value, label: names.of(value) ?? value }));
}

type NamedField =
  | "addresses"
  | "actions"
  | "audience"
  | "channel"
  | "choices"
  | "cities"
  | "countries"
  | "country"
  | "currency"
  | "did"
  | "districts"
  | "domains"
  | "field"
  | "from"
  | "imports"
  | "kinds"
  | "km"
  | "languages"
  | "largestLeast"
  | "largestMost"
  | "lastLeast"
  | "lastMost"
  | "least"
  | "levels"
  | "mailings"
  | "match"
  | "most"
  | "op"
  | "postalCode"
  | "prefixes"
  | "regions"
  | "share"
  | "sources"
  | "states"
  | "status"
  | "tags"
  | "text"
  | "to"
  | "totalLeast"
  | "totalMost"
  | "values"
  | "what"
  | "who";

function Select({
  of,
  setting,
  name,
  options,
  value = single(of.values, name),
  blank,
  isAsked,
}: Fields & {
  name: NamedField;
  options: readonly Option[];
  value?: string;
  blank?: boolean;
  isAsked?: boolean;
}) {
  const { t, errorOf } = setting;
  const field = (
    <SelectField
      name={`${of.path}:${name}`}
      label={t(`audiences.field.${name}`)}
      value={value}
      options={options}
      error={errorOf(`${of.path}:${name}`)}
      {...(blank ? { blank: t("audiences.choose") } : {})}
    />
  );
  // What else is asked depends on it: the script asks the server anew, and without it there is a button.
  return isAsked ? <div data-audience-ask>{field}</div> : field;
}

function Choices({
  of,
  setting,
  name,
  options,
  hint,
  errorName = name,
}: Fields & { name: NamedField; options: readonly Option[]; hint?: string; errorName?: NamedField }) {
  const { t, errorOf } = setting;
  if (options.length === 0)
    return <p class="soft">{t("audiences.nothingToChoose", { what: t(`audiences.field.${name}`) })}</p>;
  return (
    <div class="audience-choices">
      <CheckboxGroup
        name={`${of.path}:${name}`}
        legend={t(`audiences.field.${name}`)}
        options={options}
        values={several(of.values, name)}
        hint={hint}
        error={errorOf(`${of.path}:${errorName}`)}
      />
    </div>
  );
}

function Match(fields: Fields) {
  const { t } = fields.setting;
  const options = (["any", "all"] as const).map((value) => ({ value, label: t(`audiences.match.${value}`) }));
  return <Select {...fields} name="match" options={options} />;
}

function Lines({ of, setting, name, hint }: Fields & { name: NamedField; hint: string }) {
  const { t, errorOf } = setting;
  return (
    <TextArea
      name={`${of.path}:${name}`}
      label={t(`audiences.field.${name}`)}
      hint={hint}
      rows={3}
      value={single(of.values, name)}
      error={errorOf(`${of.path}:${name}`)}
    />
  );
}

function Text({
  of,
  setting,
  name,
  suffix,
  isNumber,
  isDay,
  usual = "",
}: Fields & { name: NamedField; suffix?: string; isNumber?: boolean; isDay?: boolean; usual?: string }) {
  const { t, errorOf } = setting;
  return (
    <TextField
      name={`${of.path}:${name}`}
      label={t(`audiences.field.${name}`)}
      value={single(of.values, name) || usual}
      width="short"
      autocomplete="off"
      {...(isDay ? { type: "date" as const } : {})}
      {...(isNumber ? { inputmode: "decimal" as const } : {})}
      {...(suffix ? { suffix } : {})}
      error={errorOf(`${of.path}:${name}`)}
    />
  );
}

const WHENS = ["last", "before", "between"] as const;

/** When something happened. Styles show what belongs to the choice, so that no script is needed. */
function When({ of, setting, isNeeded }: Fields & { isNeeded?: boolean }) {
  const { t, errorOf } = setting;
  const value = single(of.values, "when") || (isNeeded ? "last" : "");
  const day = (name: "from" | "to") => (
    <TextField
      name={`${of.path}:${name}`}
      label={t(`audiences.field.${name}`)}
      type="date"
      width="short"
      value={single(of.values, name)}
    />
  );
  return (
    <div class="audience-when">
      <SelectField
        name={`${of.path}:when`}
        label={t("audiences.field.when")}
        value={value}
        options={WHENS.map((each) => ({ value: each, label: t(`audiences.whenLabel.${each}`) }))}
        error={errorOf(`${of.path}:when`)}
        {...(isNeeded ? {} : { blank: t("audiences.whenLabel.ever") })}
      />
      <div class="audience-days">
        <TextField
          name={`${of.path}:days`}
          label={t("audiences.field.days")}
          inputmode="numeric"
          width="short"
          autocomplete="off"
          value={single(of.values, "days") || "30"}
          error={errorOf(`${of.path}:days`)}
        />
      </div>
      <div class="audience-dates audience-span">
        {day("from")}
        {day("to")}
      </div>
    </div>
  );
}

function Times(fields: Fields) {
  const { t } = fields.setting;
  return (
    <fieldset class="field">
      <legend>{t("audiences.field.times")}</legend>
      <div class="audience-span">
        <Text {...fields} name="least" isNumber />
        <Text {...fields} name="most" isNumber />
      </div>
    </fieldset>
  );
}
