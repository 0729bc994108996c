import { fieldId } from "./form";
import type { T } from "./i18n";
import { Icon } from "./icon";

/** A text to take elsewhere. The button works with `public/js/copy.js`; without it the text can be selected. */
export function CopyField({ t, name, label, value }: { t: T; name: string; label: string; value: string }) {
  const id = fieldId(name);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="copy-field">
        <input class="input" id={id} type="text" value={value} readonly />
        <CopyButton t={t} text={value} />
      </div>
    </div>
  );
}

/** Copies `text`; stays hidden until its script runs. */
export function CopyButton({ t, text, label }: { t: T; text: string; label?: string }) {
  return (
    <button
      class="button button-secondary"
      type="button"
      data-copy={text}
      data-copied={t("common.copy.copied")}
      hidden
    >
      <Icon name="copy" />
      <span data-copy-words aria-live="polite">
        {label ?? t("common.copy.copy")}
      </span>
    </button>
  );
}

/** Where `public/js/autosave.js` says how saving goes; put it inside the form that has `data={{ autosave: path }}`. */
export function AutosaveState({ t }: { t: T }) {
  return (
    <p
      class="soft small"
      role="status"
      data-autosave-state
      data-saving={t("common.autosave.saving")}
      data-saved={t("common.autosave.saved")}
      data-failed={t("common.autosave.failed")}
    />
  );
}
