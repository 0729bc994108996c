import { z } from "zod";
import { BODY_BYTES_MAX, SNIPPET_NAME } from "../types";

/*
 * What the visual editor writes: the JSON of a ProseMirror document, checked here, since it comes from a browser.
 */

const DEPTH_MAX = 24;
const NODES_MAX = 5_000;
const TEXT_MAX = 20_000;
const URL_MAX = 2_000;
export const LABEL_MAX = 200;
export const AMOUNTS_MAX = 8;
export const SOCIAL_MAX = 10;
export const COLUMNS_MAX = 3;
export const CLAUSES_MAX = 5;

export const networks = [
  "facebook",
  "instagram",
  "bluesky",
  "mastodon",
  "whatsapp",
  "telegram",
  "tiktok",
  "youtube",
  "linkedin",
  "x",
  "threads",
  "website",
] as const;
export type Network = (typeof networks)[number];

const FIELD_NAME = /^[a-z_]\w*(?:\.[a-z_]\w*)?$/i;

/** What a condition may ask of a merge field. `more` and `less` compare numbers. */
export const clauseTests = ["equals", "differs", "contains", "filled", "blank", "more", "less"] as const;
const align = z.enum(["left", "center", "right"]).nullish().catch(null);
const url = z.string().max(URL_MAX).nullish();
const text = z.string().max(LABEL_MAX).default("");

const mark = z.discriminatedUnion("type", [
  z.object({ type: z.enum(["bold", "italic", "underline", "strike", "code"]) }),
  z.object({ type: z.literal("link"), attrs: z.object({ href: url }) }),
]);
export type Mark = z.infer<typeof mark>;

const inline = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("text"),
    text: z.string().max(TEXT_MAX),
    marks: z.array(mark).max(10).optional(),
  }),
  z.object({ type: z.literal("hardBreak") }),
  z.object({
    type: z.literal("field"),
    attrs: z.object({ name: z.string().regex(FIELD_NAME), fallback: text }),
    marks: z.array(mark).max(10).optional(),
  }),
]);
export type Inline = z.infer<typeof inline>;

const aligned = z.object({ textAlign: align }).optional();
const inlines = z.array(inline).max(NODES_MAX).optional();
const clause = z.object({ field: z.string().regex(FIELD_NAME), is: z.enum(clauseTests), value: text });
/** Who sees what is inside: people for whom all, or any, of this is so. */
const conditionAttributes = z.object({
  match: z.enum(["all", "any"]).default("all"),
  clauses: z.array(clause).min(1).max(CLAUSES_MAX),
});
export type Condition = z.infer<typeof conditionAttributes>;
const actionNo = z.int().min(1).nullish();

const leaves = [
  z.object({ type: z.literal("paragraph"), attrs: aligned, content: inlines }),
  z.object({
    type: z.literal("heading"),
    attrs: z.object({ level: z.int().min(1).max(3), textAlign: align }),
    content: inlines,
  }),
  z.object({ type: z.literal("codeBlock"), content: inlines }),
  z.object({ type: z.literal("horizontalRule") }),
  z.object({
    type: z.literal("image"),
    attrs: z.object({
      src: z.string().max(URL_MAX),
      alt: z.string().max(1_000).nullish(),
      width: z.number().min(1).max(2_000).nullish().catch(null),
      href: url,
      align,
    }),
  }),
  z.object({ type: z.literal("button"), attrs: z.object({ label: text, href: url, align }) }),
  z.object({ type: z.literal("actionCard"), attrs: z.object({ actionNo, label: text }) }),
  z.object({
    type: z.literal("donation"),
    attrs: z.object({
      actionNo,
      /** In whole units of the page's currency. */
      amounts: z.array(z.number().min(1).max(1_000_000)).max(AMOUNTS_MAX).default([]),
      label: text,
    }),
  }),
  z.object({
    type: z.literal("social"),
    attrs: z.object({
      links: z
        .array(z.object({ network: z.enum(networks), href: z.string().max(URL_MAX) }))
        .max(SOCIAL_MAX)
        .default([]),
    }),
  }),
  z.object({
    type: z.literal("snippet"),
    attrs: z.object({ name: z.string().regex(SNIPPET_NAME).or(z.literal("")) }),
  }),
] as const;

const block = z.discriminatedUnion("type", [
  ...leaves,
  z.object({
    type: z.literal("blockquote"),
    get content() {
      return z.array(block).max(NODES_MAX);
    },
  }),
  z.object({
    type: z.enum(["bulletList", "orderedList"]),
    attrs: z.object({ start: z.int().min(0).max(100_000).nullish() }).optional(),
    get content() {
      return z.array(item).max(NODES_MAX);
    },
  }),
  z.object({
    type: z.literal("columns"),
    get content() {
      return z.array(column).min(1).max(COLUMNS_MAX);
    },
  }),
  z.object({
    type: z.literal("condition"),
    attrs: conditionAttributes,
    get content() {
      return z.array(block).max(NODES_MAX);
    },
  }),
  // What may be changed in a mail made from a template that locks the rest.
  z.object({
    type: z.literal("slot"),
    attrs: z.object({ name: text }),
    get content() {
      return z.array(block).max(NODES_MAX);
    },
  }),
]);
const item = z.object({
  type: z.literal("listItem"),
  get content() {
    return z.array(block).max(NODES_MAX);
  },
});
const column = z.object({
  type: z.literal("column"),
  get content() {
    return z.array(block).max(NODES_MAX);
  },
});
const documentSchema = z.object({
  type: z.literal("doc"),
  /** Locked: nothing but what is in its slots may be changed. */
  attrs: z.object({ locked: z.boolean().default(false) }).optional(),
  content: z.array(block).max(NODES_MAX).default([]),
});

export type Block = z.infer<typeof block>;
export type MailDocument = z.infer<typeof documentSchema>;

/** The document that the visual editor wrote; null for what is none. Empty text is an empty document. */
export function readDocument(body: string): MailDocument | null {
  if (body.trim() === "") return { type: "doc", content: [] };
  if (body.length > BODY_BYTES_MAX || depthOf(body) > DEPTH_MAX * 2) return null;
  try {
    const read = documentSchema.safeParse(JSON.parse(body));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

/** How deep brackets go, so that what recurses over the document ends. Brackets in texts count too: they close again or harm nothing. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  let isText = false;
  for (let at = 0; at < json.length; at += 1) {
    const sign = json[at];
    if (isText) {
      if (sign === "\\") at += 1;
      else if (sign === '"') isText = false;
    } else if (sign === '"') isText = true;
    else if (sign === "{" || sign === "[") {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (sign === "}" || sign === "]") depth -= 1;
  }
  return deepest;
}
