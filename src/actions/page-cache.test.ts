import { expect, test } from "vitest";
import { type Page, PageCache, pageKey } from "./page-cache";

const page = (length: number): Page => ({
  bytes: new Uint8Array(length),
  headers: {},
  etag: "",
  isCurrent: () => true,
  expiresAt: 0,
});

test("holds no more bytes than it may, and forgets what was used longest ago", () => {
  const cache = new PageCache(100);
  cache.set("a", page(40));
  cache.set("b", page(40));
  cache.get("a");
  cache.set("c", page(40));
  expect([cache.get("a"), cache.get("b"), cache.get("c")].map((held) => held?.bytes.byteLength)).toEqual([
    40,
    undefined,
    40,
  ]);
  expect(cache.size).toEqual({ pages: 2, bytes: 80 });
});

test("a page that replaces another is counted once, and one that never fits is not held", () => {
  const cache = new PageCache(100);
  cache.set("a", page(90));
  cache.set("a", page(30));
  expect(cache.size).toEqual({ pages: 1, bytes: 30 });
  cache.set("a", page(101));
  expect(cache.size).toEqual({ pages: 0, bytes: 0 });
});

const key = (url: string) => pageKey(new Request(url).url);

test("every spelling of one host, and any query, is one page", () => {
  const spellings = [
    "http://riverside.localhost/petitions/clean-air",
    "https://riverside.localhost:8787/petitions/clean-air",
    "http://RiverSide.LocalHost./petitions/clean-air",
    "http://riverside.localhost:443/petitions/clean-air?source=a",
    "http://riverside.localhost/petitions/clean-air?b=1&a=2",
    "http://riverside.localhost/petitions/clean-air?",
    "http://riverside.localhost/petitions/clean-air?lang=fr",
    "http://riverside.localhost/x/../petitions/clean-air",
  ];
  expect(new Set(spellings.map((url) => key(url)))).toEqual(
    new Set([key("http://riverside.localhost/petitions/clean-air")]),
  );
});

test("hosts, paths and languages are kept apart", () => {
  const different = [
    "http://riverside.localhost/",
    "http://riverside.localhost/?lang=fr",
    "http://riverside.localhost/?lang=es",
    "http://harbour.localhost/",
    "http://riverside.localhost.evil.example/",
    "http://riverside.localhost/petitions/clean-air",
    "http://riverside.localhost/petitions/clean-ai",
    "http://harbour.localhost/petitions/clean-air",
  ];
  expect(new Set(different.map((url) => key(url))).size).toBe(different.length);
});

test("a variant's letter makes a page of its own, at an action's address and nowhere else", () => {
  const page = "http://riverside.localhost/petitions/clean-air";
  const different = [
    page,
    `${page}?v=a`,
    `${page}?v=b`,
    `${page.replace("riverside", "harbour")}?v=b`,
    `${page}-now?v=b`,
    "http://riverside.localhost/",
    "http://riverside.localhost/?lang=fr",
  ];
  expect(new Set(different.map((url) => key(url))).size).toBe(different.length);
  for (const same of ["?v=b&source=share-x.b", "?source=share-x.b&v=b", "?V=a&v=b", "?v=b&v=a"])
    expect(key(page + same)).toBe(key(`${page}?v=b`));
  for (const none of [
    "?v=",
    "?v=B",
    "?v=bb",
    "?v=1",
    "?v=%62",
    "?v=b%00",
    "?v=é",
    "?xv=b",
    "?x=?v=b",
    "?v=a/../../x",
  ])
    expect(key(page + none)).toBe(key(page));
  expect(key("http://riverside.localhost/?v=b")).toBe(key("http://riverside.localhost/"));
});

test.each([
  "http://riverside.localhost/Petitions/clean-air",
  "http://riverside.localhost/%70etitions/clean-air",
  "http://riverside.localhost/petitions/clean-air/",
  "http://riverside.localhost//petitions/clean-air",
  "http://riverside.localhost/petitions/clean%2Dair",
  "http://riverside.localhost/petitions/clean-air/thanks",
  "http://riverside.localhost/petitions/clean-air?preview=abc",
  "http://user:pass@riverside.localhost/petitions/clean-air",
  "http://harbour.localhost:x@riverside.localhost/petitions/clean-air",
  "http://riverside.localhost/petitions/cleañ-air",
])("%s is never answered from memory", (url) => {
  expect(key(url)).toBeNull();
});
