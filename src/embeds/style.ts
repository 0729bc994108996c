import embed from "../../public/css/embed.css";
import frame from "../../public/css/embed-frame.css";
import { type SiteGroup, siteStyle } from "../groups/public";
import { minified } from "../ui/public-styles";

const ROOT_PX = 16;

/** A page's root font size is its own business and must not change ours, so lengths are no longer relative to it. */
function inPixels(css: string): string {
  return css.replace(/(\d*\.?\d+)rem\b/g, (_, rem: string) => `${Number(rem) * ROOT_PX}px`);
}

/** Rules for a whole document as rules for the one element that holds an embed. */
export function inShadow(css: string): string {
  return inPixels(css)
    .replaceAll(":root", ".embed")
    .replace(/(^|[\s{},>+~])(?:html|body)(?=[\s{,.:>+~[])/g, "$1.embed");
}

/** Nothing of the page around reaches in: what it would pass on by inheritance is given up before our own rules. */
const WALL = "@layer reset{.embed{all:initial}}";

/** The styles of an embed in a shadow: those of the group's pages, for one element. */
export function shadowStyle(group: SiteGroup, ofKind = ""): string {
  return inShadow(siteStyle(group, ofKind)) + WALL + minified(inPixels(embed));
}

/** What a page for frames has beside the styles of the group's pages. */
export const frameStyle = minified(embed) + minified(frame);
