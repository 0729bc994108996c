import type { Child } from "hono/jsx";

type ProgressProps = {
  value: number;
  max: number;
  /** What is counted, for screen readers: "Signatures". */
  label: string;
  /** The words under the bar: "12,409 of 15,000". Never leave the bar to speak alone. */
  children: Child;
};

/** How far it is, as a bar and in words. */
export function Progress({ value, max, label, children }: ProgressProps) {
  const shown = Math.max(0, Math.min(value, max));
  return (
    <div class="progress">
      <progress value={shown} max={Math.max(1, max)} aria-label={label} />
      <p class="progress-words">{children}</p>
    </div>
  );
}
