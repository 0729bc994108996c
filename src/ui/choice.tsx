import type { Child } from "hono/jsx";
import { attributesOf, describedBy, FieldError, type FieldProps, fieldId, Hint, OptionalMark } from "./field";

export type Option = { value: string; label: string; hint?: string; disabled?: boolean };

type CheckboxFieldProps = FieldProps & { checked?: boolean; value?: string };

/** One yes-or-no choice; sent as `value` ("yes" unless told) when ticked, absent when not. */
export function CheckboxField(props: CheckboxFieldProps) {
  return (
    <div class={props.error ? "field has-error" : "field"}>
      <FieldError name={props.name} error={props.error} />
      <div class="choice">
        <input
          {...attributesOf(props)}
          type="checkbox"
          value={props.value ?? "yes"}
          checked={props.checked}
        />
        <label for={fieldId(props.name)}>
          {props.label}
          <OptionalMark text={props.required ? undefined : props.optionalLabel} />
        </label>
        <Hint name={props.name} hint={props.hint} />
      </div>
    </div>
  );
}

type ChoiceGroupProps = Omit<FieldProps, "label"> & {
  legend: Child;
  options: readonly Option[];
  /** Side by side, for two or three short answers such as yes and no. */
  isInline?: boolean;
  autocomplete?: string;
};

/** One of a few, all of them in sight. */
export function RadioGroup(props: ChoiceGroupProps & { value?: string }) {
  return <Choices {...props} type="radio" values={props.value === undefined ? [] : [props.value]} />;
}

/** Any of a few; the field is sent once per ticked choice. */
export function CheckboxGroup(props: ChoiceGroupProps & { values?: readonly string[] }) {
  return <Choices {...props} type="checkbox" values={props.values ?? []} />;
}

function Choices(props: ChoiceGroupProps & { type: "radio" | "checkbox"; values: readonly string[] }) {
  return (
    <fieldset
      class={props.error ? "field has-error" : "field"}
      aria-describedby={describedBy(props)}
      {...(props.type === "radio"
        ? { role: "radiogroup", "aria-required": props.required ? "true" : undefined }
        : {})}
    >
      <legend class={props.isLabelHidden ? "visually-hidden" : undefined}>
        {props.legend}
        <OptionalMark text={props.required ? undefined : props.optionalLabel} />
      </legend>
      <Hint name={props.name} hint={props.hint} />
      <FieldError name={props.name} error={props.error} />
      <div class={props.isInline ? "choices choices-inline" : "choices"}>
        {props.options.map((option, index) => (
          <Choice
            {...props}
            option={option}
            id={index === 0 ? fieldId(props.name) : fieldId(`${props.name}-${index + 1}`)}
          />
        ))}
      </div>
    </fieldset>
  );
}

function Choice(
  props: ChoiceGroupProps & { type: string; values: readonly string[]; option: Option; id: string },
) {
  const { option, id } = props;
  return (
    <div class="choice">
      <input
        type={props.type}
        id={id}
        name={props.name}
        value={option.value}
        checked={props.values.includes(option.value)}
        disabled={props.disabled || option.disabled}
        required={props.type === "radio" ? props.required : undefined}
        aria-describedby={option.hint ? `${id}-about` : undefined}
      />
      <label for={id}>{option.label}</label>
      {option.hint ? (
        <p class="hint" id={`${id}-about`}>
          {option.hint}
        </p>
      ) : null}
    </div>
  );
}
