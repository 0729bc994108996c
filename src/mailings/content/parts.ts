import { type MailingVersion, wrapperIn } from "../types";
import { conditionLiquid, fieldLiquid } from "./condition";
import { type Block, type Inline, readDocument } from "./document";
import type { LiquidKind } from "./liquid";
import { isDocument, type Material } from "./making";
import { type UsedFields, usedFields } from "./merge-fields";
import { type LiquidFault, RenderError } from "./render-error";
import { withoutSnippets } from "./tokens";
import type { MailPart } from "./types";

/** A part of a version that somebody wrote, and what its Liquid asks for, or why that cannot be read. */
export type ReadPart = { part: MailPart; text: string } & (
  | { used: UsedFields; fault: null }
  | { used: null; fault: LiquidFault }
);

/** Whether a version was written in the visual editor, where nobody knows of lines. */
export function isVisual({ form, body }: MailingVersion): boolean {
  return form === "visual" && isDocument(body);
}

const takesSnippets: ReadonlySet<MailPart> = new Set(["body", "plain", "wrapper"]);

/** Each part that somebody wrote, by itself, so that the line is the one they see. */
export function readParts(version: MailingVersion, material: Material): ReadPart[] {
  const wrapper = material.wrapper && wrapperIn(material.wrapper, version.language);
  const parts: [MailPart, string, LiquidKind][] = [
    ["from", version.fromName, "text"],
    ["subject", version.subject, "text"],
    ["preview", version.preview, "text"],
    ["body", isVisual(version) ? textsOf(version.body) : version.body, "html"],
    ...(version.plain === null
      ? []
      : [["plain", version.plain, "text"] satisfies [MailPart, string, LiquidKind]]),
    ...(version.amp ? [["amp", version.amp, "html"] satisfies [MailPart, string, LiquidKind]] : []),
    ...(wrapper
      ? ([
          ["wrapper", withoutSlot(wrapper.html), "html"],
          ["wrapper", withoutSlot(wrapper.plain), "text"],
          ["wrapper", wrapper.foot, "text"],
          ["wrapper", version.amp ? withoutSlot(wrapper.amp) : "", "html"],
        ] satisfies [MailPart, string, LiquidKind][])
      : []),
  ];
  return parts.map(([part, source, kind]) => {
    const text = takesSnippets.has(part) ? withoutSnippets(source) : source;
    try {
      return { part, text, used: usedFields(text, kind), fault: null };
    } catch (error) {
      if (!(error instanceof RenderError)) throw error;
      return { part, text, used: null, fault: error.fault };
    }
  });
}

function withoutSlot(text: string): string {
  return text.replace(/\{\{-?\s*content\s*-?\}\}/g, "");
}

/** What a document says, for its Liquid alone. */
function textsOf(body: string): string {
  const document = readDocument(body);
  if (!document) return "";
  const found: string[] = [];
  JSON.stringify(document, (key, value: unknown) => {
    if (typeof value === "string" && (key === "text" || key === "href" || key === "label" || key === "alt"))
      found.push(value);
    if (isField(value)) found.push(fieldLiquid(value.attrs));
    if (isCondition(value)) found.push(`{% if ${conditionLiquid(value.attrs)} %}{% endif %}`);
    return value;
  });
  return found.join("\n");
}

/** Of what is known to be a document. */
function isField(value: unknown): value is Extract<Inline, { type: "field" }> {
  return typeof value === "object" && value !== null && "type" in value && value.type === "field";
}

function isCondition(value: unknown): value is Extract<Block, { type: "condition" }> {
  return typeof value === "object" && value !== null && "type" in value && value.type === "condition";
}
