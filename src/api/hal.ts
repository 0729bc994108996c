import type { ApiContext } from "./web";

/** HAL (draft-kelly-json-hal) as OSDI clients know it: osdi-api.md §1.6. */
export type Link = { href: string };
export type Item = { _links: Record<string, Link | Link[]> & { self: Link } } & Record<string, unknown>;

/** The two curies every document carries, in this order. @param base the API's absolute address */
export function curies(base: string) {
  const docs = `${new URL(base).origin}/docs/v2/{rel}`;
  return ["osdi", "action_network"].map((name) => ({ name, href: docs, templated: true }));
}

/** Answers with one resource. */
export function answerItem(c: ApiContext, item: Item): Response {
  return answer(c, { ...item, _links: { ...item._links, curies: curies(c.var.base) } });
}

/** Answers 200 with a document: no call of this API answers 201 or 204 (osdi-api.md §1.1). */
export function answer(c: ApiContext, document: object): Response {
  return c.json(document, 200, { "Content-Type": "application/hal+json; charset=utf-8" });
}

/** A link of a document. @param path below the API's address, such as `/people/…` */
export function link(base: string, path: string): Link {
  return { href: base + path };
}

/** `YYYY-MM-DDTHH:MM:SSZ` of a moment in ms: clients know no fractions of a second. */
export function dateText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** What every resource begins with: its own identifier first (clients take the first), then other systems' names of it. */
export function identity(id: string, others: readonly string[], createdAt: number, modifiedAt: number) {
  return {
    identifiers: [`action_network:${id}`, ...others],
    created_date: dateText(createdAt),
    modified_date: dateText(Math.max(createdAt, modifiedAt)),
  };
}

/** The id a link of a request's body leads to, whatever its host: clients write ours and others' (osdi-api.md §1.9). */
export function idInLink(links: unknown, rel: string): string | null {
  const href = hrefIn(isRecord(links) ? links[rel] : undefined);
  const last = href?.split(/[?#]/)[0]?.replace(/\/+$/, "").split("/").at(-1) ?? "";
  return last === "" ? null : last.replace(/^action_network:/, "");
}

function hrefIn(found: unknown): string | undefined {
  const one: unknown = Array.isArray(found) ? found[0] : found;
  if (typeof one === "string") return one;
  return isRecord(one) && typeof one.href === "string" ? one.href : undefined;
}

/** Whether a value of a body is an object with keys. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
