import fc from "fast-check";
import { expect, test } from "vitest";
import { type Group, groupSettings } from "../../../groups/types";
import { newId } from "../../../platform/ids";
import { AMP_BYTES_MAX, type MailingVersion, mailingSettings, type Wrapper } from "../../types";
import { countedAddress, makeVersion, withLinks } from "../build";
import { templatesOf } from "../templates";
import { standIn } from "../values";

const ORIGIN = "https://clean-air.example";
const KEY = `${"k".repeat(20)}.${"k".repeat(22)}`;

const group: Group = {
  ...{ no: 1, id: newId(), slug: "clean-air", name: "Clean Air & {{ Now }}", shard: "SHARD_00" },
  ...{ jurisdiction: "", timeZone: "America/Toronto", currency: "CAD", locale: "en", country: "CA" },
  ...{ postalAddress: "12 River Street\nHamilton", status: "active", createdAt: 1 },
  settings: groupSettings.parse({ accent: "#0a7d5a" }),
};

type Changes = {
  wrapper?: Partial<Wrapper>;
  fields?: Record<string, unknown>;
  version?: Partial<MailingVersion>;
};

/** A mail with an interactive part as it is filled in, and what is said of it. */
function made(amp: string | null, { wrapper, fields, version }: Changes = {}) {
  const one = makeVersion(
    {
      ...{
        variantNo: 1,
        language: "en",
        fromName: "Us",
        subject: "Hi",
        preview: "p",
        revision: 1,
        plain: null,
      },
      ...{ form: "markdown", body: "Read [this](https://news.example/a)", amp },
      ...version,
    },
    {
      ...{ group, origin: ORIGIN, actions: new Map(), snippets: new Map() },
      mailing: { no: 12, settings: mailingSettings.parse({}) },
      wrapper: wrapper
        ? {
            ...{ no: 1, id: newId(), name: "W", html: "{{ content }}", plain: "", revision: 1, updatedAt: 1 },
            ...{ language: "en", foot: "", amp: "", others: [], versions: [] },
            ...wrapper,
          }
        : null,
    },
  );
  const build = withLinks(one.build, (index) => countedAddress(ORIGIN, index + 1));
  const mail = templatesOf([build], { group })(1, one.build.language)?.render(standIn(fields), KEY);
  if (!mail) throw new Error("nothing was made");
  const errors = one.problems.filter(({ isError }) => isError);
  return {
    ...{ mail, links: one.links.map(({ url }) => url) },
    said: errors.map(({ code, part, values }) =>
      `${code} ${part} ${values.what ?? values.address ?? ""}`.trim(),
    ),
    warned: one.problems.filter(({ isError }) => !isError).map(({ code, part }) => `${code} ${part}`),
  };
}

const ACCORDION =
  "<amp-accordion><section expanded><h3>A</h3><p>x</p></section>{% if city %}<section><h3>B</h3><p>{{ city }}</p></section>{% endif %}</amp-accordion>";

test("makes a whole document around it, with the scripts of what it uses, its own way out and the address", () => {
  const { mail, links, said } = made(
    `<h1>Dear {{ first_name | default: "friend" }}</h1>${ACCORDION}<p><a href="https://news.example/b?c={{ city }}">More</a></p>`,
    { fields: { first_name: "Zoë <3 {{ x }}", city: 'Ham"il & co' } },
  );
  expect(said).toEqual([]);
  expect(mail.amp).toMatch(
    /^<!doctype html>\n<html amp4email lang="en" data-css-strict>\n<head>\n<meta charset="utf-8">\n<script async src="https:\/\/cdn\.ampproject\.org\/v0\.js"><\/script>\n<script async custom-element="amp-accordion" src="https:\/\/cdn\.ampproject\.org\/v0\/amp-accordion-0\.1\.js"><\/script>\n<style amp4email-boilerplate>body\{visibility:hidden\}<\/style>/,
  );
  expect(mail.amp).toContain("<h1>Dear Zoë &lt;3 {{ x }}</h1>");
  expect(mail.amp).toContain("<p>Ham&#34;il &amp; co</p></section></amp-accordion>");
  expect(links).toEqual(["https://news.example/a", "https://news.example/b?c={{ city | url_encode }}"]);
  expect(mail.amp).toContain(`<a href="${ORIGIN}/m/${KEY}/2">More</a>`);
  expect(mail.amp).toContain(`<a href="${ORIGIN}/m/${KEY}/unsubscribe"`);
  expect(mail.amp).toContain("Clean Air &amp; {{ Now }} · 12 River Street · Hamilton");
  expect(mail.amp).toContain(`<amp-img src="${ORIGIN}/m/${KEY}/open.gif"`);
  expect(mail.html).not.toMatch(/<script|<form|amp-/);
});

