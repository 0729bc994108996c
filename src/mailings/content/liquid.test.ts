import fc from "fast-check";
import { expect, test } from "vitest";
import { compileLiquid, literal, parseLiquid } from "./liquid";
import { RenderError } from "./render-error";

const html = (source: string, scope: object = {}) => compileLiquid(source, "html")({ ...scope });
const text = (source: string, scope: object = {}) => compileLiquid(source, "text")({ ...scope });

function faultOf(act: () => unknown) {
  try {
    act();
  } catch (error) {
    if (error instanceof RenderError) return error.fault;
    throw error;
  }
  return null;
}

test("fills in fields, with words for those that are blank", () => {
  const source = 'Dear {{ first_name | default: "friend" }} of {{ fields.union_branch }}{{ group.name }}';
  expect(html(source, { first_name: "Ana", fields: { union_branch: "West " }, group: { name: "Us" } })).toBe(
    "Dear Ana of West Us",
  );
  expect(html(source, { first_name: "" })).toBe("Dear friend of ");
  expect(html("{% if city %}in {{ city }}{% else %}near you{% endif %}")).toBe("near you");
  expect(html('{% if tags contains "nurse" %}yes{% endif %}', { tags: ["nurse"] })).toBe("yes");
  expect(text("{{ tags }}", { tags: ["a", "b"] })).toBe("a, b");
});

test("escapes values in HTML, however they are written, and never in text", () => {
  const scope = { first_name: `<b>&"'`, many: ["<i>"] };
  const escaped = "&lt;b&gt;&amp;&#34;&#39;";
  expect(html("{{ first_name }}", scope)).toBe(escaped);
  expect(html("{{ first_name | append: '' }}", scope)).toBe(escaped);
  expect(html("{% if true %}{{ first_name }}{% endif %}{% for a in many %}{{ a }}{% endfor %}", scope)).toBe(
    `${escaped}&lt;i&gt;`,
  );
  expect(html('{% assign x = "<script>" %}{{ x }}')).toBe("&lt;script&gt;");
  expect(html('{{ nobody | default: "<script>" }}{{ "<script>" }}')).toBe("&lt;script&gt;&lt;script&gt;");
  expect(text("{{ first_name }}", scope)).toBe(`<b>&"'`);
});

test.each([
  ["raw", "{{ first_name | raw }}"],
  ["json", "{{ first_name | json }}"],
])("knows no filter %s, which would let values through", (name, source) => {
  expect(faultOf(() => parseLiquid(source, "html"))).toMatchObject({ code: "unknown_filter", detail: name });
});

test.each(["include", "render", "layout", "capture", "cycle", "tablerow", "echo", "increment", "liquid"])(
  "knows no tag %s",
  (tag) => {
    expect(faultOf(() => parseLiquid(`a\nb {% ${tag} "x" %}`, "html"))).toMatchObject({
      code: "liquid",
      line: 2,
    });
  },
);

test.each([
  ["an if without end", "a\n{% if x %}\nb", 2],
  ["an output without end", "a\nb\n{{ first_name", 3],
  ["an end without beginning", "{% endif %}", 1],
])("says where %s is", (_, source, line) => {
  expect(faultOf(() => parseLiquid(source, "html"))).toMatchObject({ code: "liquid", line });
});

test.each([
  ["a loop without end", "{% for i in (1..100000000) %}x{% endfor %}"],
  ["loops in loops", `${"{% for i in (1..400) %}".repeat(4)}x${"{% endfor %}".repeat(4)}`],
  [
    "text that doubles",
    `{% assign a = "xxxxxxxxxxxxxxxx" %}${"{% assign a = a | append: a %}".repeat(40)}{{ a }}`,
  ],
  ["many small loops", "{% for i in (1..900) %}x{% endfor %}".repeat(100)],
  ["much text many times", `{% for i in (1..15000) %}${"x".repeat(2_000)}{% endfor %}`],
])("ends %s", (_, source) => {
  expect(faultOf(() => html(source))).toMatchObject({ code: "too_large" });
});

test("reaches nothing but the fields", () => {
  expect(
    text("{{ first_name.constructor }}{{ constructor }}{{ __proto__.x }}{{ fields.toString }}", {
      fields: {},
    }),
  ).toBe("");
});

test("leaves literal braces alone", () => {
  const words = "a {{ first_name }} b {% if %} { {";
  expect(html(literal(words), { first_name: "no" })).toBe(words);
});

test("fills what it fills by itself as Liquid does", () => {
  const value = fc.option(
    fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string(), { maxLength: 2 })),
  );
  fc.assert(
    fc.property(value, fc.constantFrom("html", "text"), (first_name, kind) => {
      const scope = first_name === null ? {} : { first_name };
      for (const output of [
        "{{ first_name }}",
        '{{ first_name | default: "a<b" }}',
        "{% if first_name %}a{% elsif first_name == 'x' %}b{% else %}c {{ first_name }}{% endif %}{% if 1 %}{{ first_name | size }}{% endif %}",
      ]) {
        // An assignment sends all of a template through Liquid.
        expect(compileLiquid(output, kind)(scope)).toBe(
          compileLiquid(`{% assign z = 1 %}${output}`, kind)(scope),
        );
      }
    }),
    { numRuns: 200 },
  );
});

test("keeps the lines of a text in HTML where it is told to, and is a text in every other way", () => {
  const scope = { sign_off: "Yours,\n<us>" };
  expect(html("{{ sign_off | as_lines }}", scope)).toBe("Yours,<br>\n&lt;us&gt;");
  expect(html("{{ sign_off | upcase | as_lines }}", scope)).toBe("YOURS,<br>\n&lt;US&gt;");
  expect(html('{{ nobody | default: "Us" | as_lines }}', scope)).toBe("Us");
  expect(html("{{ sign_off | as_line }}", scope)).toBe("Yours, &lt;us&gt;");
  expect(text("{{ sign_off | as_lines }}", scope)).toBe("Yours,\n<us>");
});
