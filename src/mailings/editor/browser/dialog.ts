import { element, type Say } from "./setup";

export type DialogField = {
  name: string;
  label: string;
  type: "text" | "url" | "number" | "select";
  options?: readonly { value: string; label: string }[];
  isNeeded?: boolean;
  /** What is wrong with a value, in words; "" for nothing. */
  check?: (value: string) => string;
};

/**
 * Asks for some values in a dialog of its own, outside of the form the editor is in.
 * @returns null when somebody thought better of it
 */
export function ask(
  say: Say,
  title: string,
  fields: readonly DialogField[],
  values: Readonly<Record<string, string>>,
): Promise<Record<string, string> | null> {
  const before = document.activeElement;
  const inputs = new Map(fields.map((field) => [field.name, inputOf(field, values[field.name] ?? "")]));
  const rows = fields.map((field, index) => {
    const input = inputs.get(field.name) ?? "";
    if (input instanceof HTMLElement) input.id = `mail-editor-${index}`;
    return element(
      "p",
      { class: "mail-editor-row" },
      element("label", { for: `mail-editor-${index}` }, field.label),
      input,
    );
  });
  const dialog = element("dialog", { class: "mail-editor-dialog", "aria-labelledby": "mail-editor-title" });
  return new Promise((resolve) => {
    const end = (answer: Record<string, string> | null) => {
      dialog.close();
      dialog.remove();
      if (before instanceof HTMLElement) before.focus();
      resolve(answer);
    };
    const form = element(
      "form",
      {
        method: "dialog",
        submit: (event) => {
          event.preventDefault();
          const bad = fields.filter((field) => !isFine(field, inputs.get(field.name)));
          if (bad.length > 0) form.reportValidity();
          else end(Object.fromEntries([...inputs].map(([name, input]) => [name, input.value.trim()])));
        },
      },
      element("h2", { id: "mail-editor-title" }, title),
      ...rows,
      element(
        "p",
        { class: "mail-editor-buttons" },
        element("button", { type: "submit", class: "mail-editor-apply" }, say("apply")),
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

type Input = HTMLInputElement | HTMLSelectElement;

function inputOf(field: DialogField, value: string): Input {
  if (field.type === "select") {
    const options = (field.options ?? []).map((option) =>
      element("option", { value: option.value, selected: option.value === value }, option.label),
    );
    return element("select", { name: field.name }, ...options);
  }
  const input = element("input", {
    name: field.name,
    type: field.type === "number" ? "number" : "text",
    ...(field.type === "url" ? { inputmode: "url", autocapitalize: "off", spellcheck: "false" } : {}),
    required: field.isNeeded ?? false,
  });
  input.value = value;
  input.addEventListener("input", () => input.setCustomValidity(""));
  return input;
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
