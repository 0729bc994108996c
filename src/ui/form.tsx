import type { Child } from "hono/jsx";
import type { Option } from "./choice";
import { attributesOf, dataAttributes, Field, type FieldProps, fieldId } from "./field";
import type { T } from "./i18n";

export { ButtonLink, ButtonRow, SubmitButton } from "./button";
export { CheckboxField, CheckboxGroup, type Option, RadioGroup } from "./choice";
export { fieldId } from "./field";

/** What is wrong with each field, by the field's name, in words that say what to do. */
export type FieldErrors = Record<string, string>;

type FormProps = {
  action?: string;
  method?: "post" | "get";
  enctype?: "multipart/form-data";
  id?: string;
  class?: string;
  label?: string;
  /** Names of behaviours in `public/js`, written as data attributes: `{ autosave: "/path" }`. */
  data?: Record<string, string>;
  children: Child;
};

/** A form that leaves checking to the server, so that every browser shows the same errors in our words. */
export function Form({
  action,
  method = "post",
  enctype,
  id,
  class: className,
  label,
  data,
  children,
}: FormProps) {
  return (
    <form
      action={action}
      method={method}
      enctype={enctype}
      id={id}
      class={className ?? "form"}
      aria-label={label}
      accept-charset="utf-8"
      novalidate
      {...dataAttributes(data)}
    >
      {children}
    </form>
  );
}

/** Every problem of a refused form in one box, each a link to its field. Renders nothing when there is none. */
export function ErrorSummary({ t, errors }: { t: T; errors: FieldErrors }) {
  const problems = Object.entries(errors);
  if (problems.length === 0) return null;
  return (
    // Focused, so that a refused form opens at what is wrong with it, for the eye and for screen readers.
    <div
      autofocus
      class="error-summary"
      role="alert"
      tabindex={-1}
      id="error-summary"
      aria-labelledby="error-summary-title"
    >
      <h2 id="error-summary-title">{t("common.form.problems", { count: problems.length })}</h2>
      <ul>
        {problems.map(([name, words]) => (
          <li>
            <a href={`#${fieldId(name)}`}>{words}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Written as a word: the attribute's presence alone would mean yes. */
function spellcheck(isOn: boolean | undefined): Record<string, string> {
  return isOn === undefined ? {} : { spellcheck: String(isOn) };
}

type TextFieldProps = FieldProps & {
  value?: string | number;
  type?:
    | "text"
    | "email"
    | "tel"
    | "url"
    | "number"
    | "search"
    | "date"
    | "time"
    | "datetime-local"
    | "password";
  autocomplete?: string;
  inputmode?: "text" | "email" | "tel" | "url" | "numeric" | "decimal" | "search" | "none";
  maxlength?: number;
  min?: string | number;
  max?: string | number;
  step?: string | number;
  autofocus?: boolean;
  spellcheck?: boolean;
  autocapitalize?: "none" | "words" | "sentences" | "characters";
  /** How many characters the answer usually has; the box shows it. */
  width?: "short" | "medium" | "full";
  /** Text fixed before or after the box, such as a domain or a currency. */
  prefix?: string;
  suffix?: string;
  data?: Record<string, string>;
};

/** One line of text: a name, an address, a number, a date. */
export function TextField(props: TextFieldProps) {
  const input = (
    <input
      {...attributesOf(props)}
      class={`input input-${props.width ?? "full"}`}
      type={props.type ?? "text"}
      value={props.value === undefined ? undefined : String(props.value)}
      autocomplete={props.autocomplete}
      inputmode={props.inputmode}
      maxlength={props.maxlength}
      min={props.min}
      max={props.max}
      step={props.step}
      autofocus={props.autofocus}
      {...spellcheck(props.spellcheck)}
      autocapitalize={props.autocapitalize}
      {...dataAttributes(props.data)}
    />
  );
  return (
    <Field {...props}>{props.prefix || props.suffix ? <Affixed {...props}>{input}</Affixed> : input}</Field>
  );
}

// A currency or an @ stays beside its box on a phone; a web address goes above it.
const SHORT_AFFIX_MAX = 6;

function Affixed({ prefix, suffix, children }: { prefix?: string; suffix?: string; children: Child }) {
  return (
    <span class={(prefix ?? "").length > SHORT_AFFIX_MAX ? "affixed affixed-long" : "affixed"}>
      {prefix ? <span class="affix">{prefix}</span> : null}
      {children}
      {suffix ? <span class="affix">{suffix}</span> : null}
    </span>
  );
}

type TextAreaProps = FieldProps & {
  value?: string;
  rows?: number;
  maxlength?: number;
  autocomplete?: string;
  spellcheck?: boolean;
  data?: Record<string, string>;
};

/** Several lines of text. It grows with what is written where the browser can. */
export function TextArea(props: TextAreaProps) {
  return (
    <Field {...props}>
      <textarea
        {...attributesOf(props)}
        class="input"
        rows={props.rows ?? 4}
        maxlength={props.maxlength}
        autocomplete={props.autocomplete}
        {...spellcheck(props.spellcheck)}
        {...dataAttributes(props.data)}
      >
        {props.value ?? ""}
      </textarea>
    </Field>
  );
}

type SelectFieldProps = FieldProps & {
  value?: string;
  options: readonly Option[];
  autocomplete?: string;
  blank?: string;
};

/** One of many. For six or fewer choices prefer `RadioGroup`. `blank` is the words of an empty first choice. */
export function SelectField(props: SelectFieldProps) {
  return (
    <Field {...props}>
      <select {...attributesOf(props)} class="input" autocomplete={props.autocomplete}>
        {props.blank === undefined ? null : <option value="">{props.blank}</option>}
        {props.options.map((option) => (
          <option value={option.value} selected={option.value === props.value} disabled={option.disabled}>
            {option.label}
          </option>
        ))}
      </select>
    </Field>
  );
}

/** A file to upload; the form needs `enctype="multipart/form-data"`. */
export function FileField(props: FieldProps & { accept?: string; data?: Record<string, string> }) {
  return (
    <Field {...props}>
      <input
        {...attributesOf(props)}
        class="input"
        type="file"
        accept={props.accept}
        {...dataAttributes(props.data)}
      />
    </Field>
  );
}

/** A value the form carries and nobody sees. */
export function HiddenField({ name, value }: { name: string; value: string }) {
  return <input type="hidden" name={name} value={value} />;
}

/** A field no person sees or reaches: whoever fills it in is a machine. */
export function Honeypot({ t, name = "website" }: { t: T; name?: string }) {
  return (
    <div class="honeypot" aria-hidden="true">
      <label for={fieldId(name)}>{t("common.form.honeypot")}</label>
      <input id={fieldId(name)} name={name} type="text" tabindex={-1} autocomplete="off" />
    </div>
  );
}
