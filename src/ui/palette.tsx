import type { T } from "./i18n";

const FOUND_ID = "palette-found";

/**
 * What "/" and Ctrl or ⌘ K open on every page of a group: a field, and below it where one can go and what is found. Without script
 * the link in the top bar leads to the same search as a page. A key alone can be switched off (WCAG 2.1.4).
 */
export function Palette({ t, slug }: { t: T; slug: string }) {
  return (
    <dialog class="palette" id="palette" aria-label={t("common.palette.label")}>
      <form method="get" action={`/groups/${slug}/search`} data-search={FOUND_ID}>
        <label class="visually-hidden" for="palette-q">
          {t("common.palette.label")}
        </label>
        <input
          class="input input-full"
          id="palette-q"
          name="q"
          type="search"
          maxlength={100}
          autocomplete="off"
          spellcheck={false}
          placeholder={t("common.palette.hint")}
        />
      </form>
      <div id={FOUND_ID} class="found" />
      <div class="palette-foot">
        <label>
          <input type="checkbox" data-slash checked /> {t("common.palette.slash")}
        </label>
        <form method="dialog">
          <button type="submit" class="button button-quiet">
            {t("common.palette.close")}
          </button>
        </form>
      </div>
    </dialog>
  );
}
