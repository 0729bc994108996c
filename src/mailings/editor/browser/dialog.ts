import { element, type Say } from "./setup";

export type DialogField = {
  name: string;
  label: string;
  type: "text" | "url" | "number" | "select";
  options?: readonly Option[];
  isNeeded?: boolean;
  /** What is wrong with a value, in words; "" for nothing. */
  check?: (value: string) => string;
};
export type Option = { value: string; label: string };
export type Input = HTMLInputElement | HTMLSelectElement;

/**
 * A dialog of its own, outside of the form the editor is in.
 * @param read gives the answer, or null when something is wrong, which the fields say
 * @returns null when somebody thought better of it
 */
export function openDialog<Answer>(
  say: Say,
  title: string,
  rows: readonly HTMLElement[],
  read: () => Answer | null | Promise<Answer | null>,
): Promise<Answer | null> {
  const before = document.activeElement;
  const dialog = element("dialog", { class: "mail-editor-dialog", "aria-labelledby": "mail-editor-title" });
  const apply = element("button", { type: "submit", class: "mail-editor-apply" }, say("apply"));
  return new Promise((resolve) => {
    const end = (answer: Answer | null) => {
      dialog.close();
      dialog.remove();
      if (before instanceof HTMLElement) before.focus();
      resolve(answer);
    };
    const submit = async (event: Event) => {
      event.preventDefault();
      if (apply.ariaDisabled === "true") return;
      apply.ariaDisabled = "true";
      const answer = await read();
      apply.ariaDisabled = "false";
      if (answer === null) form.reportValidity();
      else if (dialog.open) end(answer);
    };
    const form = element(
      "form",
      { method: "dialog", novalidate: true, submit: (event) => void submit(event) },
      element("h2", { id: "mail-editor-title" }, title),
      ...rows,
      element(
        "p",
        { class: "mail-editor-buttons" },
        apply,
        element("button", { type: "button", click: () => end(null) }, say("cancel")),
      ),
    );
    dialog.append(form);
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      end(null);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Asks for some values. */
export function ask(
  say: Say,
  title: string,
  fields: readonly DialogField[],
  values: Readonly<Record<string, string>>,
): Promise<Record<string, string> | null> {
  const inputs = new Map(fields.map((field) => [field.name, inputOf(field, values[field.name] ?? "")]));
  const rows = fields.map(({ name, label }) => rowOf(label, inputs.get(name) ?? element("input")));
  return openDialog(say, title, rows, () => {
    const bad = fields.filter((field) => !isFine(field, inputs.get(field.name)));
    if (bad.length > 0) return null;
    return Object.fromEntries([...inputs].map(([name, input]) => [name, input.value.trim()]));
  });
}

let rowsMade = 0;

/** A field below what it is called. */
export function rowOf(label: string, input: Input): HTMLElement {
  rowsMade += 1;
  input.id = `mail-editor-${rowsMade}`;
  return element("p", { class: "mail-editor-row" }, element("label", { for: input.id }, label), input);
}

export function inputOf({ name, type, options = [], isNeeded }: DialogField, value: string): Input {
  if (type === "select") return selectOf(name, options, value);
  const input = element("input", {
    name,
    type: type === "number" ? "number" : "text",
    ...(type === "url" ? { inputmode: "url", autocapitalize: "off", spellcheck: "false" } : {}),
    required: isNeeded ?? false,
  });
  input.value = value;
  input.addEventListener("input", () => input.setCustomValidity(""));
  return input;
}

export function selectOf(name: string, options: readonly Option[], chosen: string): HTMLSelectElement {
  const made = options.map(({ value, label }) =>
    element("option", { value, selected: value === chosen }, label),
  );
  return element("select", { name }, ...made);
}

function isFine({ check }: DialogField, input: Input | undefined): boolean {
  if (!input) return true;
  input.setCustomValidity(check?.(input.value.trim()) ?? "");
  return input.checkValidity();
}

/** The web, mail and telephone; a merge field may stand for an address of the mail itself. */
export function isAddress(text: string): boolean {
  return /^(?:https?:\/\/[^/\s]|mailto:|tel:|sms:|#|\/[^/]|\{\{)/i.test(text);
}
