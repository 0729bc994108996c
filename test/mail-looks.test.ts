import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { groupSettings } from "../src/groups/types";
import type { MailAction } from "../src/mailings/content/blocks";
import { countedAddress, makeVersion, withLinks } from "../src/mailings/content/build";
import type { Material } from "../src/mailings/content/making";
import { templatesOf } from "../src/mailings/content/templates";
import { standIn } from "../src/mailings/content/values";
import {
  type MailingColours,
  type MailingVersion,
  mailingSettings,
  type Wrapper,
} from "../src/mailings/types";
import { newId } from "../src/platform/ids";
import { type TestBrowser, visibleViolations } from "./browser.ts";
import { sharedBrowser } from "./story.ts";
import { world } from "./world.ts";

/* Mails as a browser shows them, which is what the web pages of mail providers are. */

const ORIGIN = "https://group.example";
const group: Material["group"] = {
  ...{ no: 1, id: newId(), slug: "group", name: world.group.name, shard: "SHARD_00", jurisdiction: "" },
  ...{
    timeZone: "America/Toronto",
    currency: "CAD",
    locale: "en",
    country: "CA",
    status: "active",
    createdAt: 1,
  },
  postalAddress: world.group.postalAddress,
  settings: groupSettings.parse({}),
};
const action: MailAction = {
  ...{ no: 7, kind: "petition", title: world.petition.title, url: `${ORIGIN}/petitions/a`, isPublic: true },
  ...{ image: { src: `${ORIGIN}/files/images/a.png`, alt: "A street" }, currency: "CAD" },
};
const material: Material = {
  ...{ group, wrapper: null, origin: ORIGIN, snippets: new Map() },
  mailing: { no: 1, settings: mailingSettings.parse({}) },
  actions: new Map([
    [7, action],
    [8, { ...action, no: 8, kind: "fundraiser", image: null }],
  ]),
};

const emptyWrapper: Wrapper = {
  ...{ no: 1, id: newId(), name: "W", html: "", plain: "", foot: "", amp: "", language: null, others: [] },
  ...{ versions: [], revision: 1, updatedAt: 1 },
};

function mailOf(
  form: MailingVersion["form"],
  body: string,
  accent = "",
  colours: Partial<MailingColours> = {},
  wrapperHtml: string | null = null,
): string {
  const version: MailingVersion = {
    ...{ variantNo: 1, language: "fr", fromName: "Us", subject: "Hi", preview: "Why", revision: 1 },
    ...{ form, body, plain: null },
  };
  const looks = { ...group, settings: groupSettings.parse({ accent }) };
  const mailing = { no: 1, settings: mailingSettings.parse({ colours }) };
  const wrapper = wrapperHtml === null ? null : { ...emptyWrapper, html: wrapperHtml };
  const { build } = makeVersion(version, { ...material, group: looks, mailing, wrapper });
  const ready = withLinks(build, (index) => countedAddress(ORIGIN, index + 1));
  const mail = templatesOf([ready], { group })(1, "fr")?.render(
    standIn({ first_name: "<b onclick=x>" }),
    "KEY",
  );
  return mail?.html ?? "";
}

const say = (words: string, marks: object[] = []) => ({ type: "text", text: words, marks });
const p = (...content: object[]) => ({ type: "paragraph", content });
const link = { type: "link", attrs: { href: "https://news.example" } };
const everything = JSON.stringify({
  type: "doc",
  content: [
    { type: "heading", attrs: { level: 1 }, content: [say(world.petition.title)] },
    p(say(`${world.petition.ask} `), say("more", [link]), say(" مرحبا بالعالم 👩‍👩‍👧")),
    { type: "bulletList", content: [{ type: "listItem", content: [p(say("one"))] }] },
    { type: "blockquote", content: [p(say("said", [link]))] },
    { type: "codeBlock", content: [say("code")] },
    { type: "button", attrs: { label: world.petition.ask, href: "https://news.example", align: "center" } },
    { type: "image", attrs: { src: "/files/images/b.png", alt: "A crowd", width: 1_200 } },
    {
      type: "columns",
      content: [1, 2, 3].map(() => ({ type: "column", content: [p(say("word ".repeat(20)))] })),
    },
    { type: "actionCard", attrs: { actionNo: 7 } },
    { type: "donation", attrs: { actionNo: 8, amounts: [10, 25, 50, 100, 250], label: "Give" } },
    { type: "social", attrs: { links: [{ network: "mastodon", href: "https://social.example" }] } },
    p(say("x".repeat(300))),
  ],
});

