import type { NodeViewRenderer } from "@tiptap/core";
import type { Node as ProseNode } from "@tiptap/pm/model";
import { blockTools } from "./blocks";
import { element, type Say } from "./setup";

type Attributes = Record<string, unknown>;

/** A block that holds others, below a line that says what it is for. */
export function containerView(
  say: Say,
  kind: {
    name: string;
    title(node: ProseNode): string;
    edit(attributes: Attributes): Promise<Attributes | null>;
  },
): NodeViewRenderer {
  return ({ editor, node: first, getPos }) => {
    let node = first;
    const name = say(kind.name);
    const at = () => getPos() ?? 0;
    const title = element("span", { class: "mail-editor-soft" });
    const edit = async (): Promise<void> => {
      const attributes = await kind.edit(node.attrs);
      if (attributes) editor.view.dispatch(editor.state.tr.setNodeMarkup(at(), undefined, attributes));
    };
    const tools = blockTools(editor, { name, at, size: () => node.nodeSize, edit: () => void edit() }, say);
    const head = element("div", { class: "mail-editor-head", contenteditable: "false" }, title, tools);
    const contentDOM = element("div", { class: "mail-editor-inside" });
    const dom = element(
      "div",
      { class: `mail-editor-container mail-editor-${kind.name}`, role: "group" },
      head,
      contentDOM,
    );
    const draw = () => {
      title.textContent = kind.title(node);
      dom.setAttribute("aria-label", title.textContent);
    };
    draw();
    return {
      dom,
      contentDOM,
      update: (changed) => {
        if (changed.type.name !== kind.name) return false;
        node = changed;
        draw();
        return true;
      },
      stopEvent: (event) => event.target instanceof HTMLElement && tools.contains(event.target),
      ignoreMutation: (mutation) => head.contains(mutation.target) || mutation.target === dom,
    };
  };
}
