import { MAIL_PATH } from "../../platform/mail-keys";
import { translator } from "../../ui/i18n";
import { DEFAULT_ACCENT, isAccent, wordsIn } from "../../ui/theme";
import { type MailingVersion, wrapperIn } from "../types";
import { ampPart } from "./amp/part";
import { contentHtml, wrapped } from "./body";
import { dress } from "./dress";
import { footOf, shownIn } from "./foot";
import { frameHtml, headerHtml } from "./frame";
import { escapeAddress, linkFinisher } from "./link-finisher";
import { copyAddress, setCopyAddresses } from "./links";
import { escapeHtml } from "./liquid";
import { baseCss } from "./looks";
import { bare, type Making, type Material, type VersionLink } from "./making";
import { noteImages } from "./noted";
import { editedPlain, plainText } from "./text-part";
import { hideLiquid, LINK, showLiquid, type Tokens } from "./tokens";
import type { Build, Problem } from "./types";

export type MadeVersion = {
  /** Its links are marks still: `numberLinks` puts addresses in their place. */
  build: Build;
  links: VersionLink[];
  problems: Problem[];
};

function begin(version: MailingVersion, material: Material): Making {
  const { accent: chosen } = material.group.settings;
  const accent = isAccent(chosen) ? chosen.toLowerCase() : DEFAULT_ACCENT;
  return {
    ...material,
    wrapper: material.wrapper && wrapperIn(material.wrapper, version.language),
    t: translator(version.language),
    version,
    tokens: [],
    accent,
    css: { rules: [...baseCss(wordsIn(accent, "light")).rules], head: "" },
    problems: [],
    snippetsUsed: 0,
  };
}

/** The body alone as markup, whatever it was written in, its Liquid as it stands. @throws RenderError when it cannot be read */
export function bodyMarkup(version: MailingVersion, material: Material): string {
  const making = begin(version, material);
  return showLiquid(contentHtml(making), making.tokens);
}

/** Makes one version ready. What is wrong with it is said, and left out of it where it can be; Liquid that cannot be read throws. */
export function makeVersion(version: MailingVersion, material: Material): MadeVersion {
  const making = begin(version, material);
  const { accent } = making;
  const content = contentHtml(making);
  const { html, plain } = wrapped(content, making);
  const own = setCopyAddresses(making.tokens, making.origin);
  const { css, tokens, origin } = making;
  const dressed = dress(html, css, origin);
  noteImages(dressed.images, making);
  const links: VersionLink[] = [];
  const finish = linkFinisher(dressed.links, links, own, making);
  const written = version.plain === null ? null : editedPlain(version.plain, making, finish);
  const framed = frameHtml({
    language: version.language,
    title: inHtml(version.subject, tokens),
    preview: inHtml(version.preview, tokens),
    header: material.wrapper ? "" : headerHtml(bare(escapeHtml(material.group.name)), accent),
    content: finish.html(bare(dressed.html)),
    foot: footOf(making, shownIn(html)).html,
    css: bare(css.head),
    accent,
    pixel: material.mailing.settings.tracksOpens ? copyAddress(origin, "open.gif") : "",
  });
  const amp = ampPart(making, links);
  const text = plainText({ html: dressed.html, plain, written }, making, finish);
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
      amp,
    },
    links,
    problems: making.problems,
  };
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
