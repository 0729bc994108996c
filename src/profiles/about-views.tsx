import type { Child } from "hono/jsx";
import { fieldLabel, fieldValueText, severalIn } from "../people/custom-field";
import { countryIn } from "../platform/countries";
import { zoneOfPlace } from "../platform/place-zones";
import { Disclosure, Facts } from "../ui/card";
import { attributesOf, Field } from "../ui/field";
import {
  ButtonRow,
  CheckboxGroup,
  Form,
  HiddenField,
  SelectField,
  SubmitButton,
  TextArea,
  TextField,
} from "../ui/form";
import { isLocale, localeNames } from "../ui/i18n";
import { When } from "../ui/when";
import type { PersonPageProps } from "./person-views";
import { personHref } from "./web";

const TAGS_TEXT_MAX = 200;

/** A part of the side of the page, with its heading. */
export function Part({ id, title, children }: { id: string; title: string; children: Child }) {
  return (
    <section class="part" aria-labelledby={`${id}-title`} id={id}>
      <h2 id={`${id}-title`}>{title}</h2>
      {children}
    </section>
  );
}

/** Name, address, language and where they come from. */
export function WhoTheyAre(props: PersonPageProps) {
  const { t, locale, person, now, timeZone, districts, firstSource, group } = props;
  const country = countryIn(person.country ?? "", locale);
  const lines = [
    person.street,
    [person.postalCode, person.locality].filter(Boolean).join(" "),
    person.region,
    country,
  ];
  const action = person.firstActionId && `/groups/${group.slug}/actions/${person.firstActionId}`;
  return (
    <Part id="details" title={t("profiles.details.title")}>
      <Facts
        facts={[
          {
            name: t("profiles.details.name"),
            value: (
              <span dir="auto">{[person.givenName, person.familyName].filter(Boolean).join(" ") || "–"}</span>
            ),
          },
          ...(person.preferredName
            ? [
                {
                  name: t("profiles.details.preferredName"),
                  value: <span dir="auto">{person.preferredName}</span>,
                },
              ]
            : []),
          {
            name: t("profiles.details.address"),
            value: (
              <span class="lines" dir="auto">
                {lines.filter(Boolean).join("\n") || "–"}
              </span>
            ),
          },
          ...(districts.length > 0
            ? [
                {
                  name: t("profiles.details.district", { count: districts.length }),
                  value: districts.join(", "),
                },
              ]
            : []),
          {
            name: t("profiles.details.language"),
            value: isLocale(person.language) ? localeNames[person.language] : "–",
          },
          { name: t("profiles.details.timeZone"), value: zoneInWords(props) },
          {
            name: t("profiles.details.since"),
            value: (
              <>
                <When at={person.createdAt} {...{ now, locale, timeZone }} form="date" />
                {action && person.firstActionTitle ? (
                  <>
                    {" "}
                    <a href={action}>{person.firstActionTitle}</a>
                  </>
                ) : null}
              </>
            ),
          },
          ...(firstSource ? [{ name: t("profiles.details.source"), value: firstSource }] : []),
          { name: t("profiles.details.id"), value: <code class="small">{person.id}</code> },
        ]}
      />
    </Part>
  );
}

/** Whose clock mails that are sent by local time go by. */
function zoneInWords({ t, person }: PersonPageProps): string {
  if (person.timeZone) return person.timeZone;
  const zone = person.country ? zoneOfPlace(person.country, person.region ?? "") : null;
  return zone ? t("profiles.details.zoneByPlace", { zone }) : "–";
}

/** The tags of a person, each to take away, and one to give. */
export function Tags({ t, person, group, tags, knownTags, mayEdit, values, errors }: PersonPageProps) {
  const action = personHref(group, person, "/tags");
  return (
    <Part id="tags" title={t("profiles.tags.title")}>
      {tags.length === 0 ? <p class="soft">{t("profiles.tags.none")}</p> : null}
      <ul class="chips">
        {tags.map(({ no, name }) => (
          <li>
            {mayEdit ? (
              <form method="post" action={action}>
                <input type="hidden" name="remove" value={String(no)} />
                <span dir="auto">{name}</span>
                <button type="submit" class="chip-remove" aria-label={t("profiles.tags.remove", { name })}>
                  ×
                </button>
              </form>
            ) : (
              <span dir="auto">{name}</span>
            )}
          </li>
        ))}
      </ul>
      {mayEdit ? (
        <Form class="filter" action={action} label={t("profiles.tags.add")}>
          <Field name="tag" label={t("profiles.tags.add")} error={errors.tag}>
            <input
              {...attributesOf({ name: "tag", label: "", error: errors.tag })}
              class="input input-full"
              type="text"
              list="known-tags"
              value={values.tag ?? ""}
              maxlength={TAGS_TEXT_MAX}
              autocomplete="off"
            />
          </Field>
          <SubmitButton kind="secondary">{t("profiles.tags.button")}</SubmitButton>
        </Form>
      ) : null}
      <datalist id="known-tags">
        {knownTags.map((name) => (
          <option value={name} />
        ))}
      </datalist>
    </Part>
  );
}

