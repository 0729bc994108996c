import type { Child } from "hono/jsx";
import { Icon, type IconName } from "./icon";

/** A thing among its like: one action, one group, one choice. Lay several out in `<Cards>`. */
export function Card({ children, id }: { children: Child; id?: string }) {
  return (
    <div class="card" id={id}>
      {children}
    </div>
  );
}

/** Cards side by side, as many as fit. */
export function Cards({ children }: { children: Child }) {
  return <div class="cards">{children}</div>;
}

/** Numbers that answer a question, in a row. At most four. */
export function Stats({ stats }: { stats: readonly { label: string; value: Child; note?: Child }[] }) {
  return (
    <dl class="stats">
      {stats.map(({ label, value, note }) => (
        <div class="stat">
          <dt class="stat-label">{label}</dt>
          <dd class="stat-value">{value}</dd>
          {note ? <dd class="stat-label">{note}</dd> : null}
        </div>
      ))}
    </dl>
  );
}

/** What is known about one thing, name by value. */
export function Facts({ facts }: { facts: readonly { name: string; value: Child }[] }) {
  return (
    <dl class="facts">
      {facts.map(({ name, value }) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

type Verb = { href: string; icon: IconName; title: string; text: string };

/** The big things one can start, the likeliest first. */
export function Verbs({ verbs }: { verbs: readonly Verb[] }) {
  return (
    <div class="verbs">
      {verbs.map(({ href, icon, title, text }, index) => (
        <a class={index === 0 ? "verb verb-main" : "verb"} href={href}>
          <Icon name={icon} />
          <span class="verb-title">{title}</span>
          <span class="verb-text">{text}</span>
        </a>
      ))}
    </div>
  );
}

/** What few people need, folded away under words that say what it is. */
export function Disclosure({
  summary,
  isOpen,
  children,
}: {
  summary: Child;
  isOpen?: boolean;
  children: Child;
}) {
  return (
    <details class="disclosure" open={isOpen}>
      <summary>{summary}</summary>
      {children}
    </details>
  );
}
