import { RadioGroup, SelectField } from "../ui/form";
import type { T } from "../ui/i18n";
import type { District } from "./types";

/** More than so many are a list to open, not a row of buttons to read. */
const IN_SIGHT_MAX = 8;

/** Which of the districts that a postal code covers somebody lives in. */
export function DistrictField(props: {
  t: T;
  districts: readonly District[];
  value: string;
  error: string | undefined;
}) {
  const { t, districts, value, error } = props;
  const common = { name: "district", error, required: true };
  if (districts.length > IN_SIGHT_MAX)
    return (
      <SelectField
        {...common}
        label={t("officials.district.legend")}
        hint={t("officials.district.hintMany")}
        blank={t("common.form.choose")}
        value={value}
        options={districts.map((district) => ({ value: district.code, label: wordsOf(t, district) }))}
      />
    );
  return (
    <RadioGroup
      {...common}
      legend={t("officials.district.legend")}
      hint={t("officials.district.hint")}
      value={value}
      options={districts.map(({ code, label, names }) => ({
        value: code,
        label,
        hint: names.join(", ") || t("officials.district.empty"),
      }))}
    />
  );
}

function wordsOf(t: T, { label, names }: District): string {
  return `${label} · ${names.join(", ") || t("officials.district.empty")}`;
}
