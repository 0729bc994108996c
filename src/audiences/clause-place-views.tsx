import { countriesIn } from "../platform/countries";
import { type FormValues, several, single } from "../platform/forms";
import { CheckboxField, type Option } from "../ui/form";
import type { Locale } from "../ui/i18n";
import { Choices, type Fields, Lines, Select, Text } from "./clause-inputs";

/** Languages most people of our groups read; others stay as they were saved. */
const LANGUAGES = "en fr es ar de hi it ja ko nl pa pl pt ru so tl uk ur vi yue zh".split(" ");

/** The fields of conditions on where somebody lives, came from and is written to. */
export function PlaceFields(fields: Fields) {
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

function languageOptions(values: FormValues, locale: Locale): Option[] {
  const names = new Intl.DisplayNames(locale, { type: "language" });
  const saved = several(values, "languages").filter((code) =>
    /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/.test(code),
  );
  return [...new Set([...LANGUAGES, ...saved])].map((value) => ({ value, label: names.of(value) ?? value }));
}
