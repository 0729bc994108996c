import type { Child } from "hono/jsx";

export type Tone = "good" | "warn" | "bad" | "neutral" | "accent";

/** A state in words; the colour only repeats what the words say. */
export function Status({ tone = "neutral", children }: { tone?: Tone; children: Child }) {
  return <span class={`status status-${tone}`}>{children}</span>;
}
