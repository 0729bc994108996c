import type { Key, T } from "../../ui/i18n";
import type { Colours } from "./colours";
import { conditionLiquid, fieldLiquid } from "./condition";
import type { Block, Inline, MailDocument, Mark, Network } from "./document";
import { escapeHtml } from "./liquid";
import { buttonHtml, buttonRowHtml, INK, SHEET_WIDTH } from "./looks";
import { hideLiquid, newToken, type Tokens } from "./tokens";

/** What an action shows of itself in a mail. */
export type MailAction = {
  no: number;
  kind: string;
  title: string;
  url: string;
  isPublic: boolean;
  image: { src: string; alt: string } | null;
  /** Of a donation page. */
  currency: string;
};

export type BlockMaterial = {
  t: T;
  colours: Colours;
  language: string;
  actions: ReadonlyMap<number, MailAction>;
  /** The markup of a snippet; null when there is none of that name, which has been noted. */
  snippet(name: string): string | null;
};

const acts = {
  petition: "mailContent.act.petition",
  letter: "mailContent.act.letter",
  call: "mailContent.act.call",
  event: "mailContent.act.event",
  fundraiser: "mailContent.act.fundraiser",
} as const satisfies Record<string, Key>;

/** What the button of a kind of action says. */
export function actLabel(kind: string): Key {
  return Object.entries(acts).find(([name]) => name === kind)?.[1] ?? "mailContent.act.other";
}

/** The markup of what the visual editor wrote. Its Liquid is put aside in `tokens`. */
export function documentHtml(document: MailDocument, material: BlockMaterial, tokens: Tokens): string {
  return blocksHtml(document.content, { ...material, tokens, width: SHEET_WIDTH - 48 });
}

/** The numbers of the actions a document shows. */
export function actionsIn(document: MailDocument): number[] {
  const numbers: number[] = [];
  const look = (block: Block): void => {
    if ("attrs" in block && block.attrs && "actionNo" in block.attrs && block.attrs.actionNo)
      numbers.push(block.attrs.actionNo);
    if (block.type === "columns" || block.type === "bulletList" || block.type === "orderedList")
      for (const { content } of block.content) content.forEach(look);
    else if (block.type === "blockquote" || block.type === "condition" || block.type === "slot")
      block.content.forEach(look);
  };
  document.content.forEach(look);
  return [...new Set(numbers)];
}

type Making = BlockMaterial & { tokens: Tokens; width: number };

function blocksHtml(blocks: readonly Block[], making: Making): string {
  return blocks.map((block) => blockHtml(block, making)).join("\n");
}

function blockHtml(block: Block, making: Making): string {
  switch (block.type) {
    case "paragraph":
      return `<p dir="auto"${alignOf(block.attrs?.textAlign)}>${inlineHtml(block.content, making)}</p>`;
    case "heading": {
      const { level, textAlign } = block.attrs;
      return `<h${level} dir="auto"${alignOf(textAlign)}>${inlineHtml(block.content, making)}</h${level}>`;
    }
    case "codeBlock":
      return `<pre>${inlineHtml(block.content, making)}</pre>`;
    case "horizontalRule":
      return "<hr>";
    case "blockquote":
      return `<blockquote>${blocksHtml(block.content, making)}</blockquote>`;
    case "bulletList":
      return `<ul>${block.content.map(({ content }) => `<li dir="auto">${blocksHtml(content, making)}</li>`).join("")}</ul>`;
    case "orderedList": {
      const start = block.attrs?.start ?? 1;
      const items = block.content.map(({ content }) => `<li dir="auto">${blocksHtml(content, making)}</li>`);
      return `<ol${start === 1 ? "" : ` start="${start}"`}>${items.join("")}</ol>`;
    }
    case "columns":
      return columnsHtml(block.content, making);
    case "slot":
      return blocksHtml(block.content, making);
    case "condition": {
      const begin = newToken(`{% if ${conditionLiquid(block.attrs)} %}`, making.tokens);
      return `${begin}\n${blocksHtml(block.content, making)}\n${newToken("{% endif %}", making.tokens)}`;
    }
    case "image":
      return imageHtml(block.attrs, making);
    case "button": {
      const { label, href, align } = block.attrs;
      if (label.trim() === "" && !href) return "";
      return buttonHtml(
        { label: words(label, making), href: words(href ?? "", making) },
        { ...making, align },
      );
    }
    case "actionCard":
      return cardHtml(block.attrs, making);
    case "donation":
      return donationHtml(block.attrs, making);
    case "social":
      return socialHtml(block.attrs.links, making);
    case "snippet":
      return block.attrs.name === "" ? "" : (making.snippet(block.attrs.name) ?? "");
  }
}

/** Text that may hold Liquid, as text of HTML or an attribute. */
function words(text: string, { tokens }: Making): string {
  return escapeHtml(hideLiquid(text, tokens));
}

function alignOf(align: string | null | undefined): string {
  return align && align !== "left" ? ` align="${align}"` : "";
}

const elements: Record<string, string> = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strike: "s",
  code: "code",
};

