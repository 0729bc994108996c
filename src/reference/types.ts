import type { z } from "zod";

const methods = ["GET", "POST", "PUT", "DELETE"] as const;
export type Method = (typeof methods)[number];

/** One call of the API as it is described. */
export type Call = {
  method: Method;
  /** Below `/api/v2`, with `{id}` for what is an id. */
  path: string;
  summary: string;
  /** What validates the body; calls without one take none, or any. */
  body?: z.ZodType;
  /** Answers with a page of a collection. */
  isList?: boolean;
  /** The fields a filter of the collection may name. */
  filters?: readonly string[];
  /** May be done after the answer, with `background_request=true`. */
  isDeferrable?: boolean;
  /** Browsers may call it without a key, and learn only whether it went well. */
  isBlind?: boolean;
};

/** A page of the reference. */
export type Resource = {
  /** In the address of its page. */
  name: string;
  title: string;
  about: readonly string[];
  /** The relations of HAL documents that lead to it, without their prefix. */
  rels: readonly string[];
  calls: readonly Call[];
};
