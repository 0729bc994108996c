import { sha256, toHex } from "../platform/crypto";
import { isLocale, type Locale } from "../ui/i18n";

/** A quarter of an isolate's memory (Cloudflare's docs, Workers). */
const BYTES_MAX = 32 * 1024 * 1024;
export const PAGE_FRESH_MS = 30_000;

export type Page = {
  bytes: Uint8Array;
  headers: Record<string, string>;
  etag: string;
  /** Whether memory still holds, fresh, the very group and snapshot the page was made of. */
  isCurrent(now: number): boolean;
  expiresAt: number;
};

/** Rendered pages, the least recently used forgotten first, bounded by their size. */
export class PageCache {
  readonly #pages = new Map<string, Page>();
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get(key: string): Page | undefined {
    const page = this.#pages.get(key);
    if (!page) return undefined;
    this.#pages.delete(key);
    this.#pages.set(key, page);
    return page;
  }

  set(key: string, page: Page): void {
    this.delete(key);
    if (page.bytes.byteLength > this.#bytesMax) return;
    this.#pages.set(key, page);
    this.#bytes += page.bytes.byteLength;
    for (const oldest of this.#pages.keys()) {
      if (this.#bytes <= this.#bytesMax) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const page = this.#pages.get(key);
    if (!page) return;
    this.#bytes -= page.bytes.byteLength;
    this.#pages.delete(key);
  }

  clear(): void {
    this.#pages.clear();
    this.#bytes = 0;
  }

  get size(): { pages: number; bytes: number } {
    return { pages: this.#pages.size, bytes: this.#bytes };
  }
}

const pages = new PageCache(BYTES_MAX);

/**
 * The name of a public page in the cache: host and path as they are written once, and for a group's own page the language
 * asked for (an action's page speaks the action's), for an action's the letter of a variant of what networks show of it.
 * Nothing else of the query is part of it, so that no `?source=` and no unknown parameter makes another copy: a form posts
 * to the address it stands at, and the query goes along by itself. A letter that the action does not have is kept nowhere.
 *
 * Null for a path in any other spelling than the one we link to (another case, percent-encoding, a slash at the end):
 * such an address is answered by a redirect, never from here. Null also for a preview, which is one person's, and for an
 * address with a user in it, which could pass for a host.
 * @param url a `Request`'s, so already parsed and serialised (WHATWG URL): scheme and host are in lower case
 */
export function pageKey(url: string): string | null {
  const hostStart = url.indexOf("://") + 3;
  const pathStart = url.indexOf("/", hostStart);
  if (pathStart < 0) return null;
  const queryStart = url.indexOf("?", pathStart);
  if (queryStart >= 0 && url.includes("preview=", queryStart)) return null;
  const path = queryStart < 0 ? url.slice(pathStart) : url.slice(pathStart, queryStart);
  if (!CANONICAL_PATH.test(path)) return null;
  const authority = url.slice(hostStart, pathStart);
  if (authority.includes("@")) return null;
  const query = queryStart < 0 ? "" : url.slice(queryStart);
  const part = path === "/" ? (localeIn(query) ?? "") : variantIn(query);
  return `${hostIn(authority)}${path} ${part}`;
}

/** `/`, or a kind and a slug. Only these are kept. */
const CANONICAL_PATH = /^\/(?:[a-z]+\/[a-z0-9-]+)?$/;

function hostIn(authority: string): string {
  const colon = authority.indexOf(":");
  const host = colon < 0 ? authority : authority.slice(0, colon);
  return host.endsWith(".") ? host.slice(0, -1) : host;
}

/** The letter of a variant that a query names; empty for none, and for what can be no letter of ours. */
export function variantIn(query: string): string {
  return /(?:^\?|&)v=([a-z])(?:[&#]|$)/.exec(query)?.[1] ?? "";
}

/** The language a query asks for: the first `lang`, if it is one we speak. */
function localeIn(query: string): Locale | null {
  if (!query.includes("lang=")) return null;
  const asked = new URLSearchParams(query).get("lang");
  return isLocale(asked) ? asked : null;
}

const encoder = new TextEncoder();

/** The bytes of a page with a name for exactly these bytes, so that a browser that has them is told so. */
export async function pageOf(
  html: string,
  page: Pick<Page, "headers" | "expiresAt" | "isCurrent">,
): Promise<Page> {
  const etag = `"${toHex((await sha256(html)).slice(0, 12))}"`;
  return { ...page, bytes: encoder.encode(html), headers: { ...page.headers, ETag: etag }, etag };
}

/** Keeps a page for as long as what it was made of is current, at most `PAGE_FRESH_MS`. */
export function keepPage(key: string, page: Page): void {
  pages.set(key, page);
}

/**
 * Answers a GET from memory, without any I/O; null when the page must be made. Runs before everything else of the app.
 * A page is served only if the group and the snapshot it shows are the very ones memory still holds fresh: that is
 * stricter than versions in the key, and a change published in this isolate shows at once.
 */
export function servePublicFast(request: Request, now: number = Date.now()): Response | null {
  if (request.method !== "GET" && request.method !== "HEAD") return null;
  const key = pageKey(request.url);
  return key === null ? null : serveKept(key, request, now);
}

/** The page kept under a key, as long as it is current. */
export function serveKept(key: string, request: Request, now: number): Response | null {
  const page = pages.get(key);
  return page && page.expiresAt > now && page.isCurrent(now) ? respondWith(page, request) : null;
}

/** The page, or 304 for a browser that already holds these very bytes. */
export function respondWith(page: Page, request: Request): Response {
  if (request.headers.get("If-None-Match") === page.etag) {
    return new Response(null, { status: 304, headers: page.headers });
  }
  return new Response(request.method === "HEAD" ? null : page.bytes, { headers: page.headers });
}

/** Empties this isolate's memory of pages, as a new isolate starts. */
export function forgetPages(): void {
  pages.clear();
}
