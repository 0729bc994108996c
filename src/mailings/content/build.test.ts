import { expect, test } from "vitest";
import { type Group, groupSettings } from "../../groups/types";
import { newId } from "../../platform/ids";
import { type MailingVersion, mailingSettings, type Snippet, type Wrapper } from "../types";
import type { MailAction } from "./blocks";
import { countedAddress, makeVersion, withLinks } from "./build";
import type { Material } from "./making";
import { neededBy } from "./merge-fields";
import { RenderError } from "./render-error";
import { templatesOf } from "./templates";
import { standIn } from "./values";

const ORIGIN = "https://clean-air.example";

const group: Group = {
  no: 1,
  id: newId(),
  slug: "clean-air",
  name: "Clean Air & {{ Now }}",
  shard: "SHARD_00",
  jurisdiction: "",
  timeZone: "America/Toronto",
  currency: "CAD",
  locale: "en",
  country: "CA",
  postalAddress: "12 River Street\nHamilton",
  status: "active",
  settings: groupSettings.parse({ accent: "#0a7d5a" }),
  createdAt: 1,
};

const petition: MailAction = {
  no: 7,
  kind: "petition",
  title: 'Stop <the> "plant" {{ now }}',
  url: `${ORIGIN}/petitions/stop-the-plant`,
  isPublic: true,
  image: { src: `${ORIGIN}/files/images/a.png`, alt: 'Smoke & "mirrors"' },
  currency: "CAD",
};

function material(changes: Partial<Material> = {}): Material {
  return {
    group,
    mailing: { no: 12, settings: mailingSettings.parse({}) },
    wrapper: null,
    origin: ORIGIN,
    actions: new Map([
      [7, petition],
      [8, { ...petition, no: 8, kind: "fundraiser", image: null, url: `${ORIGIN}/fundraisers/lawyers` }],
    ]),
    snippets: new Map(),
    ...changes,
  };
}

function version(form: MailingVersion["form"], body: string | object, changes: Partial<MailingVersion> = {}) {
  return {
    variantNo: 1,
    language: "en" as const,
    fromName: "Clean Air",
    subject: "Hello {{ first_name }}",
    preview: "Why <now>",
    form,
    body: typeof body === "string" ? body : JSON.stringify({ type: "doc", content: body }),
    plain: null,
    revision: 1,
    ...changes,
  };
}

function made(
  form: MailingVersion["form"],
  body: string | object,
  more: Partial<Material & MailingVersion> = {},
) {
  const { build, links, problems } = makeVersion(version(form, body, more), material(more));
  const ready = withLinks(build, (index) => countedAddress(ORIGIN, index + 1));
  const template = templatesOf([ready], { group })(1, "en");
  const render = (fields: Record<string, unknown> = {}) => {
    const mail = template?.render(standIn(fields), "KEY");
    if (!mail) throw new Error("no template");
    return {
      ...mail,
      body:
        /<td class="m-pad m-ink"[^>]*>([\s\S]*?)<\/td><\/tr><\/tbody><\/table>\n<table role="presentation" class="m-sheet-foot"/.exec(
          mail.html,
        )?.[1] ?? "",
    };
  };
  return {
    ready,
    urls: links.map(({ url }) => url),
    problems,
    codes: problems.map(({ code }) => code),
    render,
  };
}

const snippet = (name: string, body: string): Snippet => ({
  no: 1,
  id: newId(),
  name,
  form: "markdown",
  body,
  revision: 1,
  updatedAt: 1,
});
const wrapperOf = (html: string, plain = "", changes: Partial<Wrapper> = {}): Wrapper => ({
  ...{ no: 1, id: newId(), name: "W", html, plain, revision: 1, updatedAt: 1 },
  ...{ language: "en", foot: "", amp: "", others: [], versions: [] },
  ...changes,
});

