import { several, single } from "../platform/forms";
import { CheckboxGroup, type Option, SelectField, TextArea, TextField } from "../ui/form";
import type { Locale, T } from "../ui/i18n";
import type { DraftClause } from "./draft";
import type { Offers } from "./offers";

/** What the fields of a clause need beside its values. */
export type ClauseSetting = {
  t: T;
  locale: Locale;
  currency: string;
  offers: Offers;
  kinds: readonly { name: string; label: string }[];
  errorOf(name: string): string | undefined;
};

/** What every input of a clause is given. */
export type Fields = { of: DraftClause; setting: ClauseSetting };

/** A list as options. */
export function named(list: readonly { no: number; name: string }[]): Option[] {
  return list.map(({ no, name }) => ({ value: String(no), label: name }));
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
  | "series"
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

/** One of several. */
export function Select({
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

/** Any of several. */
export function Choices({
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

/** Any of them or all. */
export function Match(fields: Fields) {
  const { t } = fields.setting;
  const options = (["any", "all"] as const).map((value) => ({ value, label: t(`audiences.match.${value}`) }));
  return <Select {...fields} name="match" options={options} />;
}

/** Texts, each on its line. */
export function Lines({ of, setting, name, hint }: Fields & { name: NamedField; hint: string }) {
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

/** A short text, a number or a day. */
export function Text({
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
export function When({ of, setting, isNeeded }: Fields & { isNeeded?: boolean }) {
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

/** How often. */
export function Times(fields: Fields) {
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
