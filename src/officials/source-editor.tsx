import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { type FormValues, single } from "../platform/forms";
import { Notice } from "../ui/flash";
import { CheckboxField, HiddenField, RadioGroup, SelectField, SubmitButton, TextField } from "../ui/form";
import { localeNames, type T } from "../ui/i18n";
import { Icon } from "../ui/icon";
import { noPerson, type PersonRow, readPeople } from "./source";
import { listLists } from "./target-list";
import {
  builtinSets,
  PEOPLE_MAX,
  sourceKinds,
  TARGET_NAME_MAX,
  TARGET_TITLE_MAX,
  type TargetList,
  type TargetSource,
  targetLanguages,
} from "./types";

type SourceEditorProps = {
  t: T;
  ctx: Context;
  group: Group;
  source: TargetSource;
  values: FormValues;
  errors: Record<string, string>;
  /** What is asked of each person: an address to write to, or a number to call. */
  reachedBy: "email" | "phone";
};

/** To whom an action is addressed: people named here, officials by postal code, or a list; and who stands in for nobody. */
export async function SourceEditor(props: SourceEditorProps) {
  const { t, ctx, group, source, values, errors } = props;
  const isShown = "source.from" in values;
  const from = isShown ? single(values, "source.from") : source.from;
  const lists = await listLists(ctx, group);
  return (
    <fieldset class="rows source" id="f-source">
      <legend>{t("officials.editor.legend")}</legend>
      {errors.source ? <p class="field-error">{errors.source}</p> : null}
      <RadioGroup
        name="source.from"
        legend={t("officials.editor.legend")}
        isLabelHidden
        value={from}
        error={errors["source.from"]}
        options={sourceKinds.map((value) => ({
          value,
          label: t(`officials.editor.from.${value}`),
          hint: t(`officials.editor.from.${value}Hint`),
        }))}
      />
      <People {...props} kept={isShown ? readPeople(values) : source.people} />
      <Sets {...props} isShown={isShown} />
      <Lists {...props} isShown={isShown} lists={lists} />
      <Fallback {...props} isShown={isShown} />
    </fieldset>
  );
}

function People({ t, errors, reachedBy, kept }: SourceEditorProps & { kept: readonly PersonRow[] }) {
  const rows = kept.length > 0 ? kept : [noPerson];
  return (
    <div class="source-fixed rows" id="f-source-people">
      <HiddenField name="source.people.count" value={String(rows.length)} />
      {rows.map((person, row) => (
        <div class="row">
          <PersonFields
            t={t}
            name={`source.people.${row}`}
            person={person}
            reachedBy={reachedBy}
            errors={errors}
          />
          {reachedBy === "email" ? (
            <SelectField
              name={`source.people.${row}.language`}
              label={t("officials.editor.language")}
              value={person.language}
              blank={t("officials.editor.anyLanguage")}
              options={targetLanguages.map((value) => ({ value, label: localeNames[value] }))}
            />
          ) : (
            <HiddenField name={`source.people.${row}.language`} value={person.language} />
          )}
          {rows.length > 1 ? (
            <SubmitButton kind="quiet" name="do" value={`remove-person:${row}`} formaction="#f-source">
              <Icon name="trash" label={t("officials.editor.remove", { nth: row + 1 })} />
            </SubmitButton>
          ) : null}
        </div>
      ))}
      {rows.length < PEOPLE_MAX ? (
        <SubmitButton kind="secondary" name="do" value="add-person" formaction="#f-source">
          <Icon name="plus" />
          {t("officials.editor.add")}
        </SubmitButton>
      ) : null}
    </div>
  );
}

type PersonFieldsProps = Pick<SourceEditorProps, "t" | "errors" | "reachedBy"> & {
  name: string;
  person: Pick<PersonRow, "name" | "title" | "email" | "phone">;
};

/** The address that is used in sight, the other kept unseen. */
function PersonFields({ t, errors, reachedBy, name, person }: PersonFieldsProps) {
  const other = reachedBy === "email" ? "phone" : "email";
  return (
    <>
      <TextField
        name={`${name}.name`}
        label={t("officials.editor.name")}
        value={person.name}
        maxlength={TARGET_NAME_MAX}
        error={errors[`${name}.name`]}
      />
      <TextField
        name={`${name}.title`}
        label={t("officials.editor.title")}
        optionalLabel={t("common.form.optional")}
        value={person.title}
        maxlength={TARGET_TITLE_MAX}
        error={errors[`${name}.title`]}
      />
      <TextField
        name={`${name}.${reachedBy}`}
        type={reachedBy === "email" ? "email" : "tel"}
        label={t(`officials.editor.${reachedBy}`)}
        value={person[reachedBy]}
        error={errors[`${name}.${reachedBy}`]}
      />
      <HiddenField name={`${name}.${other}`} value={person[other]} />
    </>
  );
}

function Sets({ t, source, values, reachedBy, isShown }: SourceEditorProps & { isShown: boolean }) {
  return (
    <div class="source-builtin" id="f-source-sets">
      <p class="label">{t("officials.editor.sets")}</p>
      {builtinSets.map((set) => (
        <CheckboxField
          name={`source.sets.${set}`}
          label={t(`officials.sets.${set}`)}
          checked={isShown ? single(values, `source.sets.${set}`) !== "" : source.sets.includes(set)}
        />
      ))}
      {reachedBy === "email" ? (
        <Notice>
          <p>{t("officials.editor.noAddressUs")}</p>
        </Notice>
      ) : (
        <Notice>
          <p>{t("officials.editor.noPhoneCa")}</p>
        </Notice>
      )}
    </div>
  );
}

function Lists({
  t,
  group,
  source,
  values,
  errors,
  reachedBy,
  isShown,
  lists,
}: SourceEditorProps & { isShown: boolean; lists: readonly TargetList[] }) {
  const reachable = (list: TargetList) => (reachedBy === "email" ? list.emailCount : list.phoneCount);
  return (
    <div class="source-list">
      <SelectField
        name="source.listId"
        label={t("officials.editor.list")}
        value={isShown ? single(values, "source.listId") : source.listId}
        blank={t("officials.editor.listChoose")}
        error={errors["source.listId"]}
        options={lists.map((list) => ({
          value: list.id,
          label: t(`officials.editor.${reachedBy}Of`, {
            name: list.name,
            reachable: reachable(list),
            count: list.targetCount,
          }),
        }))}
      />
      <p>
        <a href={`/groups/${group.slug}/targets`}>{t("officials.editor.manage")}</a>
      </p>
    </div>
  );
}

function Fallback(props: SourceEditorProps & { isShown: boolean }) {
  const { t, source, values, reachedBy, errors, isShown } = props;
  const at = (field: "name" | "title" | "email" | "phone") =>
    isShown ? single(values, `source.fallback.${field}`) : source.fallback[field];
  const person = { name: at("name"), title: at("title"), email: at("email"), phone: at("phone") };
  const isOpen =
    person.name !== "" || Object.keys(errors).some((field) => field.startsWith("source.fallback"));
  return (
    <details class="source-fallback" open={isOpen}>
      <summary>{t("officials.editor.fallback")}</summary>
      <p class="hint">{t(`officials.editor.fallbackHint.${reachedBy}`)}</p>
      <div class="rows">
        <div class="row">
          <PersonFields {...props} name="source.fallback" person={person} />
        </div>
      </div>
    </details>
  );
}
