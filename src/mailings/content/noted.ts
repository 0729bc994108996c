import { isReadable, ratioOf } from "./colours";
import { readStyle } from "./css";
import { type Ground, groundOf } from "./ground";
import type { LinkFault } from "./links";
import { isDocument, type Making, problemOf } from "./making";
import { attributesOf, ELEMENT, unescapeHtml } from "./markup";
import { showLiquid } from "./tokens";

const ADDRESS_SHOWN = 200;

/** Says what is wrong with pictures. */
export function noteImages(
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

/**
 * Says that words and links in colours of the mail's own cannot be read on what they stand on, or that nobody can tell.
 * @param body dressed
 */
export function noteColours(wrapperGround: Ground, body: string, making: Making): void {
  const { colours, mailing, problems } = making;
  const ground = groundOf(wrapperGround);
  const isOwnLink = mailing.settings.colours.button !== "" && hasLinkIn(body, colours.links);
  const chosen = [
    { code: "colour_weak" as const, words: colours.words },
    { code: "link_weak" as const, words: isOwnLink ? colours.links : null },
  ];
  for (const { code, words } of chosen) {
    if (words === null) continue;
    if (ground === null) problems.push(problemOf(making, "colour_unknown", "body", { words }));
    else if (!isReadable(words, ground))
      problems.push(problemOf(making, code, "body", { words, ground, ratio: ratioOf(words, ground) }));
  }
}

/** Whether a link has a colour, and none that a wrapper or the body gives it. */
function hasLinkIn(body: string, colour: string): boolean {
  return [...body.matchAll(ELEMENT)].some(([, slash, name, source = ""]) => {
    const attributes = attributesOf(source);
    const isOurs = attributes.get("class")?.startsWith("m-");
    if (slash !== "" || name !== "a" || isOurs) return false;
    return readStyle(unescapeHtml(attributes.get("style") ?? "")).get("color") === colour;
  });
}

/** Says what is wrong with a link. */
export function noteLink(href: string, fault: LinkFault, making: Making): void {
  const address = showLiquid(href, making.tokens).slice(0, ADDRESS_SHOWN);
  making.problems.push(problemOf(making, fault, "body", { address }, lineIn(making, href)));
}

/** Where in the body something stands, as far as it can be found as it is written there. */
function lineIn({ version, tokens }: Making, text: string): number | null {
  if (text === "" || (version.form === "visual" && isDocument(version.body))) return null;
  const at = version.body.indexOf(showLiquid(text, tokens));
  return at < 0 ? null : version.body.slice(0, at).split("\n").length;
}
