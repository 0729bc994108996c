import { type Editor, Node } from "@tiptap/core";
import { containerView } from "./containers";
import { openDialog, rowOf, selectOf } from "./dialog";
import { element, type Say, type Setup } from "./setup";

/** As src/mailings/content/document.ts reads it. */
type Clause = { field: string; is: string; value: string };
export type Condition = { match: string; clauses: Clause[] };

const CLAUSES_MAX = 5;
const tests = ["equals", "differs", "contains", "filled", "blank", "more", "less"];
/** What asks nothing more. */
const plain = new Set(["filled", "blank"]);
const FIRST: Clause = { field: "first_name", is: "filled", value: "" };

function fieldsOf(setup: Setup, say: Say): { value: string; label: string }[] {
  const people = setup.fields.filter(({ name }) => !name.startsWith("group."));
  return [
    ...people.map(({ name, label }) => ({ value: name, label })),
    { value: "tags", label: say("tags") },
  ];
}

/** Who sees it, as a sentence would say it. */
export function conditionWords({ match, clauses }: Condition, setup: Setup, say: Say): string {
  const fields = fieldsOf(setup, say);
  const parts = clauses.map(({ field, is, value }) => {
    const label = fields.find((each) => each.value === field)?.label ?? field;
    return `${label} ${say(`is_${is}`)}${plain.has(is) ? "" : ` ${say("quoted", { value })}`}`;
  });
  return `${say("onlyFor")} ${parts.join(` ${say(match === "any" ? "or" : "and")} `)}`;
}

/** Blocks that only some people see. */
export function conditionNode(setup: Setup, say: Say): Node {
  return Node.create({
    name: "condition",
    group: "block",
    content: "block+",
    isolating: true,
    addAttributes: () => ({
      match: { default: "all", rendered: false, parseHTML: (from) => from.dataset.match ?? "all" },
      clauses: {
        default: [],
        rendered: false,
        parseHTML: (from) => clausesIn(from.dataset.clauses),
      },
    }),
    parseHTML: () => [{ tag: "div[data-condition]" }],
    renderHTML: ({ node }) => [
      "div",
      {
        "data-condition": "",
        "data-match": String(node.attrs.match),
        "data-clauses": JSON.stringify(node.attrs.clauses),
      },
      0,
    ],
    addNodeView: () =>
      containerView(say, {
        name: "condition",
        title: ({ attrs }) => conditionWords(conditionOf(attrs), setup, say),
        edit: (attrs) => askCondition(setup, say, conditionOf(attrs)),
      }),
  });
}

/** What is pasted may come from anywhere. */
function clausesIn(json: string | undefined): Clause[] {
  try {
    const read: unknown = JSON.parse(json ?? "");
    if (Array.isArray(read) && read.length > 0 && read.every(isClause)) return read.slice(0, CLAUSES_MAX);
  } catch {
    // It asks what a new one asks.
  }
  return [FIRST];
}

function isClause(value: unknown): value is Clause {
  if (typeof value !== "object" || value === null) return false;
  const isText = (name: string) => typeof Reflect.get(value, name) === "string";
  return isText("field") && isText("value") && tests.some((each) => each === Reflect.get(value, "is"));
}

function conditionOf(attrs: Record<string, unknown>): Condition {
  return {
    match: attrs.match === "any" ? "any" : "all",
    clauses: Array.isArray(attrs.clauses) ? attrs.clauses : [],
  };
}

/** Around what is selected, or around a new paragraph. */
export async function insertCondition(editor: Editor, setup: Setup, say: Say): Promise<void> {
  const condition = await askCondition(setup, say, { match: "all", clauses: [] });
  if (!condition) return;
  editor.view.focus();
  if (!editor.state.selection.empty && editor.commands.wrapIn("condition", condition)) return;
  const at = editor.state.selection.from;
  editor
    .chain()
    .insertContent([
      { type: "condition", attrs: condition, content: [{ type: "paragraph" }] },
      { type: "paragraph" },
    ])
    .run();
  let into = at;
  editor.state.doc.nodesBetween(Math.max(0, at - 1), editor.state.selection.to, (node, place) => {
    if (node.type.name === "condition") into = place + 2;
    return node.type.name !== "condition";
  });
  editor.commands.setTextSelection(into);
}

type Line = { field: HTMLSelectElement; is: HTMLSelectElement; value: HTMLInputElement };

function askCondition(setup: Setup, say: Say, { match, clauses }: Condition): Promise<Condition | null> {
  const lines: Line[] = [];
  const list = element("div", { class: "mail-editor-clauses" });
  const add = (clause: Clause) => {
    const line = lineOf(clause, setup, say);
    lines.push(line);
    const name = say("conditionNo", { no: String(lines.length) });
    list.append(
      element(
        "fieldset",
        {},
        element("legend", {}, name),
        ...[line.field, line.is].map((input) => rowOf(say(input.name), input)),
        rowOf(say("value"), line.value),
      ),
    );
    more.hidden = lines.length >= CLAUSES_MAX;
    return line;
  };
  const more = element(
    "button",
    { type: "button", click: () => add({ field: "", is: "equals", value: "" }).field.focus() },
    say("anotherCondition"),
  );
  const isFirst = clauses.length === 0;
  for (const clause of isFirst ? [FIRST] : clauses) add(clause);
  const ways = ["all", "any"].map((value) => ({ value, label: say(`match_${value}`) }));
  const how = selectOf("match", ways, match);
  return openDialog(say, say("condition"), [list, element("p", {}, more), rowOf(say("match"), how)], () => {
    const read = lines.map((line) => clauseIn(line, say)).filter((clause) => clause !== null);
    if (lines.some(({ value }) => !value.checkValidity())) return null;
    lines[0]?.field.setCustomValidity(read.length === 0 ? say("noCondition") : "");
    return read.length === 0 ? null : { match: how.value, clauses: read };
  });
}

/** A line without a field asks nothing, which is how one is taken away. */
function clauseIn({ field, is, value }: Line, say: Say): Clause | null {
  const words = value.value.trim();
  const isNumber = is.value === "more" || is.value === "less";
  const isMissing = field.value !== "" && !plain.has(is.value) && words === "";
  const isOdd = isNumber && words !== "" && !Number.isFinite(Number(words.replace(",", ".")));
  value.setCustomValidity(isMissing ? say("noValue") : isOdd ? say("noNumber") : "");
  if (field.value === "") return null;
  return { field: field.value, is: is.value, value: plain.has(is.value) ? "" : words };
}

function lineOf(clause: Clause, setup: Setup, say: Say): Line {
  const nothing = { value: "", label: say("nothing") };
  const field = selectOf("field", [nothing, ...fieldsOf(setup, say)], clause.field);
  const options = tests.map((value) => ({ value, label: say(`is_${value}`) }));
  const is = selectOf("is", options, clause.is);
  const value = element("input", { name: "value", type: "text", maxlength: "200" });
  value.value = clause.value;
  const show = () => {
    value.disabled = plain.has(is.value);
    value.setCustomValidity("");
    field.setCustomValidity("");
  };
  for (const input of [field, is]) input.addEventListener("change", show);
  value.addEventListener("input", () => value.setCustomValidity(""));
  show();
  return { field, is, value };
}
