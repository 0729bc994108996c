import type { Editor } from "@tiptap/core";
import { ask, isAddress } from "./dialog";
import { insertItems } from "./insert";
import { openMenu } from "./menu";
import { askField } from "./nodes";
import { element, icon, type Say, type Setup } from "./setup";

type Tool = {
  name: string;
  glyph?: string;
  act: (editor: Editor) => void;
  isOn?: (editor: Editor) => boolean;
  can?: (editor: Editor) => boolean;
};

const marks = (["bold", "italic", "underline", "strike"] as const).map(
  (name, index): Tool => ({
    name,
    glyph: ["B", "I", "U", "S"][index] ?? "",
    act: (editor) => editor.chain().focus().toggleMark(name).run(),
    isOn: (editor) => editor.isActive(name),
  }),
);

const aligns = (["left", "center", "right"] as const).map((align): Tool => {
  const value = align === "left" ? null : align;
  return {
    name: `align${align[0]?.toUpperCase()}${align.slice(1)}`,
    act: (editor) =>
      editor
        .chain()
        .focus()
        .updateAttributes("paragraph", { textAlign: value })
        .updateAttributes("heading", { textAlign: value })
        .run(),
    isOn: (editor) => value !== null && editor.isActive({ textAlign: value }),
  };
});

const lists: Tool[] = [
  {
    name: "bulletList",
    act: (editor) => editor.chain().focus().toggleBulletList().run(),
    isOn: (editor) => editor.isActive("bulletList"),
  },
  {
    name: "orderedList",
    act: (editor) => editor.chain().focus().toggleOrderedList().run(),
    isOn: (editor) => editor.isActive("orderedList"),
  },
  {
    name: "blockquote",
    act: (editor) => editor.chain().focus().toggleBlockquote().run(),
    isOn: (editor) => editor.isActive("blockquote"),
  },
];

const past: Tool[] = [
  {
    name: "undo",
    act: (editor) => editor.chain().focus().undo().run(),
    can: (editor) => editor.can().undo(),
  },
  {
    name: "redo",
    act: (editor) => editor.chain().focus().redo().run(),
    can: (editor) => editor.can().redo(),
  },
];

/** The buttons above the text: one stop of the Tab key, arrows between them (the toolbar pattern of ARIA). */
export function toolbarOf(editor: Editor, setup: Setup, say: Say): { dom: HTMLElement; focus(): void } {
  const dom = element("div", { class: "mail-editor-toolbar", role: "toolbar", "aria-label": say("toolbar") });
  const style = styleSelect(editor, say);
  const link: Tool = {
    name: "link",
    act: () => void editLink(editor, say),
    isOn: () => editor.isActive("link"),
  };
  const tools: Tool[] = [...marks, link, ...lists, ...aligns, ...past];
  const buttons = tools.map((tool) => ({ tool, button: toolButton(tool, editor, say) }));
  const field = element("button", { type: "button", class: "mail-editor-wide" }, say("field"));
  field.addEventListener("click", () => void insertField(editor, setup, say));
  const insert = element(
    "button",
    { type: "button", class: "mail-editor-wide", "aria-haspopup": "menu" },
    icon("insert"),
    say("insert"),
  );
  insert.addEventListener("click", () => {
    const { left, bottom } = insert.getBoundingClientRect();
    openMenu(say("insert"), insertItems(editor, setup, say), { left, top: bottom + 4 }, () => insert.focus());
  });
  dom.append(style.dom, ...buttons.map(({ button }) => button), field, insert);
  const stops = [style.dom, ...buttons.map(({ button }) => button), field, insert];
  rove(dom, stops, () => editor.commands.focus());
  const update = () => {
    style.update();
    for (const { tool, button } of buttons) {
      if (tool.isOn) button.setAttribute("aria-pressed", String(tool.isOn(editor)));
      if (tool.can) button.setAttribute("aria-disabled", String(!tool.can(editor)));
    }
  };
  editor.on("transaction", update);
  update();
  return { dom, focus: () => (stops.find((each) => each.tabIndex === 0) ?? style.dom).focus() };
}

function toolButton(tool: Tool, editor: Editor, say: Say): HTMLButtonElement {
  const label = say(tool.name);
  return element(
    "button",
    {
      type: "button",
      "aria-label": label,
      title: label,
      "data-tool": tool.name,
      // The selection of the text stays where it is.
      pointerdown: (event) => event.preventDefault(),
      click: () => tool.act(editor),
    },
    icon(tool.name) ?? tool.glyph ?? label,
  );
}

function styleSelect(editor: Editor, say: Say): { dom: HTMLSelectElement; update(): void } {
  const names = ["paragraph", "heading1", "heading2", "heading3"];
  const dom = element(
    "select",
    { "aria-label": say("style"), "data-tool": "style" },
    ...names.map((name) => element("option", { value: name }, say(name))),
  );
  dom.addEventListener("change", () => {
    const level = Number(dom.value.replace("heading", ""));
    if (level === 1 || level === 2 || level === 3) editor.chain().focus().setHeading({ level }).run();
    else editor.chain().focus().setParagraph().run();
  });
  const update = () => {
    const level = [1, 2, 3].find((each) => editor.isActive("heading", { level: each }));
    dom.value = level ? `heading${level}` : "paragraph";
  };
  return { dom, update };
}

function rove(dom: HTMLElement, stops: readonly HTMLElement[], leave: () => void): void {
  for (const [index, stop] of stops.entries()) stop.tabIndex = index === 0 ? 0 : -1;
  dom.addEventListener("focusin", ({ target }) => {
    if (stops.some((stop) => stop === target))
      for (const stop of stops) stop.tabIndex = stop === target ? 0 : -1;
  });
  dom.addEventListener("keydown", (event) => {
    const at = stops.findIndex((stop) => stop.matches(":focus"));
    const steps: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 };
    const to = steps[event.key];
    if (event.key === "Escape") leave();
    else if (to === undefined) return;
    else stops.at(to % stops.length)?.focus();
    event.preventDefault();
  });
}

export async function editLink(editor: Editor, say: Say): Promise<void> {
  const href = String(editor.getAttributes("link").href ?? "");
  const check = (value: string) => (value === "" || isAddress(value) ? "" : say("badAddress"));
  const { from, to, empty } = editor.state.selection;
  const values = await ask(say, say("link"), [{ name: "href", label: say("address"), type: "url", check }], {
    href,
  });
  if (!values) return;
  editor.view.focus();
  const chain = editor.chain().setTextSelection({ from, to }).extendMarkRange("link");
  if (!values.href) chain.unsetLink().run();
  else if (empty && href === "")
    chain
      .insertContent({
        type: "text",
        text: values.href,
        marks: [{ type: "link", attrs: { href: values.href } }],
      })
      .run();
  else chain.setLink({ href: values.href }).run();
}

export async function insertField(editor: Editor, setup: Setup, say: Say): Promise<void> {
  const values = await askField(setup, say, { name: setup.fields[0]?.name ?? "first_name", fallback: "" });
  if (!values) return;
  editor.view.focus();
  editor.commands.insertContent({ type: "field", attrs: values });
}
