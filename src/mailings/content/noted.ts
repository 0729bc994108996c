import { isReadable, ratioOf } from "./colours";
import { type Ground, groundOf } from "./ground";
import type { LinkFault } from "./links";
import { isDocument, type Making, problemOf } from "./making";
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

/** Says that words of the mail's own colour cannot be read on what they stand on, or that nobody can tell. */
export function noteColours(wrapperGround: Ground, making: Making): void {
  const { words } = making.colours;
  if (words === null) return;
  const ground = groundOf(wrapperGround);
  if (ground === null) making.problems.push(problemOf(making, "colour_unknown", "body", { words }));
  else if (!isReadable(words, ground))
    making.problems.push(
      problemOf(making, "colour_weak", "body", { words, ground, ratio: ratioOf(words, ground) }),
    );
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
