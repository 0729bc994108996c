import type { Child } from "hono/jsx";

type SubmitButtonProps = {
  children: Child;
  kind?: "primary" | "secondary" | "danger" | "quiet";
  name?: string;
  value?: string;
  formaction?: string;
  isWide?: boolean;
  /** Words that `public/js/confirm.js` asks before sending; only for what cannot be undone. */
  confirm?: string;
  disabled?: boolean;
};

/** The button that does it; its words name the act. */
export function SubmitButton(props: SubmitButtonProps) {
  return (
    <button
      type="submit"
      class={buttonClass(props.kind, props.isWide)}
      name={props.name}
      value={props.value}
      formaction={props.formaction}
      disabled={props.disabled}
      data-confirm={props.confirm}
    >
      {props.children}
    </button>
  );
}

/** A link that looks like a button, for the one next step that is a page and not an act. */
export function ButtonLink(props: {
  href: string;
  children: Child;
  kind?: SubmitButtonProps["kind"];
  isWide?: boolean;
}) {
  return (
    <a class={buttonClass(props.kind, props.isWide)} href={props.href}>
      {props.children}
    </a>
  );
}

function buttonClass(kind: SubmitButtonProps["kind"] = "primary", isWide = false): string {
  return `button button-${kind}${isWide ? " button-wide" : ""}`;
}

/** Buttons in a row, the main one first. `isSticky` keeps them in reach at the foot of a long editor. */
export function ButtonRow({ children, isSticky }: { children: Child; isSticky?: boolean }) {
  return <div class={isSticky ? "button-row button-row-sticky" : "button-row"}>{children}</div>;
}
