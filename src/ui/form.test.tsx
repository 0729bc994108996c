import { expect, test } from "vitest";
import {
  CheckboxGroup,
  ErrorSummary,
  Form,
  fieldId,
  Honeypot,
  RadioGroup,
  SelectField,
  TextArea,
  TextField,
} from "./form";
import { translator } from "./i18n";

const t = translator("en");
const html = (node: unknown) => String(node);

test("a field is tied to its label, hint and error", () => {
  const page = html(
    <TextField name="email" label="Email" hint="Where we answer" error="Write an address" required />,
  );
  expect(page).toContain('<label for="f-email">Email</label>');
  expect(page).toContain('aria-describedby="f-email-hint f-email-error"');
  expect(page).toContain('<p class="hint" id="f-email-hint">Where we answer</p>');
  expect(page).toMatch(/<p class="field-error" id="f-email-error">.*Write an address<\/p>/);
  expect(page).toContain('aria-invalid="true"');
});

test("a field in order claims nothing", () => {
  const page = html(<TextField name="email" label="Email" />);
  expect(page).not.toMatch(/aria-|error|required|hint/);
});

test("what was typed comes back as text, whatever it was", () => {
  const typed = `"><script>alert(1)</script>`;
  for (const page of [
    html(<TextField name="a" label="A" value={typed} error={typed} hint={typed} />),
    html(<TextArea name="a" label="A" value={typed} />),
    html(<SelectField name="a" label="A" options={[{ value: typed, label: typed }]} />),
  ]) {
    expect(page).toContain("&lt;script&gt;");
    expect(page).not.toContain("<script>");
  }
});

test("only a field that may stay empty says so", () => {
  expect(html(<TextField name="a" label="A" optionalLabel="(optional)" />)).toContain("(optional)");
  expect(html(<TextField name="a" label="A" optionalLabel="(optional)" required />)).not.toContain(
    "(optional)",
  );
});

test("every problem in the summary leads to an element that exists", () => {
  const errors = { "targets.0.name": "Name a target", consent: "Choose yes or no", tags: "Choose a tag" };
  const options = [
    { value: "yes", label: "Yes" },
    { value: "no", label: "No" },
  ];
  const page = html(
    <Form>
      <ErrorSummary t={t} errors={errors} />
      <TextField name="targets.0.name" label="Target" />
      <RadioGroup name="consent" legend="Mail?" options={options} />
      <CheckboxGroup name="tags" legend="Tags" options={options} />
    </Form>,
  );
  const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  expect(targets).toHaveLength(3);
  for (const id of targets) expect(page).toContain(`id="${id}"`);
  expect(page).toContain("There are 3 problems");
});

test("without a problem there is no summary", () => {
  expect(html(<ErrorSummary t={t} errors={{}} />)).toBe("");
});

test("every choice of a group has an id of its own, and the chosen ones are checked", () => {
  const options = ["a", "b", "c"].map((value) => ({ value, label: value }));
  const page = html(<CheckboxGroup name="tags" legend="Tags" options={options} values={["a", "c"]} />);
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(3);
  expect([...page.matchAll(/value="(\w)" checked/g)].map(([, value]) => value)).toEqual(["a", "c"]);
});

test("ids hold only what a link can point at", () => {
  expect(fieldId("questions.0.label")).toBe("f-questions-0-label");
  expect(fieldId('a "b" <c>')).toMatch(/^[\w-]+$/);
});

test("the trap is out of reach of keyboards, screen readers and browsers that fill forms in", () => {
  const page = html(<Honeypot t={t} />);
  expect(page).toMatch(/^<div class="honeypot" aria-hidden="true">/);
  expect(page).toContain('tabindex="-1"');
  expect(page).toContain('autocomplete="off"');
});

test("words for checking spelling are written out, since the bare attribute would mean yes", () => {
  expect(html(<TextField name="slug" label="Address" spellcheck={false} />)).toContain('spellcheck="false"');
});
