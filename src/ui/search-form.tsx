import type { Child } from "hono/jsx";
import { Form, SubmitButton, TextField } from "./form";
import type { T } from "./i18n";
import { Icon } from "./icon";

type Props = {
  t: T;
  action: string;
  /** What the form is called, its field, and what one may type there. */
  label: string;
  field: string;
  hint: string;
  text: string;
  max: number;
  /** The element that shows what is found; `search.js` fills it while one types. */
  foundId: string;
  /** What is found now. */
  children: Child;
};

/** One field that searches as one types, or by its button, and what it finds. The page needs the script `search`. */
export function SearchForm({ t, action, label, field, hint, text, max, foundId, children }: Props) {
  return (
    <>
      <Form class="filter" method="get" action={action} label={label} data={{ search: foundId }}>
        <TextField
          name="q"
          type="search"
          label={field}
          hint={hint}
          value={text}
          maxlength={max}
          autocomplete="off"
          spellcheck={false}
        />
        <SubmitButton kind="secondary">
          <Icon name="search" />
          {t("common.form.search")}
        </SubmitButton>
      </Form>
      <div id={foundId} class="found">
        {children}
      </div>
    </>
  );
}
