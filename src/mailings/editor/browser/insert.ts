import type { Editor } from "@tiptap/core";
import { blockKinds, insertBlock } from "./blocks";
import { insertCondition } from "./condition";
import { insertSlot } from "./lock";
import type { MenuItem } from "./menu";
import type { Say, Setup } from "./setup";

/** What the menu of blocks offers, from the button and from "/" alike. */
export function insertItems(editor: Editor, setup: Setup, say: Say): MenuItem[] {
  return [
    ...blockKinds.map(({ name }) => ({
      label: say(name),
      act: () => void insertBlock(editor, name, setup, say),
    })),
    { label: say("condition"), act: () => void insertCondition(editor, setup, say) },
    ...(setup.hasSlots ? [{ label: say("slot"), act: () => void insertSlot(editor, say) }] : []),
    { label: say("columns"), act: () => insertColumns(editor) },
    { label: say("divider"), act: () => editor.chain().focus().setHorizontalRule().run() },
  ];
}

/** The cursor goes into the first of them. */
function insertColumns(editor: Editor): void {
  const column = { type: "column", content: [{ type: "paragraph" }] };
  editor.view.focus();
  editor.commands.insertContent([{ type: "columns", content: [column, column] }, { type: "paragraph" }]);
  let first = 0;
  editor.state.doc.nodesBetween(0, editor.state.selection.from, (node, at) => {
    if (node.type.name === "columns") first = at;
    return node.type.name !== "columns";
  });
  // Into the columns, the column and its paragraph.
  editor.commands.setTextSelection(first + 3);
}
