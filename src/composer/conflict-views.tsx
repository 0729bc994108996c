import type { Child } from "hono/jsx";
import { Notice } from "../ui/flash";
import { ButtonLink } from "../ui/form";
import type { T } from "../ui/i18n";
import { inForm } from "./body-form";

type Props = {
  t: T;
  title: string;
  /** What happened, and what can be done. */
  children: Child;
  /** What is another in what was saved, as it is called and as it can be read. */
  differing: readonly { label: string; words: string }[];
  take: { href: string; label: string };
  /** Where what was saved is shown as a mail. */
  previewHref: string;
};

/** What somebody else saved first, as far as it is another than what was typed, and the way to take it. */
export function Conflict({ t, title, children, differing, take, previewHref }: Props) {
  return (
    <Notice kind="warn" title={title}>
      <p>{children}</p>
      <dl class="versions">
        {differing.map(({ label, words }) => (
          <div>
            <dt>{label}</dt>
            <dd dir="auto">{words || t("composer.conflict.nothing")}</dd>
          </div>
        ))}
      </dl>
      <p class="cluster">
        <ButtonLink kind="secondary" href={take.href}>
          {take.label}
        </ButtonLink>
        <a href={previewHref} target="_blank" rel="noopener">
          {t("composer.conflict.look")}
        </a>
      </p>
    </Notice>
  );
}

/** A body as it can be read: what the editor keeps is for programs. */
export function readable(body: string, form: string | undefined): string {
  const isDocument = form === "visual" && body.trimStart().startsWith("{");
  return isDocument ? inForm(body, "visual", "markdown") : body;
}
