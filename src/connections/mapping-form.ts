import type { Action, Kind } from "../actions/types";
import type { CustomField } from "../people/custom-field";
import { tagNames } from "../people/tag";
import { cleanText } from "../platform/clean-text";
import { type FormValues, single } from "../platform/forms";
import type { Key } from "../ui/i18n";
import { parsePath } from "./payload-path";
import { takesHooks } from "./receive";
import { type Mapping, mappedFields, mapping, TAGS_MAX, WORDING_MAX, YES_MAX } from "./types";

/** What there is to map to. */
export type Targets = { fields: readonly CustomField[]; actions: readonly Action[]; kinds: readonly Kind[] };

export const customName = (no: number) => `custom.${no}`;
export const questionName = (key: string) => `question.${key}`;

/** The actions a form elsewhere can take. */
export function mappableActions({ actions, kinds }: Omit<Targets, "fields">): Action[] {
  return actions.filter((action) => {
    const kind = kinds.find(({ name }) => name === action.kind);
    return action.status === "published" && kind !== undefined && takesHooks(kind);
  });
}

/** Reads the form a mapping is made with; what is wrong with it by field. */
export function readMapping(
  values: FormValues,
  targets: Targets,
): { mapping: Mapping; problems: Record<string, Key> } {
  const problems: Record<string, Key> = {};
  const path = (name: string): string => {
    const text = single(values, name).trim();
    if (text !== "" && !parsePath(text)) problems[name] = "connections.problems.path";
    return text;
  };
  const actionId = single(values, "action");
  const action = mappableActions(targets).find(({ id }) => id === actionId);
  if (actionId !== "" && !action) problems.action = "connections.problems.action";
  const wording = cleanText(single(values, "wording"));
  const consentPath = path("consent");
  if (consentPath !== "" && wording === "") problems.wording = "connections.problems.wording";
  if (wording.length > WORDING_MAX) problems.wording = "connections.problems.wordingLong";
  const tags = tagNames(single(values, "tags"));
  if (tags.length > TAGS_MAX) problems.tags = "connections.problems.tags";
  const fields = Object.fromEntries(
    mappedFields.map((name) => [name, path(name)] as const).filter(([, at]) => at !== ""),
  );
  if (!fields.email) problems.email = "connections.problems.email";
  return {
    problems,
    mapping: mapping.parse({
      fields,
      custom: targets.fields
        .map(({ no }) => ({ fieldNo: no, path: path(customName(no)) }))
        .filter((each) => each.path !== ""),
      actionId: action?.id ?? "",
      questions: (action?.settings.questions ?? [])
        .map(({ key }) => ({ key, path: path(questionName(key)) }))
        .filter((each) => each.path !== ""),
      comment: path("comment"),
      tags: tags.slice(0, TAGS_MAX),
      tagsPath: path("tagsPath"),
      consent: {
        path: consentPath,
        yes: single(values, "yes").trim().slice(0, YES_MAX),
        wording: wording.slice(0, WORDING_MAX),
      },
      id: path("id"),
    }),
  };
}
