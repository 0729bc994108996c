import type { Child } from "hono/jsx";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { type FormValues, single } from "../platform/forms";
import { Disclosure } from "../ui/card";
import { CheckboxField, HiddenField } from "../ui/form";
import type { Locale, T } from "../ui/i18n";
import type { Action, Kind } from "./types";

export type EditorFields = {
  t: T;
  ctx: Context;
  group: Group;
  locale: Locale;
  kind: Kind;
  action: Action;
  values: FormValues;
  errors: Record<string, string>;
  /** Where the action's address begins: "https://group.example/petitions/". */
  addressStart: string;
  /** Other published actions, which people may be led on to. */
  others: readonly { id: string; title: string }[];
  /** The picture as it is served, or null. */
  imageUrl: string | null;
};

type PartProps = {
  summary: string;
  state?: string;
  fields: readonly string[];
  errors: Record<string, string>;
  isOpen?: boolean;
  children: Child;
};

/** A part of the editor, folded until it is wanted or something in it is wrong. */
export function Part({ summary, state, fields, errors, isOpen = false, children }: PartProps) {
  const isWrong = Object.keys(errors).some((name) =>
    fields.some((field) => name === field || name.startsWith(`${field}.`)),
  );
  const words = (
    <span class="part-words">
      {summary}
      {state ? <span class="part-state">{state}</span> : null}
    </span>
  );
  return (
    <Disclosure summary={words} isOpen={isOpen || isWrong}>
      <div class="form">{children}</div>
    </Disclosure>
  );
}

const ticks = [
  "showCount",
  "showRecent",
  "comments.isAsked",
  "comments.isModerated",
  "autoresponse.isOn",
] as const;

/** Names the boxes of the editor, so that one left empty is told from one that was not there. */
export function TicksShown() {
  return <HiddenField name="ticks" value={ticks.join(" ")} />;
}

export function Tick({
  name,
  label,
  hint,
  values,
}: {
  name: (typeof ticks)[number];
  label: string;
  hint?: string;
  values: FormValues;
}) {
  return <CheckboxField name={name} label={label} hint={hint} checked={single(values, name) !== ""} />;
}