let browser: TestBrowser;
beforeAll(async () => {
  browser = await sharedBrowser();
});
afterAll(() => browser.close());

/** Shows a mail without asking anybody for its pictures. */
async function shown(html: string, options = {}): Promise<Page> {
  const page = await browser.newPage(options);
  await page.route("**/*", (route) => route.abort());
  await page.setContent(html);
  return page;
}

/** A wrapper whose ground stays white in dark mode, and one whose ground is dark in both. */
const [day, night] = ["#ffffff", "navy"].map(
  (ground) =>
    `<style>@media (prefers-color-scheme:dark){.logo{opacity:.8}}</style><table width="100%"><tr><td style="background:${ground};padding:16px">{{ content }}</td></tr></table>`,
);

const looks: [string, Partial<MailingColours>, string?][] = [
  ["", {}],
  ["#101040", {}],
  ["#ffff66", {}],
  ["#101040", { button: "#ffd84d", buttonWords: "#3a1d00", words: "#1d3a8f" }],
  ["", { button: "#1d3a8f", buttonWords: "#ffffff", words: "#7a1f3d" }, day],
  ["", { words: "#ffffff" }, night?.replace("<style>", "<style>a{color:#ffffff}")],
];

test.each([
  [360, "light"],
  [360, "dark"],
  [1280, "light"],
  [1280, "dark"],
] as const)(
  "at %i pixels, %s, all of a mail can be read, whatever the group's colour and its own",
  async (width, theme) => {
    for (const [accent, colours, wrapper] of looks) {
      const page = await shown(mailOf("visual", everything, accent, colours, wrapper), { width, theme });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      expect(await visibleViolations(page)).toEqual([]);
      const sheet = await page.locator(".m-sheet").boundingBox();
      expect(sheet?.width).toBeLessThanOrEqual(600);
      await page.context().close();
    }
  },
);

const pieces = [
  ...[
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<form><input>",
    "</form>",
  ],
  ...[
    "<a href='javascript:alert(1)'>",
    "<style>",
    "</style>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<noscript>",
    "</noscript>",
  ],
  ...[
    "<math><mtext>",
    "<table>",
    "</td>",
    "<p title='",
    "'>",
    '">',
    "`",
    "{{ first_name }}",
    "{% raw %}",
    "{% endraw %}",
  ],
  ...[
    "<textarea>",
    "</title>",
    "<template>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "&lt;script&gt;",
    "\0",
    "<base href=//x>",
  ],
  ...[
    "[x](javascript:alert)",
    "<https://x.example>",
    "![x](y 'onerror=1')",
    "<xmp>",
    "<plaintext>",
    "<p style='background:url(//x)'>",
  ],
];

/** Always the same, so that what fails once fails again. */
function* hostile(count: number): Generator<string> {
  let state = 20_261_122;
  const next = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  for (let made = 0; made < count; made += 1)
    yield Array.from({ length: 2 + next(8) }, () => pieces[next(pieces.length)]).join(next(2) ? "" : " a ");
}

test("whatever is pasted into a mail, nothing in it runs, asks or loads but pictures", async () => {
  const page = await browser.newPage();
  const alarms: string[] = [];
  page.on("dialog", (dialog) => {
    alarms.push(dialog.message());
    void dialog.dismiss();
  });
  const mails: string[] = [];
  for (const source of hostile(150))
    for (const form of ["html", "markdown"] as const)
      try {
        mails.push(mailOf(form, source));
      } catch {
        // Liquid that cannot be read, or that stood in what was left out, is refused.
      }
  expect(mails.length).toBeGreaterThan(80);
  await page.goto("about:blank");
  const found = await page.evaluate(`(${JSON.stringify(mails).replaceAll("<", "\\u003c")}).flatMap((html) => {
    const mail = new DOMParser().parseFromString(html, "text/html");
    const bad = [...mail.querySelectorAll("script,form,input,textarea,select,button,iframe,object,embed,svg,math,base,noscript,template,link,meta[http-equiv],title + title")]
      .map(({ outerHTML }) => outerHTML);
    for (const each of mail.querySelectorAll("*"))
      for (const { name, value } of each.attributes)
        if (name.startsWith("on") || /^\\s*(javascript|vbscript|data):/i.test(value) || (name === "style" && /url\\(/i.test(value)))
          bad.push(name + "=" + value);
    if (mail.querySelectorAll("style").length !== 1 || !mail.querySelector("a[href$='/unsubscribe']")) bad.push(html);
    return bad;
  })`);
  expect(found).toEqual([]);
  for (const html of mails.slice(0, 60)) await page.setContent(html);
  expect(alarms).toEqual([]);
});
