import { Liquid } from "liquidjs";
import type { Group } from "../../groups/types";
import { isFact, mayBeBlank } from "../../merging/fact";
import { actionOfField, TARGET_ACTIONS_MAX } from "../../merging/targets";
import type { FactName } from "../../merging/types";
import { copyAddresses } from "./links";
import { type LiquidKind, parseLiquid } from "./liquid";
import type { Build, NeededFields } from "./types";

/** Merge fields of a person and the columns each is read from: it is blank where all of them are. */
export const personFields = {
  first_name: ["given_name"],
  preferred_name: ["preferred_name", "given_name"],
  last_name: ["family_name"],
  full_name: ["given_name", "family_name"],
  email: ["email"],
  phone: ["phone"],
  street: ["street"],
  city: ["locality"],
  region: ["region"],
  postal_code: ["postal_code"],
  country: ["country"],
  language: ["language"],
} as const;
export type PersonField = keyof typeof personFields;

export function isPersonField(name: string): name is PersonField {
  return Object.hasOwn(personFields, name);
}

const groupFields = ["name", "address", "website", "sign_off"] as const;
const mailingFields = ["subject"] as const;

/** What a mail may say of its group. A sign-off that is empty is left out, so that `default` and `{% if %}` work. */
export function groupScope(group: Group, signOff: string): Record<string, unknown> {
  const scope = { name: group.name, address: group.postalAddress, website: group.settings.website };
  return signOff === "" ? scope : { ...scope, sign_off: signOff };
}

const SIGN_OFF = /\bgroup\s*(?:\.\s*sign_off\b|\[\s*["']sign_off["']\s*\])/;

/** Whether some words say how the group's mails end. */
export function namesSignOff(words: string): boolean {
  return SIGN_OFF.test(words);
}

export type UsedFields = {
  person: Set<PersonField>;
  custom: Set<string>;
  tags: boolean;
  /** Columns of the mailing's merge file. */
  merge: Set<string>;
  facts: Set<FactName>;
  /** Actions whose targets are named. */
  targets: Set<number>;
  unknown: Set<string>;
};

const analyst = new Liquid({ templates: {} });

/**
 * What a template asks for.
 * @throws RenderError when it cannot be read
 */
export function usedFields(source: string, kind: LiquidKind): UsedFields {
  const used: UsedFields = {
    ...{ person: new Set(), custom: new Set(), tags: false, unknown: new Set() },
    ...{ merge: new Set(), facts: new Set(), targets: new Set() },
  };
  for (const segments of analyst.globalVariableSegmentsSync(parseLiquid(source, kind))) {
    const [name = "", property, ...more] = segments.map(String);
    const action = name === "targets" ? actionOfField(property ?? "") : null;
    if (name === "mail_key" && property === undefined) continue;
    else if (isPersonField(name) && (property === undefined || isMeasure(property))) used.person.add(name);
    else if (name === "fields" && property !== undefined && (more.length === 0 || isMeasure(more[0])))
      used.custom.add(property);
    else if (name === "merge" && property !== undefined && (more.length === 0 || isMeasure(more[0])))
      used.merge.add(property);
    else if (name === "facts" && property && isFact(property) && (more.length === 0 || isMeasure(more[0])))
      used.facts.add(property);
    else if (action !== null && (more.length === 0 || isMeasure(more[0]))) used.targets.add(action);
    else if (name === "tags" && (property === undefined || isMeasure(property) || /^\d+$/.test(property)))
      used.tags = true;
    else if (!isConstant(name, property))
      used.unknown.add([name, property, ...more].filter(Boolean).join("."));
  }
  return used;
}

function isMeasure(property: string | undefined): boolean {
  return property === "size" || property === "first" || property === "last";
}

function isConstant(name: string, property: string | undefined): boolean {
  if (name === "group") return groupFields.some((each) => each === property);
  if (name === "mailing") return mailingFields.some((each) => each === property);
  return property === undefined && Object.hasOwn(copyAddresses, name);
}

/** The templates of one version that are filled in for each person. */
export function sourcesOf({
  fromName,
  subject,
  html,
  plain,
  amp,
}: Build): { source: string; kind: LiquidKind }[] {
  return [
    { source: fromName, kind: "text" },
    { source: subject, kind: "text" },
    { source: html, kind: "html" },
    { source: plain, kind: "text" },
    ...(amp ? [{ source: amp, kind: "html" as const }] : []),
  ];
}

/** What several templates of a mailing ask for together. */
export function neededBy(
  sources: readonly { source: string; kind: LiquidKind }[],
  mailingNo = 0,
): NeededFields {
  const all = sources.map(({ source, kind }) => usedFields(source, kind));
  const together = <Name extends string>(of: (used: UsedFields) => ReadonlySet<Name>): Name[] =>
    [...new Set(all.flatMap((used) => [...of(used)]))].toSorted();
  const columns = together(({ merge }) => merge);
  const facts = together((used) => used.facts);
  const targets = [...new Set(all.flatMap((used) => [...used.targets]))].toSorted((a, b) => a - b);
  return {
    ...{ person: together(({ person }) => person), custom: together(({ custom }) => custom) },
    tags: all.some(({ tags }) => tags),
    ...(columns.length > 0 ? { merge: { mailingNo, columns } } : {}),
    ...(facts.length > 0 ? { facts } : {}),
    // A mail that names more is not sent (`targets_over`).
    ...(targets.length > 0 ? { targets: targets.slice(0, TARGET_ACTIONS_MAX) } : {}),
  };
}

/** Whether a field is written in one of some templates, and not only asked about by a condition. */
export function isWritten(sources: readonly string[], field: string): boolean {
  const output = new RegExp(`\\{\\{-?\\s*${field.replaceAll(".", "\\.")}\\b`);
  return sources.some((source) => output.test(source));
}

/** The merge fields a source writes without saying what stands there when they are blank. */
export function fieldsWithoutFallback(source: string): string[] {
  const names = [...source.matchAll(/\{\{-?\s*([a-z_]\w*(?:\.\w+)?)\s*([^}]*)\}\}/g)]
    .filter(([, name = "", rest = ""]) => {
      const isPersonal =
        (isPersonField(name) && name !== "email") ||
        /^(?:fields|merge|targets)\./.test(name) ||
        isFactThatLacks(name);
      return isPersonal && !/\|\s*default\b/.test(rest);
    })
    .map(([, name = ""]) => name);
  return [...new Set(names)];
}

function isFactThatLacks(name: string): boolean {
  const fact = /^facts\.(\w+)$/.exec(name)?.[1] ?? "";
  return isFact(fact) && mayBeBlank(fact);
}
