import type { FormValues } from "../platform/forms";
import type { ClauseKind } from "./types";
import { clauseSchema, DEPTH_MAX } from "./types";

/*
 * A tree while it is being built: what the form says, right or wrong. Fields are named by the place of their condition: `i.0.2:tags`
 * is the tags of the third condition within the first of what is included; `e` begins what is left out.
 */

export type DraftNode = { path: string; isNot: boolean } & (
  | { join: "all" | "any"; children: DraftNode[] }
  | { is: ClauseKind; values: FormValues }
);
export type DraftGroup = Extract<DraftNode, { join: string }>;
export type DraftClause = Extract<DraftNode, { is: string }>;

export const clauseKinds: readonly ClauseKind[] = clauseSchema.options.map(({ shape }) => shape.is.value);

/** More than a screen can hold. */
const DRAFT_NODES_MAX = 120;

/** The two halves of the form as trees: `i` what is included, `e` what is left out. */
export function readDraft(values: FormValues): { include: DraftGroup; exclude: DraftGroup } {
  const names = Object.keys(values);
  const room = { nodes: DRAFT_NODES_MAX };
  return {
    include: readGroup("i", "all", values, names, room),
    exclude: readGroup("e", "any", values, names, room),
  };
}

function readGroup(
  path: string,
  usual: "all" | "any",
  values: FormValues,
  names: readonly string[],
  room: { nodes: number },
): DraftGroup {
  const join = values[`${path}:join`];
  return {
    path,
    isNot: values[`${path}:not`] === "yes",
    join: join === "all" || join === "any" ? join : usual,
    children: placesWithin(path, names).flatMap((child): DraftNode[] => {
      room.nodes -= 1;
      if (room.nodes < 0 || child.split(".").length > DEPTH_MAX) return [];
      const kind = clauseKinds.find((each) => each === values[`${child}:is`]);
      if (!kind) return values[`${child}:join`] ? [readGroup(child, "any", values, names, room)] : [];
      return [
        {
          path: child,
          isNot: values[`${child}:not`] === "yes",
          is: kind,
          values: valuesAt(child, values, names),
        },
      ];
    }),
  };
}

function placesWithin(path: string, names: readonly string[]): string[] {
  const start = `${path}.`;
  const numbers = names
    .filter((name) => name.startsWith(start))
    .map((name) => /^(\d{1,3}):(?:is|join)$/.exec(name.slice(start.length))?.[1])
    .filter((found) => found !== undefined);
  return [...new Set(numbers.map(Number))]
    .sort((one, other) => one - other)
    .map((number) => `${start}${number}`);
}

function valuesAt(path: string, values: FormValues, names: readonly string[]): FormValues {
  const start = `${path}:`;
  return Object.fromEntries(
    names.flatMap((name) => (name.startsWith(start) ? [[name.slice(start.length), values[name] ?? ""]] : [])),
  );
}

/** What a button of the builder does to the tree, such as "add i.1" or "remove i.0"; anything else leaves it as it is. */
export function changeDraft(root: DraftGroup, command: string, added: (path: string) => string): DraftGroup {
  const [verb = "", path = ""] = command.split(" ");
  const kind = clauseKinds.find((each) => each === added(path));
  const change = (group: DraftGroup): DraftGroup => {
    const children = group.children
      .filter((child) => !(verb === "remove" && child.path === path))
      .map((child) => ("join" in child ? change(child) : child));
    if (group.path !== path) return { ...group, children };
    if (verb === "group") return { ...group, children: [...children, newGroup(group)] };
    if (verb === "add" && kind)
      return { ...group, children: [...children, { path: "", isNot: false, is: kind, values: {} }] };
    return { ...group, children };
  };
  return numbered(change(root), root.path);
}

function newGroup({ join }: DraftGroup): DraftGroup {
  return { path: "", isNot: false, join: join === "all" ? "any" : "all", children: [] };
}

/** The same tree with its places counted anew. */
export function numbered(group: DraftGroup, path: string): DraftGroup {
  return {
    ...group,
    path,
    children: group.children.map((child, index) =>
      "join" in child ? numbered(child, `${path}.${index}`) : { ...child, path: `${path}.${index}` },
    ),
  };
}
