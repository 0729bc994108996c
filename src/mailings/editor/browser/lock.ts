import { type Editor, Extension, Node } from "@tiptap/core";
import type { Node as ProseNode } from "@tiptap/pm/model";
import { Plugin } from "@tiptap/pm/state";
import { containerView } from "./containers";
import { ask } from "./dialog";
import type { Say } from "./setup";

/** The whole mail. Locked: nothing but what is in its slots may be changed; the server holds to it as well. */
export const Mail = Node.create({
  name: "doc",
  topNode: true,
  content: "block+",
  addAttributes: () => ({ locked: { default: false, rendered: false } }),
});

/** A part that stays open in mails made from a template that locks the rest. */
export function slotNode(say: Say): Node {
  return Node.create({
    name: "slot",
    group: "block",
    content: "block+",
    isolating: true,
    addAttributes: () => ({
      name: { default: "", rendered: false, parseHTML: (from) => from.dataset.slot ?? "" },
    }),
    parseHTML: () => [{ tag: "div[data-slot]" }],
    renderHTML: ({ node }) => ["div", { "data-slot": String(node.attrs.name) }, 0],
    addNodeView: () =>
      containerView(say, {
        name: "slot",
        title: ({ attrs }) => say("slotNamed", { name: String(attrs.name) || say("empty") }),
        edit: ({ name }) => askSlot(say, String(name)),
      }),
  });
}

function askSlot(say: Say, name: string): Promise<Record<string, string> | null> {
  return ask(say, say("slot"), [{ name: "name", label: say("slotName"), type: "text", isNeeded: true }], {
    name,
  });
}

export async function insertSlot(editor: Editor, say: Say): Promise<void> {
  const attrs = await askSlot(say, "");
  if (!attrs) return;
  editor.view.focus();
  if (!editor.state.selection.empty && editor.commands.wrapIn("slot", attrs)) return;
  editor.commands.insertContent([
    { type: "slot", attrs, content: [{ type: "paragraph" }] },
    { type: "paragraph" },
  ]);
}

/** Lets nothing through that changes a locked mail outside of its slots. */
export function lockOf(refused: () => void): Extension {
  return Extension.create({
    name: "lock",
    addProseMirrorPlugins: () => [
      new Plugin({
        filterTransaction: (change, { doc }) => {
          if (!change.docChanged || doc.attrs.locked !== true) return true;
          if (skeletonOf(change.doc) === skeletonOf(doc)) return true;
          refused();
          return false;
        },
      }),
    ],
  });
}

function skeletonOf(doc: ProseNode): string {
  return JSON.stringify(doc.toJSON(), (_, value) =>
    value?.type === "slot" ? { ...value, content: [] } : value,
  );
}
