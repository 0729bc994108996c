import { Extension, Node } from "@tiptap/core";
import { blockTools } from "./blocks";
import { ask } from "./dialog";
import { element, type Say, type Setup } from "./setup";

/** Where a paragraph or heading stands. An attribute of data, since styles in markup are not allowed on our pages. */
export const Alignment = Extension.create({
  name: "alignment",
  addGlobalAttributes: () => [
    {
      types: ["paragraph", "heading"],
      attributes: {
        textAlign: {
          default: null,
          parseHTML: (from) => {
            const { align = "" } = from.dataset;
            return ["center", "right"].includes(align) ? align : null;
          },
          renderHTML: ({ textAlign }) => (textAlign ? { "data-align": String(textAlign) } : {}),
        },
      },
    },
  ],
});

export function columnsNode(say: Say): Node {
  return Node.create({
    name: "columns",
    group: "block",
    content: "column{2,3}",
    isolating: true,
    parseHTML: () => [{ tag: "div[data-columns]" }],
    renderHTML: () => ["div", { "data-columns": "", class: "mail-editor-columns" }, 0],
    addNodeView:
      () =>
      ({ editor, node, getPos }) => {
        let size = node.nodeSize;
        const name = say("columns");
        const at = () => getPos() ?? 0;
        const contentDOM = element("div", { class: "mail-editor-columns" });
        const tools = blockTools(editor, { name, at, size: () => size, edit: null }, say);
        const dom = element("div", { role: "group", "aria-label": name }, contentDOM, tools);
        return {
          dom,
          contentDOM,
          update: (changed) => {
            size = changed.nodeSize;
            return changed.type.name === "columns";
          },
          stopEvent: (event) => event.target instanceof HTMLElement && tools.contains(event.target),
          ignoreMutation: (mutation) => tools.contains(mutation.target),
        };
      },
  });
}

/** Every block but columns, which have no room in one another. */
const IN_COLUMN =
  "(paragraph | heading | bulletList | orderedList | blockquote | codeBlock | horizontalRule | image | button | actionCard | donation | social | snippet | condition | slot)+";

export const Column = Node.create({
  name: "column",
  content: IN_COLUMN,
  isolating: true,
  parseHTML: () => [{ tag: "div[data-column]" }],
  renderHTML: () => ["div", { "data-column": "", class: "mail-editor-column" }, 0],
});

/** A merge field in the text: a chip with its name, and with what stands there for people who left it blank. */
export function fieldNode(setup: Setup, say: Say): Node {
  const labelOf = (name: unknown) => setup.fields.find((field) => field.name === name)?.label ?? String(name);
  return Node.create({
    name: "field",
    group: "inline",
    inline: true,
    atom: true,
    addAttributes: () => ({
      name: {
        default: "first_name",
        parseHTML: (from) => from.dataset.field,
        renderHTML: ({ name }) => ({ "data-field": String(name) }),
      },
      fallback: {
        default: "",
        parseHTML: (from) => from.dataset.fallback ?? "",
        renderHTML: ({ fallback }) => ({ "data-fallback": String(fallback) }),
      },
    }),
    parseHTML: () => [{ tag: "span[data-field]" }],
    renderHTML: ({ node, HTMLAttributes }) => ["span", HTMLAttributes, `{{ ${String(node.attrs.name)} }}`],
    renderText: ({ node }) => `{{ ${String(node.attrs.name)} }}`,
    addNodeView:
      () =>
      ({ editor, node: first, getPos }) => {
        let node = first;
        const dom = element("button", {
          type: "button",
          class: "mail-editor-field",
          contenteditable: "false",
        });
        const draw = () => {
          const { name, fallback } = node.attrs;
          dom.textContent = fallback ? `${labelOf(name)} / ${String(fallback)}` : labelOf(name);
          dom.setAttribute("aria-label", say("edit", { block: dom.textContent ?? "" }));
        };
        dom.addEventListener("click", async () => {
          const values = await askField(setup, say, {
            name: String(node.attrs.name),
            fallback: String(node.attrs.fallback),
          });
          const at = getPos();
          if (values && at !== undefined)
            editor.view.dispatch(editor.state.tr.setNodeMarkup(at, undefined, values));
        });
        draw();
        return {
          dom,
          update: (changed) => {
            if (changed.type.name !== "field") return false;
            node = changed;
            draw();
            return true;
          },
          ignoreMutation: () => true,
        };
      },
  });
}

export function askField(
  setup: Setup,
  say: Say,
  values: { name: string; fallback: string },
): Promise<Record<string, string> | null> {
  const options = setup.fields.map(({ name, label }) => ({ value: name, label }));
  return ask(
    say,
    say("field"),
    [
      { name: "name", label: say("field"), type: "select", options },
      { name: "fallback", label: say("fallback"), type: "text" },
    ],
    values,
  );
}