test("is not there unless somebody wrote one, and the mail is as it was", () => {
  const { mail } = made(null);
  expect("amp" in mail).toBe(false);
  for (const blank of ["", " \n", null]) {
    expect(made(blank).mail).toEqual(mail);
    expect(made(blank, { wrapper: { amp: "<p>{{ content }}</p>" } }).mail).toEqual(
      made(null, { wrapper: {} }).mail,
    );
  }
  const { html, text } = made(ACCORDION).mail;
  expect({ html, text }).toEqual({ html: mail.html, text: mail.text });
});

test("says to everybody how to leave, and lets comments be", () => {
  const { mail, said } = made(
    '{% comment %}Not <b>yet</b>{% endcomment %}<p>Body</p>{% if city %}<p><a href="{{ unsubscribe_url }}">Out</a> {{ group.address }}</p>{% endif %}',
  );
  expect(said).toEqual([]);
  expect(mail.amp).toContain(`<a href="${ORIGIN}/m/${KEY}/unsubscribe"`);
  expect(mail.amp).toContain("12 River Street · Hamilton");
  expect(mail.amp).not.toContain("yet");
  expect(made("<div>{% comment %}</div>{% endcomment %}").said).toContain("amp_place amp {% … %} <div>");
});

test("wears its own wrapper, with its own way out where that says one", () => {
  const wrapper = {
    amp: '<style amp-custom>h1{color:#333333}</style><h1>Top</h1>{{ content }}<p><a href="{{ unsubscribe_url }}">Out</a> {{ group.address }}</p>',
    foot: "You signed {{ first_name }}.",
  };
  const { mail, said } = made("<p>Body</p>", { wrapper, fields: { first_name: "Bo" } });
  expect(said).toEqual([]);
  expect(mail.amp).toContain("<h1>Top</h1><p>Body</p>");
  expect(mail.amp).toContain("h1{color:#333333}</style>");
  expect(mail.amp?.split("/unsubscribe")).toHaveLength(2);
  expect(mail.amp).not.toContain("You signed");
  const plain = made("<p>Body</p>", {
    wrapper: { foot: wrapper.foot },
    fields: { first_name: "Bo <i>" },
  }).mail;
  for (const text of [plain.amp, plain.html]) expect(text).toContain(">You signed Bo &lt;i&gt;.</p>");
  expect(plain.text).toContain("\nYou signed Bo <i>.\nUnsubscribe");
  expect(made("<p>x</p>", { wrapper: { amp: "<p>none</p>" } }).said).toEqual(["wrapper_slot wrapper"]);
  const inside = made('<b title=" onmouseover=alert(1) ">x</b>', {
    wrapper: { amp: '<p title="{{ content }}">x</p>' },
  });
  expect([inside.said, inside.mail.amp]).toEqual([["wrapper_slot wrapper"], undefined]);
  // What is right by itself may not be where the wrapper puts it.
  expect(made("<p>x</p>", { wrapper: { amp: "<amp-accordion>{{ content }}</amp-accordion>" } }).said).toEqual(
    ["amp_place amp <amp-accordion> <p>"],
  );
});

test.each([
  ["<p>x</p><script>alert(1)</script>", "amp_refused amp <script>"],
  ['<script async src="https://evil.example/v0.js"></script>', "amp_refused amp <script>"],
  ['<form action-xhr="https://evil.example/"><input name="a"></form>', "amp_refused amp <form>, <input>"],
  ['<amp-list src="https://evil.example/a.json"></amp-list>', "amp_refused amp <amp-list>"],
  ['<amp-state id="a"></amp-state>', "amp_refused amp <amp-state>"],
  ['<p onclick="x()">x</p>', "amp_refused amp <p onclick>"],
  ['<button on="tap:AMP.setState({a:1})">x</button>', "amp_refused amp <button on>"],
  ['<div on="tap:a-1.show">x</div>', "amp_refused amp <div on>"],
  ['<p [text]="a">x</p>', "amp_refused amp <p [text]>"],
  ['<a href="javascript:alert(1)">x</a>', "amp_refused amp <a href>"],
  ['<a href="#top">x</a>', 'amp_place amp <a href="#top">'],
  ['<a href="https://{{ city }}/">x</a>', "link_merge amp https://{{ city }}/"],
  [
    '<amp-img src="http://a.example/x.png" alt="" width="1" height="1"></amp-img>',
    "amp_picture amp http://a.example/x.png",
  ],
  ['<amp-img src="data:image/png;base64,AAAA" alt="" width="1" height="1"></amp-img>', "amp_picture amp"],
  ['<amp-img src="https://a.example/x.png" alt=""></amp-img>', "amp_place amp <amp-img layout>"],
  [
    '<amp-img src="https://a.example/x.png" alt="" width="{{ city }}" height="1"></amp-img>',
    "amp_refused amp <amp-img width>",
  ],
  ["<amp-accordion><section><h3>A</h3></section></amp-accordion>", "amp_place amp <amp-accordion> <section>"],
  ["{% if city %}<div>{% endif %}x</div>", "amp_place amp {% endif %}"],
  [
    "{% if city %}<amp-timeago layout=fixed width=9 height=9 datetime=2026-01-01T00:00:00Z>x</amp-timeago>{% endif %}",
    "amp_place amp {% … %} <amp-timeago>",
  ],
  ['<p title="{% if city %}">x</p><p title="{% endif %}">y</p>', "amp_refused amp <p title>"],
  ['<p id="constructor">x</p><p id="valueOf">x</p>', "amp_refused amp <p id>"],
  ["<style amp-custom>p{color:{{ city }}}</style>", "liquid_place amp"],
  ["{{ city", "liquid amp"],
])("refuses %s, and the mail leaves without", (source, wanted) => {
  const { mail, said } = made(source, { fields: { city: "x" } });
  expect(said).toContain(wanted);
  expect(mail.amp).toBeUndefined();
  expect(mail.html).toContain("Read <a");
});

