import type { Child } from "hono/jsx";
import { Icon } from "./icon";

/** The element id of a field: what a label, an error and a link of the summary point at. */
export function fieldId(name: string): string {
  return `f-${name.replace(/[^A-Za-z0-9_-]+/g, "-")}`;
}

/** Data attributes by their names without `data-`. */
export function dataAttributes(data: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [`data-${name}`, value]));
}

/** What every field is given. */
export type FieldProps = {
  name: string;
  label: Child;
  hint?: Child;
  error?: string;
  required?: boolean;
  /** The words after the label of a field that may stay empty, such as "(optional)". */
  optionalLabel?: string;
  disabled?: boolean;
  /** Shows the label to screen readers only; for a lone field whose heading or button says what it is. */
  isLabelHidden?: boolean;
};

/** The ids of the hint and the error, for `aria-describedby`. */
export function describedBy({
  name,
  hint,
  error,
}: Pick<FieldProps, "name" | "hint" | "error">): string | undefined {
  const id = fieldId(name);
  const ids = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter((part) => part !== "");
  return ids.length > 0 ? ids.join(" ") : undefined;
}

/** What every input element carries. */
export function attributesOf(props: FieldProps) {
  return {
    id: fieldId(props.name),
    name: props.name,
    required: props.required,
    disabled: props.disabled,
    "aria-describedby": describedBy(props),
    "aria-invalid": props.error ? "true" : undefined,
  };
}

/** "(optional)" after a label. */
export function OptionalMark({ text }: { text?: string | undefined }) {
  return text ? <span class="optional"> {text}</span> : null;
}

/** What helps to answer, before the answer. */
export function Hint({ name, hint }: Pick<FieldProps, "name" | "hint">) {
  return hint ? (
    <p class="hint" id={`${fieldId(name)}-hint`}>
      {hint}
    </p>
  ) : null;
}

/** What is wrong, beside the field. */
export function FieldError({ name, error }: Pick<FieldProps, "name" | "error">) {
  return error ? (
    <p class="field-error" id={`${fieldId(name)}-error`}>
      <Icon name="error" />
      {error}
    </p>
  ) : null;
}

/** A label, its hint, its error and one input. */
export function Field(props: FieldProps & { children: Child }) {
  return (
    <div class={props.error ? "field has-error" : "field"}>
      <label for={fieldId(props.name)} class={props.isLabelHidden ? "visually-hidden" : undefined}>
        {props.label}
        <OptionalMark text={props.required ? undefined : props.optionalLabel} />
      </label>
      <Hint name={props.name} hint={props.hint} />
      <FieldError name={props.name} error={props.error} />
      {props.children}
    </div>
  );
}