test("makes a whole mail of Markdown: looks in the elements, links as numbers, the way out, the address", () => {
  const { render, urls } = made(
    "markdown",
    "# Dear {{ first_name | default: 'friend' }}\n\nRead [this](https://news.example/a?b=c&d=e) and [that](https://news.example/b).\n\n- one\n- two",
  );
  const { html, text, body } = render({ first_name: "Zoë <3" });
  expect(body).toContain("Dear Zoë &lt;3</h1>");
  expect(body).toMatch(/<h1 style="margin:0 0 16px;font-size:26px/);
  expect(body).toContain(`href="${ORIGIN}/m/KEY/1"`);
  expect(body).toContain(`href="${ORIGIN}/m/KEY/2"`);
  expect(urls).toEqual(["https://news.example/a?b=c&d=e", "https://news.example/b"]);
  expect(html).toContain(`<a href="${ORIGIN}/m/KEY/unsubscribe"`);
  expect(html).toContain(`<img src="${ORIGIN}/m/KEY/open.gif" width="1"`);
  expect(html).toContain("Clean Air &amp; {{ Now }} · 12 River Street · Hamilton");
  expect(html).toContain("Why &lt;now&gt;&#847;");
  expect(html).toContain("<title>Hello Zoë &lt;3</title>");
  expect(html).toContain('<meta name="color-scheme" content="light dark">');
  expect(html).toContain("@media (prefers-color-scheme:dark)");
  expect(text).toContain("Dear Zoë <3");
  expect(text).toContain(`this (${ORIGIN}/m/KEY/1)`);
  expect(text).toContain("- one\n- two");
  expect(text).toContain(`Unsubscribe: ${ORIGIN}/m/KEY/unsubscribe`);
  expect(text).toContain("Clean Air & {{ Now }} · 12 River Street · Hamilton");
  expect(text).not.toMatch(/[\ue000-\ue003]|&amp;|\n{4}/);
  expect(html).not.toMatch(/[\ue000-\ue003]/);
});

test("makes every block of the visual editor", () => {
  const p = (text: string) => ({ type: "paragraph", content: [{ type: "text", text }] });
  const { render, urls, problems } = made(
    "visual",
    [
      {
        type: "heading",
        attrs: { level: 2, textAlign: "center" },
        content: [{ type: "text", text: "Title" }],
      },
      {
        type: "paragraph",
        content: [
          { type: "text", text: "Dear " },
          { type: "field", attrs: { name: "first_name", fallback: 'our "friend"' } },
          { type: "text", text: ", see ", marks: [{ type: "bold" }] },
          {
            type: "text",
            text: "he",
            marks: [{ type: "link", attrs: { href: "https://news.example/1" } }, { type: "bold" }],
          },
          { type: "text", text: "re", marks: [{ type: "link", attrs: { href: "https://news.example/1" } }] },
          { type: "text", text: " {{ city }} <i>" },
        ],
      },
      { type: "bulletList", content: [{ type: "listItem", content: [p("one")] }] },
      { type: "orderedList", attrs: { start: 3 }, content: [{ type: "listItem", content: [p("three")] }] },
      { type: "blockquote", content: [p("said")] },
      { type: "horizontalRule" },
      {
        type: "image",
        attrs: { src: "/files/images/b.png", alt: 'A "crowd"', width: 900, href: "https://news.example/2" },
      },
      { type: "button", attrs: { label: "Act now", href: "https://news.example/3", align: "center" } },
      {
        type: "columns",
        content: [
          { type: "column", content: [p("left")] },
          { type: "column", content: [p("right")] },
        ],
      },
      { type: "actionCard", attrs: { actionNo: 7, label: "" } },
      { type: "donation", attrs: { actionNo: 8, amounts: [10, 25.5], label: "Help" } },
      { type: "social", attrs: { links: [{ network: "mastodon", href: "https://social.example/@air" }] } },
      { type: "snippet", attrs: { name: "office" } },
    ],
    { snippets: new Map([["office", snippet("office", "Come to **{{ group.name }}**.")]]) },
  );
  const { body, text } = render({ city: "Hamilton" });
  expect(problems).toEqual([]);
  expect(body).toContain('<h2 dir="auto" align="center" style=');
  expect(body).toContain("Dear our &#34;friend&#34;<strong>, see </strong><a href");
  expect(body).toContain("<strong>he</strong>re</a> Hamilton &lt;i&gt;");
  expect(body).toContain('<ol start="3"');
  expect(body).toContain(`<img src="${ORIGIN}/files/images/b.png" alt="A &#34;crowd&#34;" width="552"`);
  expect(body).toContain('bgcolor="#0a7d5a"');
  expect(body).toContain('class="m-column"');
  expect(body).toContain("Stop &lt;the&gt; &#34;plant&#34; {{ now }}</a></h2>");
  expect(body).toContain(">Sign the petition</a>");
  expect(body).toMatch(/>CA\$10<\/a>[\s\S]*>CA\$25\.5/);
  expect(body).toContain("Come to <strong>Clean Air &amp; {{ Now }}</strong>.");
  expect(urls).toEqual([
    ...["https://news.example/1", "https://news.example/2", "https://news.example/3"],
    ...[petition.url, petition.url, petition.url],
    ...[10, 25.5].map((amount) => `${ORIGIN}/fundraisers/lawyers?amount=${amount}`),
    ...[`${ORIGIN}/fundraisers/lawyers`, "https://social.example/@air"],
  ]);
  expect(text).toContain(`Act now\n${ORIGIN}/m/KEY/3`);
  expect(text).toContain('Dear our "friend", see here');
  expect(text).toContain('Stop <the> "plant" {{ now }}');
});

test("refuses a document that the editor did not write", () => {
  for (const body of ["{", '{"type":"doc","content":[{"type":"script"}]}', `{${"[".repeat(10_000)}`])
    expect(made("visual", body).codes).toEqual(["body_form"]);
  expect(made("visual", "**Markdown** where the editor did not run").render().body).toContain(
    "<strong>Markdown",
  );
  const deep = `${'{"type":"blockquote","content":['.repeat(500)}${"]}".repeat(500)}`;
  expect(made("visual", `{"type":"doc","content":[${deep}]}`).codes).toEqual(["body_form"]);
});

const hostile = [
  ["a script", "<p>a</p><script>alert(1)</script>"],
  ["a script in capitals, unclosed", "<ScRiPt src=//x.example>"],
  ["a handler", '<p onclick="x()" onmouseover=y>a</p>'],
  [
    "a form",
    '<form action="https://x.example"><input name=a><button>b</button><textarea>c</textarea></form>',
  ],
  ["a frame", '<iframe src="https://x.example"></iframe><object data=x></object><embed src=x>'],
  [
    "markup that means something else to browsers",
    '<svg><style><img src=x onerror="alert(1)"></style></svg>',
  ],
  [
    "math",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  ],
  ["a comment", "<!--[if mso]><script>alert(1)</script><![endif]-->"],
  ["noscript", '<noscript><p title="</noscript><img src=x onerror=alert(1)>">'],
  [
    "a picture that loads by style",
    '<p style="background:url(https://x.example/a.png);position:fixed">a</p>',
  ],
  ["a sheet that loads", "<style>@import url(//x.example);p{background:url(//x.example)} </style><p>a</p>"],
  [
    "a sheet that ends early",
    "<style>p{color:red}</style ><p>a</p><style>a{}</sty</style><img src=x onerror=1>",
  ],
  [
    "the end of our own sheet",
    "<style>@media (x){a{color:red}} @media </style>screen{a{color:'</style><script>'}}</style>",
  ],
  ["Liquid around it", '{% if true %}<script>{% endif %}alert(1)</script>{{ "<script>" }}'],
  ["raw Liquid around it", "{% raw %}<script>alert(1)</script>{{ x }}{% endraw %}<p>a</p>"],
  [
    "Liquid in an attribute",
    `<a href="https://x.example/{{ '"><script>' }}">a</a><p title="{{ '"><script>' }}">b</p>`,
  ],
  [
    "a refresh",
    '<meta http-equiv="refresh" content="0;url=https://x.example"><base href="https://x.example">',
  ],
] as const;

test.each(hostile)("leaves out %s", (_, source) => {
  for (const form of ["html", "markdown"] as const) {
    let html: string;
    try {
      html = made(form, source).render({ first_name: "<script>" }).html;
    } catch (error) {
      // Liquid that went with what was left out is said to stand in a wrong place.
      expect(error).toBeInstanceOf(RenderError);
      continue;
    }
    expect(html).not.toMatch(
      /<\/?(?:script|form|input|textarea|iframe|object|embed|svg|math|noscript|base|button)\b/i,
    );
    expect(html).not.toMatch(
      /<[^>]*\son[a-z]+\s*=|<meta http-equiv|url\(|@import|position:|x\.example\/a\.png/i,
    );
    expect(html.match(/<style>/g)).toHaveLength(1);
    expect(html.match(/<\/style/g)).toHaveLength(1);
  }
});

test.each([
  ["javascript:alert(1)", "link_script"],
  ["JaVaScRiPt:alert(1)", "link_script"],
  ["java&#10;script:alert(1)", "link_script"],
  ["data:text/html,x", "link_script"],
  ["{{ fields.site }}", "link_merge"],
  ["https://{{ fields.site }}/a", "link_merge"],
  ["https://", "link_broken"],
  ["http:///x", "link_broken"],
  ["", "link_broken"],
  ["page.html", "link_scheme"],
  ["www.news.example/a", "link_scheme"],
  [`${ORIGIN}/m/${"a".repeat(20)}.${"b".repeat(22)}/unsubscribe`, "link_personal"],
])("says that a link to %s cannot be, and where", (href, code) => {
  const { problems, render } = made("html", `<p>a</p>\n<p><a href="${href}">b</a></p>`);
  expect(problems.map((problem) => problem.code)).toEqual([code]);
  if (!/&|^$/.test(href)) expect(problems.map(({ line }) => line)).toEqual([2]);
  expect(render().html).not.toMatch(/javascript|href="data|href="\{|href=""/i);
});

test("leaves alone what is no web page or belongs to somebody, and marks where values go into an address", () => {
  const { render, urls } = made(
    "html",
    `<a href="mailto:a@b.example?subject=x y">m</a><a href="tel:+1">t</a><a href="#top">h</a>
     <a href="https://me:secret@news.example/">c</a><a href="{{ unsubscribe_url }}">u</a>
     <a href="https://news.example/?n={{ first_name }}&amp;c={{ city | downcase | url_encode }}#p">v</a><a href="/petitions/x">o</a>
     <a href="https://NEWS.example/ü?a=b c">z</a>`,
  );
  const { body } = render({ first_name: "A&B" });
  expect(body).toContain('href="mailto:a@b.example?subject=x%20y"');
  expect(body).toContain('href="tel:+1"');
  expect(body).toContain('href="#top"');
  expect(body).toContain('href="https://me:secret@news.example/"');
  expect(body).toContain(`href="${ORIGIN}/m/KEY/unsubscribe"`);
  expect(urls).toEqual([
    "https://news.example/?n={{ first_name | url_encode }}&c={{ city | downcase | url_encode }}#p",
    `${ORIGIN}/petitions/x`,
    "https://NEWS.example/ü?a=b%20c",
  ]);
});

test("writes the styles of raw HTML into its elements, the heavier and later over the others", () => {
  const { render } = made(
    "html",
    `<html><head><title>No</title><style>
      .box p { color: red; margin: 1px } p { color: blue; font-size: 12px } #one { color: green }
      div > p.x { letter-spacing: 1px } .m-ink { color: pink }
      @media (max-width: 400px) { .box { width: 100% !important; background: url(x) } }
    </style></head><body><div class="box m-ink"><p id="one" class="x" style="font-size:14px">a</p><p>b</p></div></body></html>`,
  );
  const { html, body } = render();
  expect(body).toMatch(/<p[^>]* style="margin:1px;color:green;font-size:14px;letter-spacing:1px"/);
  expect(body).toMatch(/<p style="margin:1px;color:red;font-size:12px"/);
  expect(body).toContain('<div class="box">');
  expect(html).toContain("@media (max-width: 400px){.box{width:100%!important}}");
  expect(html).not.toContain(">No<");
});

test("keeps conditions where they stand, without empty paragraphs", () => {
  const source =
    'Hello.\n\n{% if tags contains "nurse" %}\n\nFor **nurses**.\n\n{% else %}\n\nFor all.\n\n{% endif %}\n\nBye.';
  const { render } = made("markdown", source);
  expect(render({ tags: ["nurse"] }).text).toContain("Hello.\n\nFor nurses.\n\nBye.");
  expect(render({ tags: [] }).text).toMatch(/Hello\.\n+For all\.\n+Bye\./);
  expect(render({ tags: [] }).body).not.toMatch(/<p[^>]*>\s*<\/p>/);
});

test.each([
  ["html", '<p>a</p>\n<p {% if city %}class="x"{% endif %}>b</p>', 2],
  ["html", "a\n<script>{{ city }}</script>", 2],
  ["markdown", "a\n\n{{ city", 3],
] as const)("says in which line Liquid stands wrongly", (form, source, line) => {
  expect(() => made(form, source)).toThrow(
    expect.objectContaining({ fault: expect.objectContaining({ line }) }),
  );
});

const say = (text: string) => ({ type: "paragraph", content: [{ type: "text", text }] });
const only = (clauses: object[], match = "all") => [
  say("To all."),
  { type: "condition", attrs: { match, clauses }, content: [say("To some."), { type: "horizontalRule" }] },
  { type: "slot", attrs: { name: "Place" }, content: [say("In the slot.")] },
];
const clause = (field: string, is: string, value = "") => ({ field, is, value });

test.each([
  ["is exactly", [clause("city", "equals", "Paris")], { city: "Paris" }, { city: "Rome" }],
  ["is not, or was never said", [clause("city", "differs", "Paris")], {}, { city: "Paris" }],
  ["contains", [clause("city", "contains", "Saint")], { city: "Saint-Denis" }, {}],
  ["has the tag", [clause("tags", "contains", "vip")], { tags: ["vip"] }, { tags: ["vips"] }],
  ["has no tag", [clause("tags", "blank")], { tags: [] }, { tags: ["vip"] }],
  ["is filled in", [clause("city", "filled")], { city: "Rome" }, {}],
  ["is blank", [clause("fields.age", "blank")], { fields: {} }, { fields: { age: "4" } }],
  ["is more", [clause("fields.age", "more", "9")], { fields: { age: "10" } }, { fields: { age: "9" } }],
  ["is less", [clause("fields.age", "less", "9,5")], { fields: { age: "9" } }, {}],
  [
    "are both so",
    [clause("city", "equals", "Paris"), clause("tags", "contains", "a")],
    { city: "Paris", tags: ["a"] },
    { city: "Paris" },
  ],
  ["holds signs of Liquid", [clause("city", "equals", '%} }} {{ x "" \\')], {}, { city: "Paris" }],
])("shows a block to those for whom a field %s", (name, clauses, shown, hidden) => {
  const { render, problems } = made("visual", only(clauses));
  expect(problems).toEqual([]);
  const isHostile = name.startsWith("holds");
  const [some, others] = [render(shown), render(hidden)];
  for (const part of ["html", "text"] as const) {
    expect(some[part].includes("To some.")).toBe(!isHostile);
    expect(others[part]).not.toContain("To some.");
    for (const mail of [some, others]) {
      expect(mail[part]).toContain("To all.");
      expect(mail[part]).toContain("In the slot.");
      expect(mail[part]).not.toMatch(/\{%/);
    }
  }
  expect(others.text).toMatch(/To all\.\n\nIn the slot\./);
});

test("shows a block where one of two conditions is enough, and takes no block without any", () => {
  const either = [clause("city", "equals", "Paris"), clause("city", "equals", "Rome")];
  const { render } = made("visual", only(either, "any"));
  expect(render({ city: "Rome" }).html).toContain("To some.");
  expect(render({ city: "Oslo" }).html).not.toContain("To some.");
  expect(made("visual", only([])).problems).toMatchObject([{ code: "body_form" }]);
  expect(made("visual", only([clause("city == 1 or tags", "filled")])).problems).toMatchObject([
    { code: "body_form" },
  ]);
});

test("puts the body into its wrapper once, and says no twice what the wrapper says", () => {
  const html =
    '<div style="color:red">Top</div>{{ content }}<p><a href="{{ unsubscribe_url }}">Leave</a> {{ group.address }} <a href="https://news.example/w">w</a></p>';
  const { render, urls } = made("markdown", "Body [l](https://news.example/l)", {
    wrapper: wrapperOf(html, "TOP\n{{ content }}\nEND https://news.example/w."),
  });
  const { html: whole, text } = render();
  expect(whole).toMatch(/Top<\/div><p[^>]*>Body/);
  expect(whole.match(/\/unsubscribe"/g)).toHaveLength(1);
  expect(whole.match(/River Street/g)).toHaveLength(1);
  expect(urls).toEqual(["https://news.example/l", "https://news.example/w", "https://news.example/w"]);
  expect(text).toMatch(/^TOP\nBody l \(\S+\/1\)\nEND \S+\/3\.\n/);
  expect(made("markdown", "a", { wrapper: wrapperOf("<p>none</p>") }).codes).toEqual(["wrapper_slot"]);
  // Markup inside of a tag would be attributes of that.
  const attack = '<b title=" onmouseover=alert(1) ">x</b>';
  const inTag = made("html", attack, { wrapper: wrapperOf('<p title="{{ content }}">x</p>') });
  expect(inTag.codes).toEqual(["wrapper_slot"]);
  const cut = made("html", '<p title="{% snippet attack %}">x</p>', {
    snippets: new Map([["attack", { ...snippet("attack", attack), form: "html" }]]),
  });
  for (const { html } of [inTag.render(), cut.render()])
    expect(html.replace(/"[^"]*"/g, "")).not.toMatch(/<[^>]*\sonmouseover/);
  expect(made("markdown", "a", { wrapper: wrapperOf("{{ content }}{{ content }}") }).codes).toEqual([
    "wrapper_slot",
  ]);
});

test("says in each part how to leave and from where, as far as that part does not say it to everybody", () => {
  const says = '<a href="{{ unsubscribe_url }}">Leave</a> {{ group.address }}';
  const count = (text: string) =>
    [/\/KEY\/unsubscribe/g, /River Street/g].map((what) => text.match(what)?.length);
  const inHtml = made("markdown", "a", {
    wrapper: wrapperOf(`{{ content }}<p>${says}</p>`, "{{ content }}\nEND"),
  });
  const inText = made("markdown", "a", {
    wrapper: wrapperOf("<p>Top</p>{{ content }}", "{{ content }}\n{{ unsubscribe_url }} {{ group.address }}"),
  });
  for (const { html, text } of [inHtml.render(), inText.render(), made("html", says).render()])
    expect([count(html), count(text)]).toEqual([
      [1, 1],
      [1, 1],
    ]);
  for (const hidden of [
    `{% if city %}<p>${says}</p>{% endif %}`,
    `{% unless city %}{% else %}<p>${says}</p>{% endunless %}`,
    `{% for tag in tags %}<p>${says}</p>{% endfor %}`,
    `{% comment %}{% if city %}<p>${says}</p>{% endcomment %}`,
    `{% raw %}{% if city %}<p>${says}</p>{% endraw %}`,
    "{% assign where = group.address %}<p>a</p>",
    `<p title="{{ unsubscribe_url }} {{ group.address }}">a</p>`,
  ]) {
    const { html, text } = made("html", `<p>Body</p>${hidden}`).render();
    expect(html).toContain(`<a href="${ORIGIN}/m/KEY/unsubscribe" style`);
    expect(text).toContain(`Unsubscribe: ${ORIGIN}/m/KEY/unsubscribe`);
    for (const part of [html, text]) expect(part).toContain("12 River Street · Hamilton");
  }
});

test("takes the text part somebody wrote, with its addresses counted, and the way out below", () => {
  const plain = "Hi {{ first_name }} & <you>: https://news.example/p?a=1&b=2.\n{{ unsubscribe_url }}";
  const { render, urls } = made("markdown", "Body", { plain });
  const { text } = render({ first_name: "<Ana>" });
  expect(text).toContain(`Hi <Ana> & <you>: ${ORIGIN}/m/KEY/1.\n${ORIGIN}/m/KEY/unsubscribe`);
  expect(urls).toEqual(["https://news.example/p?a=1&b=2"]);
});

test("ends snippets that name each other, and says so of one that is not there", () => {
  const snippets = new Map([["a", snippet("a", 'x {% snippet "a" %}')]]);
  expect(made("markdown", '{% snippet "a" %}', { snippets }).codes).toContain("snippet_unknown");
  expect(made("markdown", '{% snippet "b" %}', { snippets }).codes).toEqual(["snippet_unknown"]);
});

test.each([
  ["emphasis without end", "markdown", "_a".repeat(60_000)],
  ["quotations in quotations", "markdown", "> ".repeat(50_000)],
  ["lists in lists", "markdown", "1. ".repeat(20_000)],
  ["fields", "markdown", "{{ city }} ".repeat(9_000)],
  ["anything", "html", "a".repeat(200_001)],
] as const)("refuses too much of %s at once", (_, form, body) => {
  const begun = Date.now();
  expect(() => made(form, body)).toThrow(/too_large/);
  expect(Date.now() - begun).toBeLessThan(5_000);
  expect(made("markdown", `${"-".repeat(60)}\n\n- a\n  - b\n    - c`).problems).toEqual([]);
});

test("keeps emoji, right-to-left text and very long lines whole", () => {
  const long = "word ".repeat(20_000);
  const words = "👩‍👩‍👧‍👦 مرحبا بالعالم ‏שלום 𝒳 é";
  const { render } = made("visual", [
    { type: "paragraph", content: [{ type: "text", text: words }] },
    { type: "paragraph", content: [{ type: "text", text: long.slice(0, 20_000).trim() }] },
  ]);
  const { body, text } = render();
  expect(body).toContain(`<p dir="auto" style="margin:0 0 16px">${words}</p>`);
  expect(text).toContain(words);
  expect(text).toContain(long.slice(0, 20_000).trim());
});

test("holds headers to one line, whatever a person is called", () => {
  const { render } = made("markdown", "a", {
    subject: "Hi {{ first_name }}",
    fromName: "{{ first_name }}\nBcc: x",
  });
  const mail = render({ first_name: "A\r\nBcc: victim@x.example\u2028B" });
  expect(mail.subject).toBe("Hi A Bcc: victim@x.example B");
  expect(mail.fromName).not.toMatch(/[\r\n\u2028]/);
});

test("knows pictures that no mail can show and those without words", () => {
  const { problems, render } = made(
    "html",
    '<img src="data:image/png;base64,AAAA">\n<img src="cid:x" alt="k">\n<img src="https://news.example/a.png" width="900" height="20">\n<img src="//news.example/b.png" alt="">',
  );
  expect(problems.map(({ code, line }) => [code, line])).toEqual([
    ["image_data", 1],
    ["image_scheme", null],
    ["image_alt", 3],
  ]);
  expect(render().body).toContain('src="https://news.example/b.png"');
  expect(render().body).not.toMatch(/data:|cid:|width="900"|height="20"/);
  const merged = made(
    "html",
    '<img src="https://a{{ city }}.example/a.png" alt=""><img src="https://news.example/{{ city }}.png" alt="">',
  );
  expect(merged.codes).toEqual(["image_scheme"]);
  expect(merged.render({ city: "x" }).body).toContain('src="https://news.example/x.png"');
});

test("wears what the wrapper says in the language of the version, else what it says in its first", () => {
  const french = {
    ...{ language: "fr" as const, html: "<h1>En-tête</h1>{{ content }}", plain: "HAUT\n{{ content }}" },
    ...{ foot: "Vous avez signé chez {{ group.name }}.", amp: "" },
  };
  const wrapper = wrapperOf("<h1>Head</h1>{{ content }}", "TOP\n{{ content }}", {
    ...{ foot: "You signed.", versions: [french], others: ["fr"] },
  });
  const inLanguage = (language: MailingVersion["language"]) => {
    const { build } = makeVersion(version("markdown", "Salut", { language }), material({ wrapper }));
    return build;
  };
  expect(inLanguage("fr").html).toMatch(/<h1[^>]*>En-tête<\/h1>/);
  expect(inLanguage("fr").html).toContain(">Vous avez signé chez {{ group.name }}.</p>");
  expect(inLanguage("fr").plain).toMatch(
    /^HAUT\nSalut\n[\s\S]*\nVous avez signé chez \{\{ group\.name \}\}\.\nSe désinscrire/,
  );
  for (const language of ["en", "es"] as const) {
    expect(inLanguage(language).html).toMatch(/<h1[^>]*>Head<\/h1>/);
    expect(inLanguage(language).html).toContain(">You signed.</p>");
    expect(inLanguage(language).plain).toMatch(/^TOP\nSalut\n/);
  }
});

test("asks for no more of people than a mail says", () => {
  const { ready } = made(
    "markdown",
    "{{ city }} {% if fields.branch == 'West' %}{{ first_name | upcase }}{% endif %}",
  );
  expect(neededBy([{ source: ready.html, kind: "html" }])).toEqual({
    person: ["city", "first_name"],
    custom: ["branch"],
    tags: false,
  });
});
