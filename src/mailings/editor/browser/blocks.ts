import { type Editor, mergeAttributes, Node, type NodeViewRenderer } from "@tiptap/core";
import type { Node as ProseNode } from "@tiptap/pm/model";
import { NodeSelection } from "@tiptap/pm/state";
import { ask, type DialogField, isAddress } from "./dialog";
import { askPicture } from "./picture";
import { element, icon, type Say, type Setup } from "./setup";

export type BlockName = "image" | "button" | "actionCard" | "donation" | "social" | "snippet";
type Attributes = Record<string, unknown>;

type BlockKind = {
  name: BlockName;
  attributes: Attributes;
  /** What a dialog asks about it, and how answers and attributes become each other. */
  fields(setup: Setup, say: Say): DialogField[];
  /** In place of the dialog of fields. */
  ask?(setup: Setup, say: Say, values: Record<string, string>): Promise<Record<string, string> | null>;
  read(attributes: Attributes): Record<string, string>;
  write(values: Record<string, string>): Attributes;
  /** What the editor shows of it. */
  show(attributes: Attributes, setup: Setup, say: Say): (HTMLElement | string)[];
};

const text = (value: unknown) =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

function aligning(say: Say): DialogField {
  const options = ["left", "center", "right"].map((value) => ({ value, label: say(value) }));
  return { name: "align", label: say("align"), type: "select", options };
}

function addressField(say: Say, name: string, isNeeded: boolean): DialogField {
  const check = (value: string) => (value === "" || isAddress(value) ? "" : say("badAddress"));
  return { name, label: say("address"), type: "url", isNeeded, check };
}

function choosing(
  say: Say,
  label: string,
  options: { value: string; label: string }[],
  name: string,
): DialogField {
  return {
    name,
    label,
    type: "select",
    options: [{ value: "", label: say(options.length ? "choose" : "none") }, ...options],
  };
}

function actionField(setup: Setup, say: Say, isFundraiser: boolean): DialogField {
  const options = setup.actions
    .filter((action) => !isFundraiser || action.isFundraiser)
    .map(({ no, title, kind }) => ({ value: String(no), label: `${title} (${kind})` }));
  return choosing(say, say("action"), options, "actionNo");
}

function titleOf(setup: Setup, say: Say, no: unknown): string {
  return setup.actions.find((action) => action.no === no)?.title ?? say("empty");
}

function actOf(setup: Setup, no: unknown): string {
  return setup.actions.find((action) => action.no === no)?.act ?? "";
}

const image: BlockKind = {
  name: "image",
  attributes: { src: "", alt: null, width: null, href: null, align: "left" },
  fields: () => [],
  ask: askPicture,
  read: ({ src, alt, width, href, align }) => ({
    src: text(src),
    alt: text(alt),
    // A new one is none yet: nothing was said of it.
    isDecoration: src !== "" && alt === "" ? "yes" : "",
    width: text(width),
    href: text(href),
    align: text(align),
  }),
  write: ({ src, alt, isDecoration, width, href, align }) => ({
    src,
    alt: isDecoration === "yes" ? "" : alt || null,
    width: Number(width) > 0 ? Math.min(Number(width), 2_000) : null,
    href: href === "" ? null : href,
    align,
  }),
  // Our pages show pictures of the group's own pages alone; of others the address is shown.
  show: ({ src, alt }, { origin }, say) => {
    const address = text(src).startsWith("/") ? origin + text(src) : text(src);
    const words = element("span", { class: "mail-editor-soft" }, text(alt) || address || say("image"));
    return address.startsWith(`${origin}/`)
      ? [element("img", { src: address, alt: text(alt) }), words]
      : [words];
  },
};

const button: BlockKind = {
  name: "button",
  attributes: { label: "", href: "", align: "left" },
  fields: (_, say) => [
    { name: "label", label: say("label"), type: "text", isNeeded: true },
    addressField(say, "href", true),
    aligning(say),
  ],
  read: ({ label, href, align }) => ({ label: text(label), href: text(href), align: text(align) }),
  write: (values) => values,
  show: ({ label, href }, _, say) => [
    element("span", { class: "mail-editor-button" }, text(label) || say("button")),
    element("span", { class: "mail-editor-soft" }, text(href)),
  ],
};

