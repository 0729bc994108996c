import type { Child } from "hono/jsx";
import { Icon, type IconName } from "./icon";

export type FlashKind = "good" | "info" | "warn" | "bad";
export type FlashMessage = { kind: FlashKind; text: string; undo?: { action: string; label: string } };

const icons: Record<FlashKind, IconName> = { good: "check", info: "info", warn: "warning", bad: "error" };

/** What just happened, once, above the page; with Undo where there is a way back. */
export function Flash({ flash }: { flash: FlashMessage }) {
  return (
    <div class={`flash flash-${flash.kind}`} role={flash.kind === "bad" ? "alert" : "status"}>
      <Icon name={icons[flash.kind]} />
      <p>{flash.text}</p>
      {flash.undo ? (
        <form method="post" action={flash.undo.action}>
          <button class="button button-quiet" type="submit">
            {flash.undo.label}
          </button>
        </form>
      ) : null}
    </div>
  );
}

/** A standing note in the page: a consequence, a limit, a state to know about. */
export function Notice({
  kind = "info",
  title,
  children,
}: {
  kind?: FlashKind;
  title?: string;
  children: Child;
}) {
  return (
    <div class={`flash flash-${kind}`}>
      <Icon name={icons[kind]} />
      <div>
        {title ? <p class="flash-title">{title}</p> : null}
        {children}
      </div>
    </div>
  );
}