/** Runs of the same link are one link, so that one click of a reader is one place in the numbers. */
function inlineHtml(content: readonly Inline[] | undefined, making: Making): string {
  let html = "";
  let open = "";
  for (const node of content ?? []) {
    const marks: readonly Mark[] = node.type === "hardBreak" ? [] : (node.marks ?? []);
    const link = marks.find((mark) => mark.type === "link")?.attrs.href ?? "";
    if (link !== open && node.type !== "hardBreak") {
      html += `${open === "" ? "" : "</a>"}${link === "" ? "" : `<a href="${words(link, making)}">`}`;
      open = link;
    }
    html += marked(contentOf(node, making), marks);
  }
  return html + (open === "" ? "" : "</a>");
}

function contentOf(node: Inline, making: Making): string {
  if (node.type === "hardBreak") return "<br>";
  if (node.type === "text") return words(node.text, making);
  return newToken(fieldLiquid(node.attrs), making.tokens);
}

function marked(html: string, marks: readonly Mark[]): string {
  return marks.reduce((inside, { type }) => {
    const element = elements[type];
    return element ? `<${element}>${inside}</${element}>` : inside;
  }, html);
}

const GAP = 24;

/** Beside each other where there is room; below each other on phones that read the head. */
function columnsHtml(columns: readonly { content: Block[] }[], making: Making): string {
  const width = Math.floor((making.width - GAP * (columns.length - 1)) / columns.length);
  const cells = columns.map(({ content }, index) => {
    const gap = index === 0 ? "" : `<td class="m-gap" width="${GAP}" style="width:${GAP}px">&nbsp;</td>`;
    return `${gap}<td class="m-column" width="${width}" valign="top" style="width:${width}px;vertical-align:top">${blocksHtml(content, { ...making, width })}</td>`;
  });
  return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 8px"><tr>${cells.join("")}</tr></table>`;
}

type ImageBlock = Extract<Block, { type: "image" }>["attrs"];

function imageHtml({ src, alt, width, href, align }: ImageBlock, making: Making): string {
  const wide = Math.min(Math.round(width ?? making.width), making.width);
  const described = alt === null || alt === undefined ? "" : ` alt="${words(alt, making)}"`;
  const image = `<img src="${words(src, making)}"${described} width="${wide}" style="display:inline-block;width:100%;max-width:${wide}px;height:auto;border:0">`;
  const linked = href ? `<a href="${words(href, making)}">${image}</a>` : image;
  return `<p${alignOf(align)} style="margin:0 0 16px">${linked}</p>`;
}

function cardHtml({ actionNo, label }: { actionNo?: number | null; label: string }, making: Making): string {
  const action = actionNo ? making.actions.get(actionNo) : undefined;
  if (!action) return "";
  const href = escapeHtml(action.url);
  const picture = action.image
    ? `<tr><td style="padding:0"><a href="${href}"><img src="${escapeHtml(action.image.src)}" alt="${escapeHtml(action.image.alt)}" width="${making.width}" style="display:block;width:100%;max-width:100%;height:auto;border:0;border-radius:6px 6px 0 0"></a></td></tr>`
    : "";
  const text = label.trim() === "" ? escapeHtml(making.t(actLabel(action.kind))) : words(label, making);
  const title = `<h2 style="margin:0 0 12px"><a class="m-quiet" href="${href}" style="color:${making.colours.words ?? INK};text-decoration:none">${escapeHtml(action.title)}</a></h2>`;
  const button = buttonHtml({ label: text, href }, making);
  return `<table class="m-card" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 20px;border:2px solid #221d18;border-radius:8px">${picture}<tr><td style="padding:18px 20px 0">${title}${button}</td></tr></table>`;
}

type DonationBlock = Extract<Block, { type: "donation" }>["attrs"];

function donationHtml({ actionNo, amounts, label }: DonationBlock, making: Making): string {
  const action = actionNo ? making.actions.get(actionNo) : undefined;
  if (!action) return "";
  const href = escapeHtml(action.url);
  const lead =
    label.trim() === ""
      ? ""
      : `<p dir="auto" style="margin:0 0 12px"><strong>${words(label, making)}</strong></p>`;
  if (amounts.length === 0)
    return lead + buttonHtml({ label: escapeHtml(making.t(actLabel(action.kind))), href }, making);
  const money = new Intl.NumberFormat(making.language, {
    style: "currency",
    currency: action.currency,
    maximumFractionDigits: 2,
    minimumFractionDigits: 0,
  });
  const gifts = amounts.map((amount) => ({
    label: escapeHtml(money.format(amount)),
    href: `${href}?amount=${amount}`,
  }));
  const other = { label: escapeHtml(making.t("mailContent.otherAmount")), href };
  return lead + buttonRowHtml([...gifts, other], making.colours);
}

export const networkNames: Record<Network, string> = {
  facebook: "Facebook",
  instagram: "Instagram",
  bluesky: "Bluesky",
  mastodon: "Mastodon",
  whatsapp: "WhatsApp",
  telegram: "Telegram",
  tiktok: "TikTok",
  youtube: "YouTube",
  linkedin: "LinkedIn",
  x: "X",
  threads: "Threads",
  website: "",
};

function socialHtml(links: readonly { network: Network; href: string }[], making: Making): string {
  if (links.length === 0) return "";
  const named = links.map(({ network, href }) => {
    const name = networkNames[network] || making.t("mailContent.website");
    return `<a href="${words(href, making)}">${escapeHtml(name)}</a>`;
  });
  return `<p align="center" style="margin:8px 0 16px">${named.join(" &nbsp;·&nbsp; ")}</p>`;
}