const actionCard: BlockKind = {
  name: "actionCard",
  attributes: { actionNo: null, label: "" },
  fields: (setup, say) => [
    actionField(setup, say, false),
    { name: "label", label: say("label"), type: "text" },
  ],
  read: ({ actionNo, label }) => ({ actionNo: text(actionNo), label: text(label) }),
  write: ({ actionNo, label }) => ({ actionNo: Number(actionNo) || null, label }),
  show: ({ actionNo, label }, setup, say) => [
    element("strong", {}, titleOf(setup, say, actionNo)),
    element(
      "span",
      { class: "mail-editor-button" },
      text(label) || actOf(setup, actionNo) || say("actionCard"),
    ),
  ],
};

const donation: BlockKind = {
  name: "donation",
  attributes: { actionNo: null, amounts: [], label: "" },
  fields: (setup, say) => [
    actionField(setup, say, true),
    { name: "label", label: say("lead"), type: "text" },
    { name: "amounts", label: say("amounts"), type: "text" },
  ],
  read: ({ actionNo, amounts, label }) => ({
    actionNo: text(actionNo),
    amounts: Array.isArray(amounts) ? amounts.join(", ") : "",
    label: text(label),
  }),
  write: ({ actionNo, amounts = "", label }) => ({
    actionNo: Number(actionNo) || null,
    amounts: amounts
      .split(/[,;\s]+/)
      .map(Number)
      .filter((amount) => amount >= 1 && amount <= 1_000_000)
      .slice(0, 8),
    label,
  }),
  show: ({ actionNo, amounts, label }, setup, say) => [
    element("strong", {}, text(label) || titleOf(setup, say, actionNo)),
    ...(Array.isArray(amounts) ? amounts : []).map((amount) =>
      element("span", { class: "mail-editor-button" }, String(amount)),
    ),
  ],
};

type SocialLink = { network: string; href: string };

function socialLinks(links: unknown): SocialLink[] {
  return Array.isArray(links) ? links : [];
}

const social: BlockKind = {
  name: "social",
  attributes: { links: [] },
  fields: (setup, say) =>
    setup.networks.map(({ name, label }) => ({ ...addressField(say, name, false), label })),
  read: ({ links }) => Object.fromEntries(socialLinks(links).map(({ network, href }) => [network, href])),
  write: (values) => ({
    links: Object.entries(values)
      .filter(([, href]) => href !== "")
      .map(([network, href]) => ({ network, href }))
      .slice(0, 10),
  }),
  show: ({ links }, setup, say) => {
    const names = socialLinks(links).map(
      ({ network }) => setup.networks.find(({ name }) => name === network)?.label ?? network,
    );
    return [names.join(" · ") || say("social")];
  },
};

const snippet: BlockKind = {
  name: "snippet",
  attributes: { name: "" },
  fields: (setup, say) => [
    choosing(
      say,
      say("snippet"),
      setup.snippets.map((value) => ({ value, label: value })),
      "name",
    ),
  ],
  read: ({ name }) => ({ name: text(name) }),
  write: (values) => values,
  show: ({ name }, _, say) => [say("snippetNamed", { name: text(name) || say("empty") })],
};

export const blockKinds: readonly BlockKind[] = [image, button, actionCard, donation, social, snippet];

function askFor(kind: BlockKind, attributes: Attributes, setup: Setup, say: Say) {
  const values = kind.read(attributes);
  return kind.ask?.(setup, say, values) ?? ask(say, say(kind.name), kind.fields(setup, say), values);
}

/** Asks for the values of a new block, and puts it where the cursor is. */
export async function insertBlock(editor: Editor, name: BlockName, setup: Setup, say: Say): Promise<void> {
  const kind = blockKinds.find((each) => each.name === name);
  if (!kind) return;
  const values = await askFor(kind, kind.attributes, setup, say);
  if (!values) return;
  editor.view.focus();
  editor.commands.insertContent([{ type: name, attrs: kind.write(values) }, { type: "paragraph" }]);
}

