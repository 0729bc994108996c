/*
 * What the interactive part of a mail may hold: less than AMP for Email has (https://amp.dev/documentation/guides-and-tutorials/email/learn/email-spec/amp-email-format),
 * so that whatever passes here passes the validators of mailbox providers. Nothing that asks, fetches or remembers: no forms, no
 * amp-list, no amp-bind, no templates.
 */

/** Components, with the script each of them needs; null for what the runtime itself knows. */
export const components: Record<string, string | null> = {
  "amp-accordion": "amp-accordion",
  "amp-anim": "amp-anim",
  "amp-carousel": "amp-carousel",
  "amp-fit-text": "amp-fit-text",
  "amp-img": null,
  "amp-layout": null,
  "amp-selector": "amp-selector",
  "amp-timeago": "amp-timeago",
};

/** Whose script may not stand there unused, so that they stand at least once where no condition leaves them out. */
export const neverUnused: ReadonlySet<string> = new Set(["amp-anim", "amp-carousel", "amp-timeago"]);

const sized = ["responsive", "fixed", "fixed-height"];

/** How each component may take its place. */
export const layouts: Record<string, readonly string[]> = {
  "amp-accordion": ["container"],
  "amp-anim": sized,
  "amp-carousel": sized,
  "amp-fit-text": sized,
  "amp-img": [...sized, "intrinsic"],
  "amp-layout": [...sized, "container"],
  "amp-selector": ["container"],
  "amp-timeago": sized,
};

const plainElements =
  "a abbr address article aside b bdo blockquote br button caption cite code col colgroup dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i ins kbd li main mark nav ol p pre q s samp section small span strong sub summary sup table tbody td tfoot th thead time tr u ul var wbr";

export const elements: ReadonlySet<string> = new Set([
  ...plainElements.split(" "),
  ...Object.keys(components),
]);

const WORDS = /^[^\ue002\ue003]{0,1000}$/;
const YES = /^(?:|true)$/;
const NUMBER = /^\d{1,4}$/;
const SIZE = /^(?:\d{1,4}(?:px|%)?|auto)$/;
const COLOUR = /^#[0-9a-f]{3,6}$|^[a-z]{3,20}$/i;
const PLACE = /^(?:left|right|center|top|middle|bottom|baseline)$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/;
const TAP =
  /^tap:[a-z][\w-]{0,59}\.(?:show|hide|toggleVisibility|toggle|expand|collapse|scrollTo|focus|goToSlide\(index=\d{1,2}\)|toggleClass\(class=[\w-]{1,60}\))(?:,[a-z][\w-]{0,59}\.(?:show|hide|toggleVisibility|toggle|expand|collapse|scrollTo|focus|goToSlide\(index=\d{1,2}\)|toggleClass\(class=[\w-]{1,60}\)))*$/;

/** On every element; those for people alone may hold merge fields. */
export const everywhere: Record<string, RegExp> = {
  title: WORDS,
  "aria-label": WORDS,
  lang: /^[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}$/i,
  dir: /^(?:ltr|rtl|auto)$/,
  role: /^[a-z]{1,30}$/,
  tabindex: /^(?:0|-1)$/,
  hidden: YES,
  "aria-hidden": /^(?:true|false)$/,
  // What can be chosen in an amp-selector.
  option: /^[\w-]{1,60}$/,
  selected: YES,
};

export const forPeople: ReadonlySet<string> = new Set(["title", "aria-label", "alt", "href"]);

const place = { width: SIZE, height: SIZE, layout: /^[a-z-]{1,20}$/ };
const picture = { ...place, src: WORDS, alt: WORDS };
const cell = {
  align: PLACE,
  valign: PLACE,
  bgcolor: COLOUR,
  width: SIZE,
  height: SIZE,
  colspan: NUMBER,
  rowspan: NUMBER,
};

/** On one kind of element. */
export const own: Record<string, Record<string, RegExp>> = {
  a: { href: WORDS },
  "amp-accordion": { ...place, animate: YES, "expand-single-section": YES },
  "amp-anim": picture,
  "amp-carousel": {
    ...place,
    type: /^(?:slides|carousel)$/,
    controls: YES,
    loop: YES,
    autoplay: YES,
    delay: /^\d{4,5}$/,
  },
  "amp-fit-text": { ...place, "min-font-size": NUMBER, "max-font-size": NUMBER },
  "amp-img": picture,
  "amp-layout": place,
  "amp-selector": { ...place, multiple: YES },
  "amp-timeago": { ...place, datetime: MOMENT, locale: /^[a-z]{2}(?:-[a-z]{2})?$/i, cutoff: /^\d{1,9}$/ },
  button: { type: /^button$/, on: TAP },
  col: { span: NUMBER },
  details: { open: YES },
  ol: { start: NUMBER, type: /^[1aAiI]$/ },
  section: { expanded: YES },
  table: {
    align: PLACE,
    width: SIZE,
    border: NUMBER,
    cellpadding: NUMBER,
    cellspacing: NUMBER,
    bgcolor: COLOUR,
  },
  td: cell,
  th: { ...cell, scope: /^(?:row|col)$/ },
  tr: { align: PLACE, valign: PLACE, bgcolor: COLOUR },
};

/** Names of our own frame and of AMP's, and one that validators take for a script's. */
export function isFreeName(name: string): boolean {
  return /^[a-z][\w-]{0,59}$/i.test(name) && !/^(?:m-|i-amp|amp|valueof$)/i.test(name);
}
