import { describe, expect, it } from "vitest";
import { renderWrapper } from "./look-html";

const picture = "/files/images/01890a5d-ac96-774b-bcce-b302099a8057.webp";

describe("a header or footer of a group's own", () => {
  it("keeps structure, links, own pictures and own classes", () => {
    const html = `<nav class="own-menu" aria-label="Menu"><ul><li><a href="https://example.org/" rel="noopener">Home</a></li></ul></nav><img src="${picture}" alt="Union" width="40" height="40" />`;
    expect(renderWrapper(html)).toEqual({ html, removed: [], problem: "" });
  });

  it.each([
    ["<script>alert(1)</script>x", "x", ["<script>"]],
    ["<style>p{}</style>x", "x", ["<style>"]],
    ['<p onclick="alert(1)" style="position:fixed" id="main">x</p>', "<p>x</p>", ["onclick", "style", "id"]],
    ['<a href="javascript:alert(1)" target="_blank">x</a>', '<a rel="noopener">x</a>', []],
    ['<a href="//evil.example">x</a>', '<a rel="noopener">x</a>', []],
    [
      '<form action="/x"><input name="email"><button>x</button></form>',
      "x",
      ["<form>", "<input>", "<button>"],
    ],
    ["<iframe src='https://e.example'></iframe>x", "x", ["<iframe>"]],
    ["<svg onload=alert(1)><circle/></svg>x", "x", ["<svg>", "onload", "<circle>"]],
    [
      '<div class="sign-bar own-x visually-hidden">x</div>',
      '<div class="own-x">x</div>',
      [".sign-bar", ".visually-hidden"],
    ],
    ["</div></main><p>x", "<p>x</p>", []],
    ["<h1>x</h1>", "<h2>x</h2>", []],
    ["<!-- --!> <script>x</script> -->", "--&gt;", ["<script>"]],
    [
      "<meta http-equiv=refresh content=0><base href=//e><link rel=stylesheet href=//e>x",
      "x",
      ["<meta>", "<base>", "<link>"],
    ],
  ])("%s loses what pages may not have, and says so", (source, html, removed) => {
    const rendered = renderWrapper(source);
    expect(rendered.html).toBe(html);
    expect(rendered.removed.toSorted()).toEqual(removed.toSorted());
    expect(rendered.problem).toBe("");
  });

  it.each([
    ['<img src="https://tracker.example/a.gif" alt="">', "own_picture"],
    ['<img src="data:image/svg+xml,x" alt="">', "own_picture"],
    [`<img src="${picture}.svg" alt="">`, "own_picture"],
    ["<img alt=x>", "own_picture"],
    [`<img src="${picture}">`, "picture_words"],
  ])("%s is refused", (source, problem) => {
    expect(renderWrapper(source).problem).toBe(problem);
  });

  it("read again is the same", () => {
    const once = renderWrapper('<div class=own-a><p>a &amp; b <b>c</b><a href="/x?a=1&b=2">d</a></div>').html;
    expect(renderWrapper(once).html).toBe(once);
  });
});
