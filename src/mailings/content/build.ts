import { MAIL_PATH } from "../../platform/mail-keys";
import { translator } from "../../ui/i18n";
import { type MailingVersion, wrapperIn } from "../types";
import { ampPart } from "./amp/part";
import { contentHtml, wrapped } from "./body";
import { coloursOf, darkCss } from "./colours";
import { dress } from "./dress";
import { footOf, shownIn } from "./foot";
import { frameHtml, headerHtml } from "./frame";
import { type Ground, NOWHERE, type Standing, standingAt } from "./ground";
import { escapeAddress, linkFinisher } from "./link-finisher";
import { copyAddress, setCopyAddresses } from "./links";
import { escapeHtml } from "./liquid";
import { baseCss } from "./looks";
import { bare, type Making, type Material, type VersionLink } from "./making";
import { namesSignOff } from "./merge-fields";
import { noteColours, noteImages } from "./noted";
import { showHtml } from "./sign-off";
import { editedPlain, plainText } from "./text-part";
import { hideLiquid, LINK, showLiquid, type Tokens } from "./tokens";
import type { Build, Problem } from "./types";

export type MadeVersion = {
  /** Its links are marks still; `links` says where each leads. */
  build: Build;
  links: VersionLink[];
  problems: Problem[];
  /** Names of the snippets that its parts asked for. */
  snippetsNamed: string[];
  /** What its wrapper puts behind the words of the body. */
  ground: Ground;
};

function begin(version: MailingVersion, material: Material): Making {
  const colours = coloursOf(material.mailing.settings.colours, material.group.settings.accent);
  return {
    ...material,
    wrapper: material.wrapper && wrapperIn(material.wrapper, version.language),
    t: translator(version.language),
    version,
    tokens: [],
    colours,
    css: { rules: [...baseCss(colours).rules], head: "" },
    problems: [],
    snippetsUsed: 0,
    snippetsNamed: new Set(),
  };
}

/** The body alone as markup, whatever it was written in, its Liquid as it stands. @throws RenderError when it cannot be read */
export function bodyMarkup(version: MailingVersion, material: Material): string {
  const making = begin(version, material);
  return showLiquid(contentHtml(making), making.tokens);
}

/** What is made of a body, whatever subject and sender it goes out with. */
type MadeBody = Pick<MadeVersion, "links" | "problems" | "ground"> & {
  making: Making;
  content: string;
  /** Rules of whoever wrote it, for some screens. */
  css: string;
  foot: string[];
  plain: string;
  amp: string | null;
};

/** Makes one version ready. What is wrong with it is said, and left out of it where it can be; Liquid that cannot be read throws. */
export function makeVersion(version: MailingVersion, material: Material): MadeVersion {
  return inFrame(version, makeBody(version, material));
}

/** The same for several: a body that combinations of alternates share is made once in each language. */
export function makeVersions(versions: readonly MailingVersion[], material: Material): MadeVersion[] {
  const bodies = new Map<string, MadeBody>();
  return versions.map((version) => {
    const { combines, variantNo, language } = version;
    const key = `${combines ? combines.body.row : variantNo} ${language}`;
    const body = bodies.get(key) ?? makeBody(version, material);
    bodies.set(key, body);
    return inFrame(version, body);
  });
}

function makeBody(version: MailingVersion, material: Material): MadeBody {
  const making = begin(version, material);
  const content = contentHtml(making);
  const { html, plain, edge, head } = wrapped(content, making);
  const own = setCopyAddresses(making.tokens, making.origin);
  const { css, tokens, origin } = making;
  const dressed = dress(html, css, origin);
  noteImages(dressed.images, making);
  const standing = standingIn(dressed.html, edge);
  noteColours(standing.ground, bodyIn(dressed.html, edge), making);
  const links: VersionLink[] = [];
  const finish = linkFinisher(dressed.links, links, own, making);
  const written = version.plain === null ? null : editedPlain(version.plain, making, finish);
  const finished = finish.html(bare(dressed.html));
  const [rules, foot] = [
    bare(css.head + darkCss(making.colours, standing, head)),
    footOf(making, shownIn(html)).html,
  ];
  const amp = ampPart(making, links);
  const text = plainText({ html: dressed.html, plain, written }, making, finish);
  return {
    ...{ making, links, problems: making.problems, ground: standing.ground, foot, amp },
    ...{ content: finished, css: rules, plain: showLiquid(text, tokens) },
  };
}

function inFrame(version: MailingVersion, body: MadeBody): MadeVersion {
  const { group, mailing, wrapper, origin, colours, tokens: ofBody } = body.making;
  const { variantNo, language, fromName, subject, preview } = version;
  const tokens = [...ofBody];
  const framed = frameHtml({
    language,
    title: titleOf(version, tokens),
    preview: inHtml(preview, tokens),
    header: wrapper ? "" : headerHtml(bare(escapeHtml(group.name)), colours.accent),
    content: body.content,
    foot: body.foot,
    css: body.css,
    pixel: mailing.settings.tracksOpens ? copyAddress(origin, "open.gif") : "",
  });
  return {
    build: {
      ...{ groupNo: group.no, mailingNo: mailing.no, variantNo, language, fromName, subject, preview },
      ...{ html: showHtml(framed, tokens), plain: body.plain, amp: body.amp },
      signOff: group.settings.mail.signOff,
    },
    links: body.links,
    problems: body.problems.map((problem) => ({ ...problem, variantNo })),
    snippetsNamed: [...body.making.snippetsNamed],
    ground: body.ground,
  };
}

function bodyIn(html: string, edge: string): string {
  return edge === "" ? html : (html.split(edge)[1] ?? html);
}

/** What the body stands on in its wrapper. */
function standingIn(html: string, edge: string): Standing {
  return edge === "" ? NOWHERE : standingAt(html, html.indexOf(edge));
}

/** The subject; with a sign-off in it the one line that its mail has, since a title shows no line breaks. */
function titleOf({ subject }: MailingVersion, tokens: Tokens): string {
  return inHtml(namesSignOff(subject) ? "{{ mailing.subject }}" : subject, tokens);
}

function inHtml(source: string, tokens: Tokens): string {
  return escapeHtml(hideLiquid(source, tokens));
}

/** Puts an address in the place of each mark of a version that was made. */
export function withLinks(build: Build, addressOf: (index: number) => string): Build {
  const put = (text: string) => text.replace(LINK, (_, index) => addressOf(Number(index)));
  const putHtml = (text: string) => text.replace(LINK, (_, index) => escapeAddress(addressOf(Number(index))));
  const amp = build.amp ? putHtml(build.amp) : null;
  return { ...build, html: putHtml(build.html), plain: put(build.plain), amp };
}

export function countedAddress(origin: string, no: number): string {
  return `${origin}${MAIL_PATH}/{{ mail_key }}/${no}`;
}
