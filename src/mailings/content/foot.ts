import { copyAddress } from "./links";
import { escapeHtml } from "./liquid";
import { bare, type Making } from "./making";

type Foot = { html: string[]; text: string[] };

/** Why it came, how to stop it, and who writes from where, as far as the wrapper and the body do not say so. */
export function footOf({ t, group, origin }: Making, said: readonly string[]): Foot {
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