/** The blocks that are one piece: their looks are the mail's, not the editor's. */
export function blockNodes(setup: Setup, say: Say): Node[] {
  return blockKinds.map((kind) =>
    Node.create({
      name: kind.name,
      group: "block",
      atom: true,
      draggable: true,
      selectable: true,
      addAttributes: () =>
        Object.fromEntries(
          Object.entries(kind.attributes).map(([name, value]) => [
            name,
            { default: value, parseHTML: (from: HTMLElement) => parsed(from, name, value), rendered: false },
          ]),
        ),
      parseHTML: () => [
        { tag: `div[data-block="${kind.name}"]` },
        ...(kind.name === "image" ? [{ tag: "img[src^='http']" }, { tag: "img[src^='/files/']" }] : []),
      ],
      renderHTML: ({ node, HTMLAttributes }) => [
        "div",
        mergeAttributes(HTMLAttributes, {
          "data-block": kind.name,
          "data-attributes": JSON.stringify(node.attrs),
        }),
      ],
      addNodeView: () => viewOf(kind, setup, say),
    }),
  );
}

function parsed(from: HTMLElement, name: string, otherwise: unknown): unknown {
  if (from instanceof HTMLImageElement) return from.getAttribute(name) ?? otherwise;
  try {
    const all: unknown = JSON.parse(from.dataset.attributes ?? "{}");
    return typeof all === "object" && all !== null && name in all ? Reflect.get(all, name) : otherwise;
  } catch {
    return otherwise;
  }
}

function viewOf(kind: BlockKind, setup: Setup, say: Say): NodeViewRenderer {
  return ({ editor, node: first, getPos }) => {
    let node: ProseNode = first;
    const name = say(kind.name);
    const at = () => getPos() ?? 0;
    const shown = element("div", { class: "mail-editor-shown" });
    const edit = async (): Promise<void> => {
      const values = await askFor(kind, node.attrs, setup, say);
      if (values) editor.view.dispatch(editor.state.tr.setNodeMarkup(at(), undefined, kind.write(values)));
    };
    const tools = blockTools(editor, { name, at, size: () => node.nodeSize, edit }, say);
    const dom = element(
      "div",
      { class: "mail-editor-block", "data-block": kind.name, role: "group", "aria-label": name },
      shown,
      tools,
    );
    dom.addEventListener("dblclick", () => void edit());
    const draw = () => shown.replaceChildren(...kind.show(node.attrs, setup, say));
    draw();
    return {
      dom,
      update: (changed) => {
        if (changed.type.name !== kind.name) return false;
        node = changed;
        draw();
        return true;
      },
      stopEvent: (event) => event.target instanceof HTMLElement && tools.contains(event.target),
      ignoreMutation: () => true,
    };
  };
}

/** The buttons of a block: change, move, remove. */
export function blockTools(
  editor: Editor,
  { name, at, size, edit }: { name: string; at: () => number; size: () => number; edit: (() => void) | null },
  say: Say,
): HTMLElement {
  const tool = (label: string, glyph: string, act: () => void) =>
    element("button", { type: "button", "aria-label": label, title: label, click: act }, icon(glyph));
  return element(
    "div",
    { class: "mail-editor-tools", contenteditable: "false" },
    edit && tool(say("edit", { block: name }), "edit", edit),
    tool(say("up"), "up", () => moveBlock(editor, at(), -1)),
    tool(say("down"), "down", () => moveBlock(editor, at(), 1)),
    tool(say("remove", { block: name }), "remove", () => {
      editor.view.focus();
      editor.commands.deleteRange({ from: at(), to: at() + size() });
    }),
  );
}

/** Changes a block's place with its neighbour above or below. */
export function moveBlock(editor: Editor, at: number, by: -1 | 1): void {
  const { state } = editor;
  const node = state.doc.nodeAt(at);
  const place = state.doc.resolve(at);
  const neighbour = place.parent.maybeChild(place.index() + by);
  if (!node || !neighbour) return;
  const to = by < 0 ? at - neighbour.nodeSize : at + neighbour.nodeSize;
  const change = state.tr.delete(at, at + node.nodeSize).insert(to, node);
  editor.view.dispatch(change.setSelection(NodeSelection.create(change.doc, to)).scrollIntoView());
}
