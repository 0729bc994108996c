import { Editor, Extension, type JSONContent } from "@tiptap/core";
import StarterKit from "@tiptap/starter-kit";
import { blockNodes } from "./blocks";
import { conditionNode } from "./condition";
import { insertItems } from "./insert";
import { lockOf, Mail, slotNode } from "./lock";
import { openMenu } from "./menu";
import { Alignment, Column, columnsNode, fieldNode } from "./nodes";
import { cleanPaste } from "./paste";
import { element, type Say, type Setup, sayIn } from "./setup";
import { editLink, toolbarOf } from "./toolbar";

/*
 * <textarea data-mail-editor="/path"> becomes a visual editor of mails; the path answers with its words and what there is to choose
 * (Setup). The textarea stays the field of the form and holds the document as JSON: each change raises its `input` event, for
 * autosave, and `mail-editor:change` with the document. Without script the textarea takes Markdown.
 */

const CHANGE = "mail-editor:change";

for (const area of document.querySelectorAll<HTMLTextAreaElement>("textarea[data-mail-editor]"))
  void enhance(area);

/** When the path cannot be asked, the textarea stays as it is. */
async function enhance(area: HTMLTextAreaElement): Promise<void> {
  const { lang } = document.documentElement;
  const response = await fetch(`${area.dataset.mailEditor}?lang=${lang}`, {
    headers: { Accept: "application/json" },
  });
  if (!response.ok) return;
  const asked: Setup = await response.json();
  const setup = { ...asked, hasSlots: area.dataset.mailSlots !== undefined };
  const say = sayIn(setup);
  if (!document.querySelector('link[href^="/css/mail-editor.css"]'))
    document.head.append(element("link", { rel: "stylesheet", href: "/css/mail-editor.css" }));
  const label = area.labels?.[0];
  if (label && label.id === "") label.id = `${area.id || "mail-editor"}-label`;
  const status = element("p", { class: "mail-editor-help", role: "status" });
  const writing = element("div", { class: "mail-editor-writing" });
  const editor: Editor = new Editor({
    element: writing,
    injectCSS: false,
    content: contentOf(area.value),
    editable: !area.disabled && !area.readOnly,
    extensions: [
      Mail,
      StarterKit.configure({
        document: false,
        heading: { levels: [1, 2, 3] },
        link: {
          openOnClick: false,
          defaultProtocol: "https",
          protocols: ["mailto", "tel"],
          HTMLAttributes: { rel: null, target: null },
        },
        codeBlock: { enableTabIndentation: false },
      }),
      Alignment,
      columnsNode(say),
      Column,
      fieldNode(setup, say),
      ...blockNodes(setup, say),
      conditionNode(setup, say),
      slotNode(say),
      ...(setup.hasSlots ? [] : [lockOf(() => tell(status, say("locked")))]),
      keys(setup, say, () => toolbar.focus()),
    ],
    editorProps: {
      attributes: {
        role: "textbox",
        "aria-multiline": "true",
        ...(label ? { "aria-labelledby": label.id } : { "aria-label": say("body") }),
        "aria-describedby": `${area.id || "mail-editor"}-keys`,
        class: "mail-editor-text",
      },
      transformPastedHTML: cleanPaste,
    },
  });
  const toolbar = toolbarOf(editor, setup, say);
  const help = element(
    "p",
    { class: "mail-editor-help", id: `${area.id || "mail-editor"}-keys` },
    `${say("hint")} ${say("help")}`,
  );
  const whole = element("div", { class: "mail-editor" }, toolbar.dom, writing, status, help);
  if (editor.state.doc.attrs.locked === true && !setup.hasSlots) whole.classList.add("mail-editor-locked");
  area.after(whole);
  area.hidden = true;
  for (const instead of document.querySelectorAll("[data-mail-slot-words]")) instead.remove();
  label?.addEventListener("click", () => editor.commands.focus());
  editor.on("update", () => {
    area.value = JSON.stringify(editor.getJSON());
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.dispatchEvent(new CustomEvent(CHANGE, { bubbles: true, detail: editor.getJSON() }));
  });
}

/** Said again, it is read again. */
function tell(status: HTMLElement, words: string): void {
  status.textContent = "";
  requestAnimationFrame(() => {
    status.textContent = words;
  });
}

/** What is no document was written without the editor: each of its paragraphs becomes one. */
function contentOf(value: string): JSONContent {
  if (value.trim().startsWith("{")) {
    try {
      return JSON.parse(value);
    } catch {
      // It is shown as the text it is.
    }
  }
  const paragraphs = value.split(/\n{2,}/).filter((each) => each.trim() !== "");
  const content = paragraphs.map((text) => ({ type: "paragraph", content: [{ type: "text", text }] }));
  return { type: "doc", content: content.length > 0 ? content : [{ type: "paragraph" }] };
}

function keys(setup: Setup, say: Say, toToolbar: () => void): Extension {
  return Extension.create({
    name: "keys",
    addKeyboardShortcuts: () => ({
      "Mod-k": ({ editor }) => {
        void editLink(editor, say);
        return true;
      },
      "Alt-F10": () => {
        toToolbar();
        return true;
      },
      "/": ({ editor }) => {
        const { $from, empty } = editor.state.selection;
        if (!empty || $from.parent.type.name !== "paragraph" || $from.parent.content.size > 0) return false;
        const { left, bottom } = editor.view.coordsAtPos($from.pos);
        openMenu(say("insert"), insertItems(editor, setup, say), { left, top: bottom + 4 }, () =>
          editor.chain().focus().insertContent("/").run(),
        );
        return true;
      },
    }),
  });
}