test("leaves out looks that validators do not know, and takes a whole document for what is in it", () => {
  const sheet = [
    "h1{color:red;mso-x:1;background:url(https://x.example/)}",
    "@import 'x';@font-face{font-family:x}",
    "@media (prefers-color-scheme:dark){h1{color:blue}}@media (max-width:600px){h1{color:green}}",
    "h1::before{color:red}.m-sheet{color:red}",
  ];
  const whole = `<!doctype html><html amp4email><head><meta charset="utf-8"><script async src="https://cdn.ampproject.org/v0.js"></script><title>T</title><style amp4email-boilerplate>body{visibility:hidden}</style><style amp-custom>${sheet.join("")}</style></head><body><h1 style="color:red;mso-y:1;border-image:none">x</h1></body></html>`;
  const { mail, said } = made(whole);
  expect(said).toEqual([]);
  expect(mail.amp).toContain("\nh1{color:red}@media (max-width:600px){h1{color:green}}</style>");
  expect(mail.amp).toContain('<h1 style="color:red">x</h1>\n</div>');
  expect(mail.amp?.split("<style")).toHaveLength(3);
});

test("says when it is larger than mailboxes take, and when a picture has no words", () => {
  expect(made("x".repeat(AMP_BYTES_MAX + 1)).said).toEqual(["too_large amp"]);
  const mute = made('<amp-img src="https://a.example/x.png" width="1" height="1"></amp-img>');
  expect([mute.said, mute.warned]).toEqual([[], ["image_alt amp"]]);
});

test("holds nothing but the scripts of AMP, whatever somebody wrote and whatever is true of people", () => {
  const piece = fc.constantFrom(
    ...[
      "<p>",
      "</p>",
      "<script>",
      "</script>",
      "<style amp-custom>",
      "</style>",
      "<!--",
      "-->",
      "<amp-img",
      ' src="',
    ],
    ...[
      'https://a.example/x"',
      "'",
      '"',
      ">",
      "<",
      "/>",
      "{{ city }}",
      "{% if city %}",
      "{% else %}",
      "{% endif %}",
    ],
    ...[
      "<section>",
      "<amp-accordion>",
      "<a href=",
      "javascript:x()",
      " onload=x()",
      "<svg>",
      "<form>",
      "\ue000",
      "1\ue001",
    ],
    ...[
      "<template>",
      "<iframe>",
      "<noscript>",
      "<title>",
      "<![CDATA[",
      "]]>",
      "x",
      " on=tap:AMP.print",
      "<textarea>",
    ],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), fc.boolean(), (pieces, isKnown) => {
      const fields = isKnown ? { city: '"><script>alert(1)</script>' } : {};
      const { amp = "" } = made(pieces.join(""), { fields }).mail;
      const rest = amp.replace(
        /<script async (?:custom-element="(amp-[a-z-]+)" )?src="https:\/\/cdn\.ampproject\.org\/v0(?:\/\1-0\.1)?\.js"><\/script>/g,
        "",
      );
      expect(rest).not.toMatch(/<(?:\/?script|form|iframe|svg|template|textarea|noscript|!--)/i);
      expect(rest.replace(/"[^"]*"/g, "")).not.toMatch(/<[^>]*\son/i);
      expect(rest).not.toMatch(/[\ue000-\ue003]/);
    }),
    { numRuns: 400 },
  );
});
