import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scopeCss } from "./look-css";

const picture = "/files/images/01890a5d-ac96-774b-bcce-b302099a8057.webp";

function css(source: string): string {
  const scoped = scopeCss(source);
  return scoped.ok ? scoped.css : `${scoped.problem}: ${scoped.piece}`;
}

describe("a group's own styles", () => {
  it.each([
    ["", ""],
    [".own-header { color: #fff; margin: 0 auto }", ".public .own-header{color:#fff;margin:0 auto}"],
    [
      "h1, h2:not(.x) > a { color: red !important }",
      ".public h1,.public h2:not(.x) > a{color:red!important}",
    ],
    [":root { --own-blue: oklch(0.5 0.1 20) }", ".public{--own-blue:oklch(0.5 0.1 20)}"],
    [
      ".own-menu > li, .own-top a:hover { position: absolute; top: -1px; display: none }",
      ".public .own-menu > li,.public .own-top a:hover{position:absolute;top:-1px;display:none}",
    ],
    ["html body.dark p, body:has(h1) { gap: 1px }", ".public.dark p,.public:has(h1){gap:1px}"],
    ["body > main { color: red }", ".public > main{color:red}"],
    ["/* why */ p { /* why */ color: red; }", ".public p{color:red}"],
    ["@media (width < 40rem) { p { color: red } }", "@media (width < 40rem){.public p{color:red}}"],
    [
      `p { background: url("${picture}") center / cover }`,
      `.public p{background:url("${picture}") center / cover}`,
    ],
    ['li::before { content: "→ {}; @x" }', '.public li::before{content:"→ {}; @x"}'],
    ['a[href^="https:"] { color: red }', '.public a[href^="https:"]{color:red}'],
  ])("%s is held below the page", (source, scoped) => {
    expect(css(source)).toBe(scoped);
  });

  it.each([
    ["@import 'https://tracker.example/x.css';", "at_rule"],
    ["@import url(//tracker.example/x.css);", "at_rule"],
    ["@font-face { font-family: x; src: url(https://tracker.example/f) }", "at_rule"],
    ["@charset 'utf-7';", "at_rule"],
    ["@keyframes x { to { opacity: 0 } }", "at_rule"],
    ["@layer reset { p { color: red } }", "at_rule"],
    ["@media x</style><script> { p { color: red } }", "at_rule"],
    ["@media (x { p { color: red } }", "at_rule"],
    ["p { background: url(https://tracker.example/a.png) }", "address"],
    ["p { background: URL( 'https://tracker.example/a.png' ) }", "address"],
    ["p { background: url(//tracker.example) }", "address"],
    ["p { background: url(javascript:alert(1)) }", "address"],
    ["p { background: url(data:image/svg+xml,x) }", "address"],
    [`p { background: url(${picture}?x) }`, "address"],
    ["p { background: image-set('https://tracker.example/a.png' 1x) }", "address"],
    ["p { background: src('https://tracker.example/a.png') }", "address"],
    [".own-x { --x: url(https://tracker.example) }", "address"],
    ["p { width: expression(alert(1)) }", "function"],
    ["p { width: attr(data-x) }", "function"],
    ["p { behavior: none }", "property"],
    ["p { -moz-binding: none }", "property"],
    ["p { position: fixed }", "fixed"],
    ["p { POSITION: STICKY }", "fixed"],
    [".own-x { --x: fixed; position: var(--x) }", "fixed"],
    ...[
      ...["display: none", "display: contents", "position: absolute", "position: relative", "z-index: 9"],
      ...[
        "opacity: 0",
        "visibility: hidden",
        "inset: 0",
        "top: -9rem",
        "transform: scale(0)",
        "translate: 9rem",
      ],
      ...["margin-top: -99rem", "margin: 0 calc(0px - 9rem)", "letter-spacing: -1em", "grid-area: 1 / 1"],
      ...["overflow: hidden", "max-height: 0", "height: 0", "clip-path: inset(50%)", "outline: 99rem solid"],
      ...["filter: opacity(0)", "pointer-events: none", "text-indent: -99rem", "order: 9", "float: left"],
      ...["--ink: #fff", "--accent: #fff", "animation: x 1s", "content-visibility: hidden", "zoom: 0"],
    ].map((dress): [string, string] => [`label { ${dress} }`, "page"]),
    [".own-top + main { display: none }", "page"],
    [".own-top ~ main { display: none }", "page"],
    ["main:has(.own-x) { display: none }", "page"],
    ["main:not(.own-x) label { display: none }", "page"],
    [".own-x, label { display: none }", "page"],
    ["[class^='own-'] { display: none }", "page"],
    ["label:not([a=').own-']) { display: none }", "page"],
    ["label:not([a='.own-']) { display: none }", "page"],
    ["label[a='.own-'] { display: none }", "page"],
    ["main :is(.own-x, label) { display: none }", "page"],
    ["main :-webkit-any(.own-x, label:not(.a)) { display: none }", "page"],
    ["p { c\\6flor: red }", "escape"],
    ["p { background: \\75rl(https://tracker.example) }", "escape"],
    ["p { color: red } </style><script>alert(1)</script>", "unreadable"],
    ["p { color: red</style> }", "value"],
    ["p::before { content: '</style>' }", "value"],
    ["p::before { content: 'a\nb' }", "value"],
    [".own-x { --x: {a:b} }", "value"],
    ["</style> p { color: red }", "selector"],
    ["p/**/a { color: red }", "selector"],
    ["+ p { color: red }", "selector"],
    ["> p { color: red }", "selector"],
    ["p:is( { color: red }", "unreadable"],
    [".a { .b { color: red } }", "nested"],
    [".a { & + b { color: red } }", "nested"],
    ["color: red", "unreadable"],
    ["p { color: red", "unreadable"],
    ["<!-- p { color: red } -->", "unreadable"],
    [`p { color: red } ${"/* */".repeat(4_001)}`, "too_long"],
    [`${"@media all{".repeat(10)}p{color:red}${"}".repeat(10)}`, "nested"],
    ["a{}".repeat(1_001), "too_long"],
    ["(".repeat(9_000), "unreadable"],
  ])("%s is refused", (source, problem) => {
    const scoped = scopeCss(source);
    expect(scoped.ok ? scoped.css : scoped.problem).toBe(problem);
  });

  it("whatever is written never ends the style, loads from elsewhere, or reaches above the page", () => {
    const piece = fc.constantFrom(
      ...[
        "p",
        "body",
        ".x",
        ",",
        " ",
        "{",
        "}",
        ":",
        ";",
        "(",
        ")",
        '"',
        "'",
        "url(",
        "//h.example",
        "@media",
        "<",
        "/",
      ],
      ...[
        "</style",
        "/*",
        "*/",
        "!important",
        "color",
        "red",
        "content",
        "\n",
        "position",
        "fixed",
        "[",
        "]",
        "a=b",
        "+",
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const scoped = scopeCss(pieces.join(""));
        if (!scoped.ok) return;
        const bare = scoped.css.replace(/"[^"\n]*"|'[^'\n]*'/g, "");
        expect(scoped.css).not.toMatch(/<\//);
        expect(bare).not.toMatch(/url\(|\/\*|position:\s*fixed/i);
        for (const [, selectors = ""] of bare.matchAll(/(?:^|[{}])([^{}@]+)\{/g)) {
          expect(selectors.startsWith(".public")).toBe(true);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
