import { marked } from "marked";
import type { Group } from "../../groups/types";
import { MAIL_PATH } from "../../platform/mail-keys";
import { type T, translator } from "../../ui/i18n";
import { DEFAULT_ACCENT, isAccent, wordsIn } from "../../ui/theme";
import type { Mailing, MailingVersion, Snippet, Wrapper } from "../types";
import { WRAPPER_CONTENT } from "../types";
import { documentHtml, type MailAction } from "./blocks";
import { cleanHtml, unwrapTags } from "./clean-html";
import type { Css } from "./css";
import { readDocument } from "./document";
import { dress, markdownButtons } from "./dress";
import { frameHtml, headerHtml } from "./frame";
import { copyAddress, type LinkFault, readLink, setCopyAddresses } from "./links";
import { escapeHtml, literal } from "./liquid";
import { baseCss } from "./looks";
import { markAddresses, plainOf } from "./plain";
import { RenderError } from "./render-error";
import {
  hideLiquid,
  LINK,
  linkMark,
  mendTokens,
  newToken,
  showLiquid,
  TOKEN,
  type Tokens,
  tokensIn,
} from "./tokens";
import type { Build, MailPart, Problem, ProblemCode } from "./types";
import { errorCodes } from "./types";

/** What a version is made with, beside its own words; read once for all versions of a mailing. */
export type Material = {
  group: Group;
  mailing: Pick<Mailing, "no" | "settings">;
  wrapper: Wrapper | null;
  /** Of the group's pages. */
  origin: string;
  actions: ReadonlyMap<number, MailAction>;
  snippets: ReadonlyMap<string, Snippet>;
};

/** A link of one version: its address as it would be without counting, and what of it is the group's own. */
export type VersionLink = { url: string };

export type MadeVersion = {
  /** Its links are marks still: `numberLinks` puts addresses in their place. */
  build: Build;
  links: VersionLink[];
  problems: Problem[];
};

