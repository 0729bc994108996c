import { copyAddress, setCopyAddresses } from "./links";
import { escapeHtml } from "./liquid";
import { bare, type Making } from "./making";
import { alwaysIn, hideLiquid } from "./tokens";

type Foot = { html: string[]; text: string[] };

const ADDRESS = /^\{\{-?\s*group\.address\s*(?:\|\s*default\b[^|]*)?-?\}\}$/;

/** Why it came, in the words of the wrapper or ours; Liquid in them is put aside. */
function whyOf({ t, group, wrapper, tokens, origin }: Making): string {
  const words = wrapper?.foot.trim() ?? "";
  if (words === "") return t("mailContent.why", { group: group.name });
  const hidden = hideLiquid(words, tokens);
  setCopyAddresses(tokens, origin);
  return hidden;
}

const WHOLE_HREF = /\shref="(\ue000\d+\ue001)"/;

/** What of sanitised markup can be read or followed: its words, and the addresses of its links. */
export function shownIn(html: string): string {
  return html.replace(/<[^>]*>/g, (tag) => (tag.startsWith("<a ") ? (WHOLE_HREF.exec(tag)?.[1] ?? "") : ""));
}

/**
 * Why it came, how to stop it, and who writes from where, as far as the wrapper and the body of one part of a mail do not say so.
 * @param words of that part, its Liquid put aside; what they say to some people only is said again
 */
export function footOf(making: Making, words: string): Foot {
  const { t, group, origin } = making;
  const said = alwaysIn(words, making.tokens);
  const has = (address: string) => said.some((token) => token === address);
  const addresses = {
    unsubscribe: copyAddress(origin, "unsubscribe"),
    preferences: copyAddress(origin, "preferences"),
    view: copyAddress(origin, "view"),
  };
  const html: string[] = [];
  const text: string[] = [];
  if (!has(addresses.unsubscribe)) {
    const why = whyOf(making);
    html.push(bare(escapeHtml(why)));
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
      bare(why),
      ...links.map(([label = "", address = ""]) => t("mailContent.labelled", { label, address })),
    );
  }
  if (!said.some((token) => ADDRESS.test(token)) && group.postalAddress.trim() !== "") {
    const lines = [group.name, ...group.postalAddress.split("\n")].map((line) => line.trim()).filter(Boolean);
    const line = [...new Set(lines)].join(" · ");
    html.push(bare(escapeHtml(line)));
    text.push(bare(line));
  }
  return { html, text };
}
