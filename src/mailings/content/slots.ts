import { fieldLiquid } from "./condition";
import { type Block, type Inline, readDocument } from "./document";

/*
 * A template may lock its mails: nothing but what is in its slots may be changed. The lock is part of the document, and what is
 * around the slots is held to what was saved before, so that a mail needs no template to be locked by.
 */

/** Whether a body as the visual editor wrote it is locked. */
export function isLocked(body: string): boolean {
  // Most bodies are not, and reading one takes a while.
  return body.includes('"locked"') && readDocument(body)?.attrs?.locked === true;
}

/** The same body with the lock set or taken off; null for what is no document, or has no slot to be locked around. */
export function withLock(body: string, locked: boolean): string | null {
  const document = readDocument(body);
  if (!document || (locked && slotsIn(document.content).length === 0)) return null;
  return JSON.stringify({ ...document, attrs: { locked } });
}

/** Everything around the slots of a document, to be compared. Null for what is no document. */
export function skeletonOf(body: string): string | null {
  const document = readDocument(body);
  if (!document) return null;
  // What was left open and what is empty are the same.
  return JSON.stringify(document, (_, value: unknown) => {
    if (value === null) return undefined;
    return isSlot(value) ? { ...value, content: [] } : value;
  });
}

type Slot = Extract<Block, { type: "slot" }>;

function isSlot(value: unknown): value is Slot {
  return typeof value === "object" && value !== null && "type" in value && value.type === "slot";
}

function slotsIn(blocks: readonly Block[]): Slot[] {
  const found: Slot[] = [];
  changeSlots(blocks, (slot) => {
    found.push(slot);
    return slot;
  });
  return found;
}

/** The same blocks with each slot changed, in their order; what is inside of a slot is the slot's own. */
function changeSlots(blocks: readonly Block[], change: (slot: Slot) => Slot): Block[] {
  return blocks.map((block): Block => {
    switch (block.type) {
      case "slot":
        return change(block);
      case "condition":
      case "blockquote":
        return { ...block, content: changeSlots(block.content, change) };
      case "columns":
        return {
          ...block,
          content: block.content.map((each) => ({ ...each, content: changeSlots(each.content, change) })),
        };
      case "bulletList":
      case "orderedList":
        return {
          ...block,
          content: block.content.map((each) => ({ ...each, content: changeSlots(each.content, change) })),
        };
      default:
        return block;
    }
  });
}

/** What is in each slot, as words with an empty line between paragraphs: for whoever writes without the visual editor. */
export function slotWords(body: string): { name: string; words: string }[] {
  const document = readDocument(body);
  if (!document) return [];
  return slotsIn(document.content).map(({ attrs, content }) => ({
    name: attrs.name,
    words: content.map(wordsOf).filter(Boolean).join("\n\n"),
  }));
}

function wordsOf(node: unknown): string {
  if (typeof node !== "object" || node === null) return "";
  if (isField(node)) return fieldLiquid(node.attrs);
  const text = "text" in node && typeof node.text === "string" ? node.text : "";
  return text + ("content" in node && Array.isArray(node.content) ? node.content.map(wordsOf).join("") : "");
}

function isField(node: object): node is Extract<Inline, { type: "field" }> {
  return "type" in node && node.type === "field";
}

/** Puts words into slots, by their place; a slot whose words are as they were keeps what it has. */
export function withSlotWords(body: string, words: ReadonlyMap<number, string>): string {
  const document = readDocument(body);
  if (!document) return body;
  const before = slotWords(body);
  let at = -1;
  const content = changeSlots(document.content, (slot) => {
    at += 1;
    const said = words.get(at)?.replace(/\r\n?/g, "\n").trim();
    return said === undefined || said === before[at]?.words ? slot : { ...slot, content: paragraphsOf(said) };
  });
  return JSON.stringify({ ...document, content });
}

function paragraphsOf(words: string): Block[] {
  const paragraphs = words.split(/\n{2,}/).filter((each) => each.trim() !== "");
  if (paragraphs.length === 0) return [{ type: "paragraph" }];
  return paragraphs.map((text) => ({
    type: "paragraph",
    content: [{ type: "text", text: text.replaceAll("\n", " ") }],
  }));
}
