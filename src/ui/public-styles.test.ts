import { expect, test } from "vitest";
import { minified, publicStyles } from "./public-styles";

const BYTES_MAX = 5_000;

test("the styles of a public page take at most 5 kB compressed", async () => {
  const compressed = new Blob([publicStyles]).stream().pipeThrough(new CompressionStream("gzip"));
  const { byteLength } = await new Response(compressed).arrayBuffer();
  expect(byteLength).toBeGreaterThan(1_000);
  expect(byteLength).toBeLessThanOrEqual(BYTES_MAX);
});

test("the order of the layers is declared before any rule", () => {
  expect(publicStyles).toMatch(/^@layer reset,tokens,base,components,pages,utilities;@layer tokens\{/);
});

test("minifying takes comments and needless spaces and nothing else", () => {
  const css =
    '/* why\n: */\n@media (width >= 2rem) and (print) {\n  a :hover > b::before { content: ""; margin: 0 calc(1px + 2px) ; }\n}\n';
  expect(minified(css)).toBe(
    '@media (width >= 2rem) and (print){a :hover > b::before{content:"";margin:0 calc(1px + 2px)}}',
  );
});

test("no string or address in the styles holds what minifying would change, and nothing is fetched", () => {
  const strings = [...publicStyles.matchAll(/"([^"]*)"/g)].map(([, inside = ""]) => inside);
  expect(strings.filter((inside) => /[{};,:]|\s\s/.test(inside))).toEqual([]);
  expect(publicStyles).not.toMatch(/url\(|@import|<\//);
});

test("every brace is closed", () => {
  expect(publicStyles.split("{").length).toBe(publicStyles.split("}").length);
});
