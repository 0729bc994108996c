import type { z } from "zod";
import type { Call } from "./types";

type Collection = {
  path: string;
  /** As in a sentence: "a petition", "petitions". */
  one: string;
  many: string;
  filters?: readonly string[];
  body?: z.ZodType;
  /** What a PUT takes, where that is something else. */
  change?: z.ZodType;
  /** What a POST to it is, if it is possible; a helper takes a person with it. */
  post?: string;
  put?: boolean;
  isDeferrable?: boolean;
  isBlind?: boolean;
  /** The last part of an item's path. */
  id?: string;
};

/** The calls of a collection and of the things in it. */
export function callsOf(collection: Collection): Call[] {
  const {
    path,
    one,
    many,
    filters = [],
    body,
    post,
    put,
    isDeferrable = false,
    isBlind = false,
  } = collection;
  const item = `${path}/${collection.id ?? "{id}"}`;
  const written = { ...(body ? { body } : {}), isDeferrable };
  const change = collection.change ?? body;
  const changed = { ...(change ? { body: change } : {}), isDeferrable };
  return [
    { method: "GET", path, summary: `List ${many}`, isList: true, filters },
    ...(post ? [{ method: "POST" as const, path, summary: post, ...written, isBlind }] : []),
    { method: "GET", path: item, summary: `Read ${one}` },
    ...(put ? [{ method: "PUT" as const, path: item, summary: `Change ${one}`, ...changed }] : []),
  ];
}