/** Characters of a body, a wrapper or a snippet that is read as markup. Twice what Gmail shows. */
const SOURCE_MAX = 200_000;
const SNIPPETS_DEEP_MAX = 3;
const SNIPPETS_MAX = 50;
const RUNS = /^(?:javascript|vbscript|data|file|blob):/i;
const ADDRESS_SHOWN = 200;
/** Tags of Liquid alone on their line, with the line break and the empty lines after them. */
const TAG_LINE = /^((?:\ue000\d+\ue001)+)[ \t]*\n+/gm;
const SNIPPET_TAG = /^\{%-?\s*snippet\s+["']?([a-z0-9-]+)["']?\s*-?%\}$/;

type Making = Material & {
  t: T;
  version: MailingVersion;
  tokens: Tokens;
  accent: string;
  css: Css;
  problems: Problem[];
  snippetsUsed: number;
};

/** Makes one version ready. What is wrong with it is said, and left out of it where it can be; Liquid that cannot be read throws. */
export function makeVersion(version: MailingVersion, material: Material): MadeVersion {
  const { accent: chosen } = material.group.settings;
  const accent = isAccent(chosen) ? chosen.toLowerCase() : DEFAULT_ACCENT;
  const making: Making = {
    ...material,
    t: translator(version.language),
    version,
    tokens: [],
    accent,
    css: { rules: [...baseCss(wordsIn(accent, "light")).rules], head: "" },
    problems: [],
    snippetsUsed: 0,
  };
  const content = contentHtml(making);
  const { html, plain } = wrapped(content, making);
  const own = setCopyAddresses(making.tokens, making.origin);
  const { css, tokens, origin } = making;
  const dressed = dress(html, css, origin);
  noteImages(dressed.images, making);
  const links: VersionLink[] = [];
  const finish = linkFinisher(dressed.links, links, own, making);
  const foot = footOf(
    making,
    tokensIn(html).map((index) => tokens[index] ?? ""),
  );
  const written = version.plain === null ? null : editedPlain(version.plain, making, finish);
  const framed = frameHtml({
    language: version.language,
    title: inHtml(version.subject, tokens),
    preview: inHtml(version.preview, tokens),
    header: material.wrapper ? "" : headerHtml(bare(escapeHtml(material.group.name)), accent),
    content: finish.html(bare(dressed.html)),
    foot: foot.html,
    css: bare(css.head),
    accent,
    pixel: material.mailing.settings.tracksOpens ? copyAddress(origin, "open.gif") : "",
  });
  const text = plainText({ html: dressed.html, plain, written, foot: foot.text }, making, finish);
  return {
    build: {
      groupNo: material.group.no,
      mailingNo: material.mailing.no,
      variantNo: version.variantNo,
      language: version.language,
      fromName: version.fromName,
      subject: version.subject,
      preview: version.preview,
      html: showLiquid(framed, tokens),
      plain: showLiquid(text, tokens),
    },
    links,
    problems: making.problems,
  };
}

/** Braces that are no Liquid any more, since all of that has been put aside. */
function bare(text: string): string {
  return literal(text);
}

function inHtml(source: string, tokens: Tokens): string {
  return escapeHtml(hideLiquid(source, tokens));
}

/** The body as sanitised markup, whatever it was written in. */
function contentHtml(making: Making): string {
  const { version, problems } = making;
  if (version.form === "visual" && isDocument(version.body)) {
    const document = readDocument(version.body);
    if (!document) {
      problems.push(problemOf(making, "body_form", "body"));
      return "";
    }
    const { t, accent, actions } = making;
    const snippet = (name: string) => snippetHtml(name, making, 0);
    const html = documentHtml(
      document,
      { t, accent, language: version.language, actions, snippet },
      making.tokens,
    );
    return withSnippets(html, making, 0);
  }
  const form = version.form === "visual" ? "markdown" : version.form;
  return sourceHtml(form, version.body, making, "body", 0);
}

/** Where the visual editor could not run, people write Markdown into its place. */
export function isDocument(body: string): boolean {
  return body.trim() === "" || body.trimStart().startsWith("{");
}

function sourceHtml(
  form: "markdown" | "html",
  source: string,
  making: Making,
  part: MailPart,
  depth: number,
): string {
  const { tokens } = making;
  if (source.length > SOURCE_MAX) throw new RenderError({ code: "too_large", line: null, detail: "" });
  const first = tokens.length;
  const hidden = hideLiquid(source, tokens);
  const last = tokens.length;
  const read = form === "markdown" ? mendTokens(readMarkdown(hidden)) : hidden;
  const { html, css, removed, badLinks } = cleanHtml(read);
  for (const href of badLinks)
    noteLink(href, RUNS.test(href.replace(/\s/g, "")) ? "link_script" : "link_broken", making);
  if (removed.length > 0)
    making.problems.push(problemOf(making, "removed", part, { what: removed.join(", ") }));
  making.css = { rules: [...making.css.rules, ...css.rules], head: making.css.head + css.head };
  const kept = tokensIn(html);
  for (let index = first; index < last; index += 1) {
    if (kept[index - first] === index) continue;
    throw new RenderError({
      code: "liquid_place",
      line: lineOfToken(source, index - first),
      detail: tokens[index] ?? "",
    });
  }
  const lean = unwrapTags(html, (index) => isTag(tokens[index] ?? ""));
  return withSnippets(form === "markdown" ? markdownButtons(lean, making.accent) : lean, making, depth);
}

function isTag(token: string): boolean {
  return token.startsWith("{%");
}

function lineOfToken(source: string, nth: number): number | null {
  const found = [...source.matchAll(/\{[{%]/g)][nth];
  return found ? source.slice(0, found.index).split("\n").length : null;
}

/** Reading emphasis and links takes time by the square of these signs, and what nests is read once a level. */
const SIGNS_MAX = 5_000;
const NESTED = /^(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])[ \t])){20}/m;

/** The parser recurses: text made to nest thousands deep ends in a RangeError. */
function readMarkdown(source: string): string {
  if ((source.match(/[*_~[\]`]/g)?.length ?? 0) > SIGNS_MAX || NESTED.test(source))
    throw new RenderError({ code: "too_large", line: null, detail: "" });
  try {
    return marked.parse(source, { async: false, gfm: true, breaks: true });
  } catch (error) {
    if (error instanceof RangeError) throw new RenderError({ code: "too_large", line: null, detail: "" });
    throw error;
  }
}

function withSnippets(html: string, making: Making, depth: number): string {
  return html.replace(TOKEN, (whole, index) => {
    const name = SNIPPET_TAG.exec(making.tokens[Number(index)] ?? "")?.[1];
    return name === undefined ? whole : (snippetHtml(name, making, depth) ?? "");
  });
}

function snippetHtml(name: string, making: Making, depth: number): string | null {
  const snippet = making.snippets.get(name);
  making.snippetsUsed += 1;
  if (!snippet || depth >= SNIPPETS_DEEP_MAX || making.snippetsUsed > SNIPPETS_MAX) {
    making.problems.push(problemOf(making, "snippet_unknown", "body", { name }));
    return null;
  }
  return sourceHtml(snippet.form, snippet.body, making, "snippet", depth + 1);
}

type WrapperText = { text: string; edge: string };

const SLOT = /^\{\{-?\s*content\s*-?\}\}$/;

/**
 * The body in its wrapper, between two tokens that say where it begins and ends. `plain` is the wrapper as text, with a token
 * where the body goes; null without one.
 */
function wrapped(content: string, making: Making): { html: string; plain: WrapperText | null } {
  const { wrapper, tokens } = making;
  if (!wrapper) return { html: content, plain: null };
  const html = sourceHtml("html", wrapper.html, making, "wrapper", 0);
  const slots = tokensIn(html).filter((index) => SLOT.test(tokens[index] ?? ""));
  const [slot, more] = slots;
  if (slot === undefined || more !== undefined) {
    making.problems.push(problemOf(making, "wrapper_slot", "wrapper", { slot: WRAPPER_CONTENT }));
    return { html: content, plain: null };
  }
  const plain = wrapper.plain.trim() === "" ? null : hideLiquid(wrapper.plain, tokens);
  const edge = newToken("", tokens);
  return {
    html: put(html, slot, edge + content + edge),
    plain: plain === null ? null : { text: plain, edge },
  };
}

function put(text: string, token: number, content: string): string {
  return text.replace(TOKEN, (whole, index) => (Number(index) === token ? content : whole));
}

function noteImages(
  images: readonly { src: string; problem: "alt" | "data" | "scheme" }[],
  making: Making,
): void {
  for (const { src, problem } of images)
    making.problems.push(
      problemOf(
        making,
        `image_${problem}`,
        "body",
        { address: showLiquid(src, making.tokens) },
        lineIn(making, src),
      ),
    );
}

function noteLink(href: string, fault: LinkFault, making: Making): void {
  const address = showLiquid(href, making.tokens).slice(0, ADDRESS_SHOWN);
  making.problems.push(problemOf(making, fault, "body", { address }, lineIn(making, href)));
}

type Finisher = { html(text: string): string; text(text: string): string; add(href: string): string };

/**
 * Reads each link of the mail, and says what stands in its place: itself, or a mark that is later a number. The numbers of
 * marks are those of `links` from then on.
 */
function linkFinisher(
  found: readonly { href: string }[],
  links: VersionLink[],
  own: ReadonlySet<number>,
  making: Making,
): Finisher {
  const all = [...found];
  const read: (string | null)[] = [];
  const finished = (index: number): string => {
    const known = read[index];
    if (known !== undefined && known !== null) return known;
    const href = all[index]?.href ?? "";
    const link = readLink(href, { ...making, isOwn: (token) => own.has(token) });
    if (link.fault) noteLink(href, link.fault, making);
    let written = "";
    if (link.is === "kept") written = newToken(escapeAddress(link.href), making.tokens);
    if (link.is === "web") {
      written = linkMark(links.length);
      links.push({ url: link.url });
    }
    read[index] = written;
    return written;
  };
  const replaced = (text: string) => text.replace(LINK, (_, index) => finished(Number(index)));
  return {
    html: (text) => replaced(text).replaceAll(' href=""', ""),
    text: replaced,
    add: (href) => {
      all.push({ href });
      return linkMark(all.length - 1);
    },
  };
}

/** Liquid in it stays as it is; what stands between is text of an attribute. */
function escapeAddress(href: string): string {
  return href
    .split(/(\{\{.*?\}\}|\{%.*?%\})/s)
    .map((part, index) => (index % 2 === 1 ? part : escapeHtml(part)))
    .join("");
}

/** Where in the body something stands, as far as it can be found as it is written there. */
function lineIn({ version, tokens }: Making, text: string): number | null {
  if (text === "" || (version.form === "visual" && isDocument(version.body))) return null;
  const at = version.body.indexOf(showLiquid(text, tokens));
  return at < 0 ? null : version.body.slice(0, at).split("\n").length;
}

type Foot = { html: string[]; text: string[] };

/** Why it came, how to stop it, and who writes from where, as far as the wrapper and the body do not say so. */
function footOf({ t, group, origin }: Making, said: readonly string[]): Foot {
  const has = (address: string) => said.some((token) => token === address);
  const names = { group: group.name };
  const addresses = {
    unsubscribe: copyAddress(origin, "unsubscribe"),
    preferences: copyAddress(origin, "preferences"),
    view: copyAddress(origin, "view"),
  };
  const html: string[] = [];
  const text: string[] = [];
  if (!has(addresses.unsubscribe)) {
    html.push(bare(escapeHtml(t("mailContent.why", names))));
    const links = (["unsubscribe", "preferences", "view"] as const).map((name) => [
      t(`mailContent.${name}`),
      addresses[name],
    ]);
    html.push(
      links
        .map(([label, href]) => `<a href="${href}" style="color:#5c554d">${escapeHtml(label)}</a>`)
        .join(" · "),
    );
    text.push(
      bare(t("mailContent.why", names)),
      ...links.map(([label = "", address = ""]) => t("mailContent.labelled", { label, address })),
    );
  }
  if (!said.some((token) => /group\.address/.test(token)) && group.postalAddress.trim() !== "") {
    const lines = [group.name, ...group.postalAddress.split("\n")].map((line) => line.trim()).filter(Boolean);
    const line = [...new Set(lines)].join(" · ");
    html.push(bare(escapeHtml(line)));
    text.push(bare(line));
  }
  return { html, text };
}

/** What somebody made of the text part, with its addresses counted like those of the HTML. */
function editedPlain(plain: string, making: Making, finish: Finisher): string {
  const first = making.tokens.length;
  const hidden = hideLiquid(plain, making.tokens);
  setCopyAddresses(making.tokens, making.origin);
  const text = hidden.replace(TOKEN, (whole, index) => {
    const name =
      Number(index) < first ? undefined : SNIPPET_TAG.exec(making.tokens[Number(index)] ?? "")?.[1];
    if (name === undefined) return whole;
    const html = dress(snippetHtml(name, making, 0) ?? "", making.css, making.origin);
    return plainOf(html.html.replace(LINK, (_, at) => html.links[Number(at)]?.href ?? ""));
  });
  return markAddresses(bare(text), finish.add);
}

function plainText(
  parts: { html: string; plain: WrapperText | null; written: string | null; foot: string[] },
  making: Making,
  finish: Finisher,
): string {
  const { html, plain, written, foot } = parts;
  const inner = plain ? (html.split(plain.edge)[1] ?? html) : html;
  const body = written ?? bare(plainOf(inner));
  const whole = finish.text(plain ? inWrapper(plain.text, body, making, finish) : body);
  const text = whole.replace(TAG_LINE, (line, tags: string) =>
    tokensIn(tags).every((index) => isTag(making.tokens[index] ?? "")) ? tags : line,
  );
  return `${foot.length === 0 ? text : `${text}\n\n-- \n${foot.join("\n")}`}\n`;
}

function inWrapper(plain: string, body: string, { tokens, origin }: Making, finish: Finisher): string {
  setCopyAddresses(tokens, origin);
  const slot = tokensIn(plain).find((index) => SLOT.test(tokens[index] ?? ""));
  return slot === undefined ? body : put(markAddresses(bare(plain), finish.add), slot, body);
}

export function problemOf(
  { version }: { version: Pick<MailingVersion, "variantNo" | "language"> },
  code: ProblemCode,
  part: MailPart,
  values: Problem["values"] = {},
  line: number | null = null,
): Problem {
  const isError = errorCodes.some((each) => each === code);
  return { code, isError, variantNo: version.variantNo, language: version.language, part, line, values };
}

/** Puts an address in the place of each mark of a version that was made. */
export function withLinks(build: Build, addressOf: (index: number) => string): Build {
  const put = (text: string) => text.replace(LINK, (_, index) => addressOf(Number(index)));
  const putHtml = (text: string) => text.replace(LINK, (_, index) => escapeAddress(addressOf(Number(index))));
  return { ...build, html: putHtml(build.html), plain: put(build.plain) };
}

export function countedAddress(origin: string, no: number): string {
  return `${origin}${MAIL_PATH}/{{ mail_key }}/${no}`;
}
