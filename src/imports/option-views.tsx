import { countriesIn } from "../platform/countries";
import { CheckboxField, RadioGroup, SelectField, TextField } from "../ui/form";
import { Section } from "../ui/layout";
import type { ImportRow } from "./import";
import type { MappingProps } from "./mapping-views";
import { type ImportOptions, importOptions } from "./types";

function optionsOf(row: ImportRow): ImportOptions {
  return importOptions.parse(row.options ?? {});
}

/** How the people of a file are stored. */
export function Options({ t, locale, row }: MappingProps) {
  const options = optionsOf(row);
  return (
    <Section title={t("imports.options.title")}>
      <RadioGroup
        name="match"
        legend={t("imports.options.match")}
        value={options.match}
        options={[
          { value: "email", label: t("imports.options.matchEmail") },
          { value: "id", label: t("imports.options.matchId") },
        ]}
      />
      <RadioGroup
        name="values"
        legend={t("imports.options.values")}
        value={options.values}
        options={[
          { value: "fill", label: t("imports.options.fill") },
          { value: "overwrite", label: t("imports.options.overwrite") },
        ]}
      />
      <CheckboxField
        name="blanks"
        label={t("imports.options.blanks")}
        hint={t("imports.options.blanksHint")}
        checked={options.doBlanksClear}
      />
      <TextField
        name="tags"
        label={t("imports.options.tags")}
        hint={t("imports.options.tagsHint")}
        value={options.tags.join(", ")}
        maxlength={1_500}
      />
      <TextField
        name="source"
        label={t("imports.options.source")}
        hint={t("imports.options.sourceHint")}
        value={options.source}
        maxlength={100}
      />
      <SelectField
        name="country"
        label={t("imports.options.country")}
        value={options.country}
        blank=""
        options={countriesIn(locale).map(({ code, name }) => ({ value: code, label: name }))}
      />
      <RadioGroup
        name="dates"
        legend={t("imports.options.dates")}
        value={options.dateOrder}
        isInline
        options={[
          { value: "dmy", label: t("imports.options.dmy") },
          { value: "mdy", label: t("imports.options.mdy") },
        ]}
      />
    </Section>
  );
}

/** What they did, where the file is of those who took one action. */
export function Past({ t, row, errors, actions }: MappingProps) {
  if (actions.length === 0) return null;
  return (
    <Section title={t("imports.history.title")} text={t("imports.history.text")}>
      <SelectField
        name="history"
        label={t("imports.history.action")}
        hint={t("imports.history.hint")}
        value={optionsOf(row).history?.actionId ?? ""}
        blank={t("imports.history.none")}
        error={errors.history}
        options={actions.map(({ id, title, hasGifts }) => ({
          value: id,
          label: hasGifts ? t("imports.history.gifts", { title }) : title,
        }))}
      />
    </Section>
  );
}

/** Who of them gets mail and texts, and who says that they want it. */
export function Subscription({ t, row, errors, name, isConfirmed, frame }: MappingProps) {
  return (
    <Section title={t("imports.subscribe.title")} text={t("imports.subscribe.text")}>
      <RadioGroup
        name="subscribe"
        legend={t("imports.subscribe.title")}
        isLabelHidden
        value={optionsOf(row).subscribe}
        error={errors.subscribe}
        options={(["none", "stated", "all", "stop"] as const).map((value) => ({
          value,
          label: t(`imports.subscribe.${value}`),
        }))}
      />
      <RadioGroup
        name="mobile"
        legend={t("imports.mobile.title")}
        hint={t("imports.mobile.hint")}
        value={optionsOf(row).mobile}
        error={errors.mobile}
        options={(["none", "stated", "all", "stop"] as const).map((value) => ({
          value,
          label: t(`imports.mobile.${value}`),
        }))}
      />
      <CheckboxField
        name="confirm"
        label={t("imports.subscribe.confirm", { group: frame.group.name })}
        checked={isConfirmed}
        error={errors.confirm}
      />
      <TextField
        name="name"
        label={t("imports.subscribe.name")}
        hint={t("imports.subscribe.nameHint")}
        value={name}
        maxlength={200}
        autocomplete="name"
        error={errors.name}
      />
    </Section>
  );
}

/** When it begins: now, or when the office is empty. */
export function Begin({ t, errors, begin, timeZone }: MappingProps) {
  return (
    <Section title={t("imports.begin.title")}>
      <TextField
        name="begin"
        type="datetime-local"
        label={t("imports.begin.label")}
        hint={t("imports.begin.hint", { zone: timeZone })}
        value={begin}
        error={errors.begin}
      />
    </Section>
  );
}
