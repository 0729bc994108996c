import { type Filter, parseFilter } from "./filter";
import { answer, curies, type Item, type Link, link } from "./hal";
import { ApiError } from "./problem";
import type { ApiContext } from "./web";

export const PAGE_SIZE_MAX = 25;
const PAGE_MAX = 1_000_000;
const CURSOR_LENGTH_MAX = 200;

/** What of a collection is asked for. `after` is where the page before ended, else `skip` says how many come first. */
export type Asked = { limit: number; skip: number; after: string | null; filter: Filter | null };

/** A page of rows, in an order that does not change as rows come: the newest first. */
export type Found<Row> = {
  rows: Row[];
  /** Where the last row stands, for `Asked.after`; null for an empty page. */
  cursor: string | null;
  /** How many there are on all pages; left out by the collections without totals. */
  total?: number;
  /** Whether a page follows, where the collection knows it better than its total does: a count may be a moment old. */
  hasMore?: boolean;
};

export type Collection<Row> = {
  /** Below the API's address. */
  path: string;
  /** The one key in `_embedded`, and of the links to the items. */
  rel: string;
  /** Further names of the links to the items. */
  otherRels?: readonly string[];
  /** The fields a filter may name; none: whatever is sent is not looked at. */
  fields: readonly string[];
  aliases?: Record<string, string>;
  find(asked: Asked): Promise<Found<Row>>;
  render(row: Row): Item;
};

/**
 * Answers with one page of a collection in its envelope (osdi-api.md §1.7). Whoever follows `next` reads on from where the page
 * ended, at the same price for each page; a page asked for by its number alone is found by skipping.
 */
export async function answerCollection<Row>(c: ApiContext, collection: Collection<Row>): Promise<Response> {
  const { base } = c.var;
  const { page, limit, after } = paging(c);
  const { text, filter } = filterOf(c, collection);
  const found = await collection.find({
    limit,
    skip: after === null ? (page - 1) * limit : 0,
    after,
    filter,
  });
  const items = found.rows.map((row) => collection.render(row));
  const self = base + collection.path;
  const at = (number: number, cursor: string | null): Link => {
    const query = new URLSearchParams({
      ...(text === "" ? {} : { filter: text }),
      ...(limit === PAGE_SIZE_MAX ? {} : { per_page: String(limit) }),
      page: String(number),
      ...(cursor === null ? {} : { after: cursor }),
    });
    return { href: `${self}?${query}` };
  };
  const counted = found.total === undefined ? null : Math.ceil(found.total / limit);
  // Clients that go on until the last page must not end before it.
  const pages =
    counted === null ? null : Math.max(counted, found.hasMore ? page + 1 : items.length > 0 ? page : 0);
  const hasNext = items.length > 0 && (found.hasMore ?? (pages === null || page < pages));
  const hrefs = items.map(({ _links }) => ({ href: _links.self.href }));
  return answer(c, {
    ...(pages === null ? {} : { total_pages: pages }),
    per_page: limit,
    page,
    ...(found.total === undefined ? {} : { total_records: found.total }),
    _links: {
      ...(hasNext ? { next: at(page + 1, found.cursor) } : {}),
      ...(page > 1 ? { previous: at(page - 1, null) } : {}),
      self: link(base, collection.path),
      [collection.rel]: hrefs,
      ...Object.fromEntries((collection.otherRels ?? []).map((rel) => [rel, hrefs])),
      curies: curies(base),
    },
    _embedded: { [collection.rel]: items },
  });
}

/** Whatever is no number is as if it were not there: clients send `per_page=25filter=None` (osdi-api.md §1.7). */
function paging(c: ApiContext) {
  const number = (name: string) => /^\s*(\d{1,9})/.exec(c.req.query(name) ?? "")?.[1];
  const limit = Number(number("per_page") ?? PAGE_SIZE_MAX);
  const page = Math.max(1, Number(number("page") ?? 1));
  if (page > PAGE_MAX) throw new ApiError(400, `There are at most ${PAGE_MAX} pages`);
  const after = c.req.query("after");
  return {
    page,
    limit: limit < 1 || limit > PAGE_SIZE_MAX ? PAGE_SIZE_MAX : limit,
    after: after && after.length <= CURSOR_LENGTH_MAX ? after : null,
  };
}

function filterOf<Row>(c: ApiContext, { fields, aliases }: Collection<Row>) {
  const text = c.req.query("filter") ?? "";
  if (fields.length === 0) return { text: "", filter: null };
  const parsed = parseFilter(text, fields, aliases);
  if (parsed.is === "wrong") throw new ApiError(400, parsed.reason);
  return { text: parsed.filter === null ? "" : text, filter: parsed.filter };
}
