import base from "../../public/css/base.css";
import button from "../../public/css/button.css";
import flash from "../../public/css/flash.css";
import form from "../../public/css/form.css";
import progress from "../../public/css/progress.css";
import page from "../../public/css/public-page.css";
import reset from "../../public/css/reset.css";
import tokens from "../../public/css/tokens.css";
import utilities from "../../public/css/utilities.css";

/** All styles of a supporter's page as one text, for inside the document; a group's `themeStyle` goes after it. */
export const publicStyles = [tokens, reset, base, button, form, flash, progress, page, utilities]
  .map(minified)
  .join("");

/**
 * Our own stylesheets without comments and needless spaces. They hold no string or url() in which a space beside a
 * brace, comma, colon or semicolon counts; the test of this file watches that.
 */
export function minified(css: string): string {
  return css
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\s+/g, " ")
    .replace(/ ?([{};,]) ?/g, "$1")
    .replace(/: /g, ":")
    .replaceAll(";}", "}")
    .trim();
}