/** The group's custom fields with what they say of this person; all of them, so that what is missing shows. */
export function Fields(props: PersonPageProps) {
  const { t, locale, person, group, fields, mayEdit, errors } = props;
  if (fields.length === 0) return null;
  const hasError = fields.some(({ no }) => errors[`field.${no}`]);
  return (
    <Part id="fields" title={t("profiles.fields.title")}>
      <Facts
        facts={fields.map((field) => ({
          name: fieldLabel(field, locale),
          value: (
            <span class="lines" dir="auto">
              {field.value === "" ? "–" : valueInWords(props, field)}
            </span>
          ),
        }))}
      />
      {mayEdit ? (
        <Disclosure summary={t("profiles.fields.edit")} isOpen={hasError}>
          <Form action={personHref(group, person, "/fields")} label={t("profiles.fields.title")}>
            <HiddenField name="shown" value={fields.map(({ no }) => no).join(",")} />
            {fields.map((field) => (
              <FieldInput {...props} field={field} />
            ))}
            <ButtonRow>
              <SubmitButton>{t("common.form.saveChanges")}</SubmitButton>
            </ButtonRow>
          </Form>
        </Disclosure>
      ) : null}
    </Part>
  );
}

type OneField = PersonPageProps["fields"][number];

function valueInWords({ t }: PersonPageProps, { type, value }: OneField): string {
  if (type === "yesno") return t(value === "yes" ? "common.form.yes" : "common.form.no");
  return fieldValueText(type, value);
}

function FieldInput({ t, locale, values, errors, field }: PersonPageProps & { field: OneField }) {
  const name = `field.${field.no}`;
  const common = { name, label: fieldLabel(field, locale), error: errors[name] };
  const value = values[name] ?? field.value;
  const options = (choices: readonly string[]) => choices.map((choice) => ({ value: choice, label: choice }));
  // A choice that is offered no more stays theirs until somebody changes it.
  const withOwn = (own: readonly string[]) => options([...new Set([...field.choices, ...own])]);
  switch (field.type) {
    case "paragraph":
      return <TextArea {...common} value={value} />;
    case "choice":
      return (
        <SelectField
          {...common}
          value={value}
          blank={t("profiles.fields.blank")}
          options={withOwn(value ? [value] : [])}
        />
      );
    case "yesno":
      return (
        <SelectField
          {...common}
          value={value}
          blank={t("profiles.fields.blank")}
          options={[
            { value: "yes", label: t("common.form.yes") },
            { value: "no", label: t("common.form.no") },
          ]}
        />
      );
    case "several": {
      const chosen = severalIn(value);
      return (
        <CheckboxGroup
          name={name}
          legend={common.label}
          error={common.error}
          values={chosen}
          options={withOwn(chosen)}
        />
      );
    }
    default:
      return (
        <TextField
          {...common}
          type={field.type === "date" ? "date" : "text"}
          inputmode={field.type === "number" ? "decimal" : undefined}
          value={value}
        />
      );
  }
}

/** Who of the team looks after them. */
export function PointPerson(props: PersonPageProps) {
  const { t, person, group, point, members, nameOfMember, mayEdit } = props;
  if (members.length < 2 && point === null) return null;
  const label = t("profiles.point.title");
  return (
    <Part id="point" title={label}>
      {mayEdit ? (
        <Form class="filter" action={personHref(group, person, "/point")} label={label}>
          <SelectField
            name="point"
            label={t("profiles.point.label")}
            value={point === null ? "" : String(point)}
            blank={t("profiles.point.nobody")}
            options={members.map(({ accountNo, name }) => ({ value: String(accountNo), label: name }))}
          />
          <SubmitButton kind="secondary">{t("common.form.save")}</SubmitButton>
        </Form>
      ) : (
        <p>{point === null ? t("profiles.point.nobody") : nameOfMember(point)}</p>
      )}
    </Part>
  );
}
