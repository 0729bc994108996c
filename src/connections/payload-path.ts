import { PATH_LENGTH_MAX } from "./types";

/** JSON as it was parsed. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** One step into a payload: a key, a place in a list, or the first of a list whose `keys` lead to a value. */
export type Step =
  | { is: "key"; key: string }
  | { is: "index"; index: number }
  | { is: "where"; keys: string[]; value: string };

const STEPS_MAX = 20;
const KEY = "[A-Za-z_$][\\w$-]*";
const QUOTED = '"(?:[^"\\\\]|\\\\.)*"';
const STEP = new RegExp(
  `(\\.?)(${KEY})|\\[(\\d{1,4})\\]|\\[(${QUOTED})\\]|\\[(${KEY}(?:\\.${KEY})*)=(${QUOTED})\\]`,
  "y",
);
const PLAIN_KEY = new RegExp(`^${KEY}$`);

/**
 * Reads `form.answers[0].email`, `data["1.3"]` and `answers[field.ref="abc"].text`: the element of the list whose field's
 * `ref` is "abc". Null for what is no such path.
 */
export function parsePath(text: string): Step[] | null {
  if (text === "" || text.length > PATH_LENGTH_MAX) return null;
  const steps: Step[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const found = STEP.exec(text);
    if (!found || steps.length >= STEPS_MAX) return null;
    const [, dot, key, index, quoted, keys, value] = found;
    if (key !== undefined) {
      if ((dot === ".") !== steps.length > 0) return null;
      steps.push({ is: "key", key });
    } else if (index !== undefined) steps.push({ is: "index", index: Number(index) });
    else if (quoted !== undefined) {
      const read = unquoted(quoted);
      if (read === null) return null;
      steps.push({ is: "key", key: read });
    } else {
      const read = unquoted(value ?? "");
      if (read === null) return null;
      steps.push({ is: "where", keys: (keys ?? "").split("."), value: read });
    }
  }
  return steps;
}

function unquoted(text: string): string | null {
  try {
    return String(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The same path as text. */
export function pathText(steps: readonly Step[]): string {
  return steps
    .map((step, position) => {
      switch (step.is) {
        case "key":
          if (!PLAIN_KEY.test(step.key)) return `[${JSON.stringify(step.key)}]`;
          return position === 0 ? step.key : `.${step.key}`;
        case "index":
          return `[${step.index}]`;
        default:
          return `[${step.keys.join(".")}=${JSON.stringify(step.value)}]`;
      }
    })
    .join("");
}

/** What a payload holds at a path; undefined for nothing. Only what the payload itself holds is found, no property of its prototypes. */
function valueAt(payload: Json, steps: readonly Step[]): Json | undefined {
  let value: Json | undefined = payload;
  for (const step of steps) {
    if (value === undefined) return undefined;
    value = stepInto(value, step);
  }
  return value;
}

function stepInto(value: Json, step: Step): Json | undefined {
  if (step.is === "key") return own(value, step.key);
  if (!Array.isArray(value)) return undefined;
  if (step.is === "index") return value[step.index];
  const keys = step.keys.map((key): Step => ({ is: "key", key }));
  return value.find((element) => scalarText(valueAt(element, keys)) === step.value);
}

function own(value: Json, key: string): Json | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function scalarText(value: Json | undefined): string | null {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : null;
}

/** A value as somebody could have typed it: of a list of words all of them. "" for what is no word. */
export function wordsAt(payload: Json, path: string): string {
  return listAt(payload, path).join(", ");
}

/** The same, one by one. */
export function listAt(payload: Json, path: string): string[] {
  const steps = parsePath(path);
  const value = steps ? valueAt(payload, steps) : undefined;
  if (Array.isArray(value)) return value.flatMap((each) => scalarText(each) ?? []);
  const text = scalarText(value);
  return text === null ? [] : [text];
}

/** A place in a payload that a field can be filled from. */
export type Leaf = { path: string; sample: string; about: string };

const LEAVES_MAX = 300;
const LEAF_DEPTH_MAX = 12;
const ELEMENTS_MAX = 100;
const SAMPLE_MAX = 60;
/** By what form tools name the elements of a list, those that stay the same first. */
const NAMES = [
  "field.ref",
  "field.id",
  "ref",
  "key",
  "id",
  "slug",
  "name",
  "field",
  "label",
  "title",
  "question",
];
const WORDS = ["label", "title", "question", "name"];

/** Every value of a payload with the path that will find it in the next one, too; at most 300. */
export function leavesOf(payload: Json): Leaf[] {
  const leaves: Leaf[] = [];
  walk(payload, [], "", leaves);
  return leaves;
}

function walk(value: Json, steps: Step[], about: string, leaves: Leaf[]): void {
  if (leaves.length >= LEAVES_MAX || steps.length > LEAF_DEPTH_MAX || value === null) return;
  if (
    typeof value !== "object" ||
    (Array.isArray(value) && value.every((each) => typeof each !== "object"))
  ) {
    const path = pathText(steps);
    // A path that does not read back, of a key too long or nothing at all, finds nothing.
    if (parsePath(path))
      leaves.push({ path, sample: [value].flat().map(String).join(", ").slice(0, SAMPLE_MAX), about });
    return;
  }
  if (Array.isArray(value)) {
    const named = namingOf(value);
    for (const [index, element] of value.slice(0, ELEMENTS_MAX).entries()) {
      const name = named && scalarText(valueAt(element, keySteps(named)));
      const step: Step =
        named && name !== null ? { is: "where", keys: named, value: name } : { is: "index", index };
      walk(element, [...steps, step], wordsOf(element) || about, leaves);
    }
    return;
  }
  for (const key of Object.keys(value)) {
    const inner = value[key];
    if (inner !== undefined) walk(inner, [...steps, { is: "key", key }], about, leaves);
  }
}

const keySteps = (keys: readonly string[]) => keys.map((key): Step => ({ is: "key", key }));

/** The keys by which every element of a list can be told from the others; null for none. */
function namingOf(list: readonly Json[]): string[] | null {
  for (const name of NAMES) {
    const keys = name.split(".");
    const values = list.map((element) => scalarText(valueAt(element, keySteps(keys))));
    if (values.every((value) => value !== null && value !== "") && new Set(values).size === values.length)
      return keys;
  }
  return null;
}

/** What a form calls an element: the question, mostly. */
function wordsOf(element: Json): string {
  for (const key of WORDS) {
    const text = own(element, key);
    if (typeof text === "string" && text !== "") return text.slice(0, SAMPLE_MAX);
  }
  return "";
}
