/**
 * What a group's styles may do to the parts of a page that are ours. They may dress them, not move, hide or cover them:
 * what people agree to, the button and the way to report a page must stay in sight. Its own header and footer, whose
 * classes begin with "own-", are closed boxes (`KEPT_IN_SIGHT` in public.tsx), and inside them anything goes.
 */

const DRESSING = new RegExp(
  `^(?:${[
    "color|accent-color|caret-color|color-scheme|background(?:-[a-z-]+)?|border(?:-[a-z-]+)?|box-shadow|text-shadow",
    "font(?:-[a-z-]+)?|line-height|letter-spacing|word-spacing|text-(?:align|align-last|decoration|decoration-[a-z]+|transform|wrap|overflow|underline-offset)",
    "white-space|overflow-wrap|word-break|hyphens|quotes|content|list-style(?:-[a-z]+)?|cursor|object-(?:fit|position)|aspect-ratio",
    "padding(?:-[a-z-]+)?|margin(?:-[a-z-]+)?|(?:row-|column-)?gap|(?:min-|max-)?width|(?:min-|max-)?inline-size|min-height|min-block-size",
    "(?:justify|align|place)-(?:items|content|self)|flex-(?:wrap|direction)|display|--own-[a-z0-9-]+",
  ].join("|")})$`,
  "i",
);
const SHOWN =
  /^(?:block|inline|inline-block|flow-root|flex|inline-flex|grid|inline-grid|list-item|table|table-cell)$/i;
/** A distance below nothing lays things over each other. */
const BELOW_NOTHING = /-\s*[\d.]|\b(?:calc|min|clamp|round)\s*\(/i;
const DISTANCE = /^(?:margin|letter-spacing|word-spacing)/i;
/** Whether a selector finds nothing but parts of a header or footer of the group's own. */
export function isOfOwnPart(selector: string): boolean {
  const compounds = plain(selector).split(/\s*>\s*|\s+(?![+~])/);
  const own = compounds.findIndex((compound) => compound.includes(".own-"));
  // A part beside an own one need not be in the same box.
  return own >= 0 && compounds.slice(own).every((compound) => !/[+~]/.test(compound));
}

/** Without what it merely asks about: attributes, and whatever stands in brackets. */
function plain(selector: string): string {
  let text = selector.replace(/"[^"]*"|'[^']*'/g, "").replace(/\[[^\]]*\]/g, "");
  for (let inner = ""; inner !== text; ) {
    inner = text;
    text = text.replace(/\([^()]*\)/g, "");
  }
  return text;
}

/** Whether a declaration merely dresses what it is about. */
export function isDressing(property: string, value: string): boolean {
  if (!DRESSING.test(property)) return false;
  if (/^display$/i.test(property)) return SHOWN.test(value.trim());
  return !(DISTANCE.test(property) && BELOW_NOTHING.test(value));
}
