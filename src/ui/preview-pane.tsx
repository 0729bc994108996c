import type { T } from "./i18n";

type PreviewPaneProps = {
  t: T;
  url: string;
  /** "Preview", unless told. */
  title?: string;
  hint?: string;
  /** What the frame may do; a mail may do nothing. */
  sandbox?: string;
};

/** The page or mail as others will see it, in a frame beside the form that changes it; with script, as a phone or a computer shows it. */
export function PreviewPane({ t, url, hint, ...props }: PreviewPaneProps) {
  const { title = t("actions.editor.previewTitle"), sandbox = "allow-scripts allow-same-origin" } = props;
  return (
    <aside class="split-aside editor-preview" data-preview>
      <div class="preview-bar">
        <h2>{title}</h2>
        <div class="button-row" data-preview-sizes hidden>
          <button class="button button-quiet" type="button" data-preview-size="phone" aria-pressed="true">
            {t("actions.editor.phone")}
          </button>
          <button class="button button-quiet" type="button" data-preview-size="wide" aria-pressed="false">
            {t("actions.editor.computer")}
          </button>
        </div>
      </div>
      <div class="preview-room">
        <iframe class="preview-frame" src={url} title={title} loading="lazy" sandbox={sandbox} />
      </div>
      {hint ? <p class="soft small">{hint}</p> : null}
    </aside>
  );
}
