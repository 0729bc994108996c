/** Whoever follows a link takes the key of their mail along to nobody. */
export const NO_TRACES = {
  "Cache-Control": "private, no-store",
  "Referrer-Policy": "no-referrer",
  "X-Robots-Tag": "noindex, nofollow",
};
