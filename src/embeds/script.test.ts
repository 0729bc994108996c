import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { edition } from "./snippet";
import { inShadow } from "./style";

/** What a page of another site pays before anything is shown. */
const COMPRESSED_BYTES_MAX = 8_000;

async function asset(path: string): Promise<Response> {
  const response = await env.ASSETS.fetch(`https://assets.local${path}`);
  expect([path, response.status]).toEqual([path, 200]);
  return response;
}

async function compressed(text: string): Promise<number> {
  const stream = new Response(text).body?.pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).arrayBuffer()).byteLength;
}

test("the script is small, and asks nothing of a policy that a strict one refuses", async () => {
  const script = await (await asset("/js/embed.js")).text();
  expect(await compressed(script)).toBeLessThan(COMPRESSED_BYTES_MAX);
  expect(script).not.toMatch(
    /\beval\(|new Function|setAttribute\("style|\.cssText|document\.write|\.onclick/,
  );
});

test("the edition that pages name by its content has that content, and is the script of today", async () => {
  const bytes = await (await asset(edition.path)).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-384", bytes)).toBase64();
  expect(edition.integrity).toBe(`sha384-${digest}`);
  expect(await (await asset("/js/embed.js")).text()).toBe(new TextDecoder().decode(bytes));
});

test("rules for a document become rules for one element, in pixels", () => {
  expect(
    inShadow(":root{--a:1.5rem}html{color:red}body,html:has(x){gap:.5rem}.bodywork{a:b}a{b:htmlx}"),
  ).toBe(".embed{--a:24px}.embed{color:red}.embed,.embed:has(x){gap:8px}.bodywork{a:b}a{b:htmlx}");
});
