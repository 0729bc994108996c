import { describe, expect, it } from "vitest";
import { renderDescription } from "./description";

const html = (source: string) => renderDescription(source)?.html ?? "";

describe("a description", () => {
  it("becomes headings, emphasis, lists and links that pass nothing on", () => {
    expect(html("# One\n\n**two** _three_\n\n- four\n\n[five](https://example.org/a?b=1&c=2)")).toBe(
      "<h2>One</h2>\n<p><strong>two</strong> <em>three</em></p>\n<ul>\n<li>four</li>\n</ul>\n" +
        '<p><a href="https://example.org/a?b=1&amp;c=2" rel="nofollow noopener">five</a></p>\n',
    );
  });

  it("keeps emoji, right-to-left text and single line breaks", () => {
    expect(html("هواء نقي 💨\nשלום")).toBe("<p>هواء نقي 💨<br />שלום</p>\n");
  });

  for (const attack of [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](//evil.example)",
    "<a href='https://a.example' onclick='alert(1)' style='position:fixed' class='x' id='x'>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<style>body{display:none}</style>",
    "<form action=/x><input name=y></form>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<base href='https://evil.example'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<details open ontoggle=alert(1)>",
    "`</code><script>alert(1)</script>`",
    "<textarea><script>alert(1)</script></textarea>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
  ]) {
    it(`lets nothing run or load: ${attack}`, () => {
      const out = html(attack);
      const tags = out.match(/<[^>]*>/g) ?? [];
      for (const tag of tags) {
        expect(tag).toMatch(
          /^<\/?(p|br|hr|h2|h3|h4|strong|em|del|a|ul|ol|li|blockquote|code|pre)( \/)?>$|^<a( href="(https?:|mailto:|tel:)[^"<>]*")? rel="nofollow noopener">$/,
        );
      }
    });
  }

  it("says which elements were left out", () => {
    expect(renderDescription("<iframe></iframe><script></script>fine")?.removed).toEqual([
      "iframe",
      "script",
    ]);
    expect(renderDescription("# fine")?.removed).toEqual([]);
  });

  it("is refused, not hung on, when it nests absurdly or is too long", () => {
    const started = Date.now();
    for (const text of [
      ">".repeat(50_000),
      "[".repeat(50_000),
      "*a ".repeat(16_000),
      "<div>".repeat(10_000),
      "x".repeat(50_001),
    ]) {
      const out = renderDescription(text);
      expect(out === null || out.html.length <= 200_000).toBe(true);
    }
    expect(renderDescription("x".repeat(50_001))).toBeNull();
    expect(Date.now() - started).toBeLessThan(10_000);
  });
});
