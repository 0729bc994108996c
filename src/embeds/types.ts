/** Whose style an embed has: ours, in a shadow the page's style does not reach; or the page's own, on plain elements. */
export type Look = "ours" | "site";
/** The form alone, or the organiser's picture and words beside it. */
export type Layout = "standard" | "full";

/** What a query says of how an embed is to look; anything it does not know is the usual. */
export function lookOf(query: (name: string) => string | undefined): { look: Look; layout: Layout } {
  return {
    look: query("look") === "site" ? "site" : "ours",
    layout: query("layout") === "full" ? "full" : "standard",
  };
}

/** Where an action is embedded: below its own address. */
export const EMBED = "/embed";
export const EMBED_DOCUMENT = "/embed.json";
export const EMBED_THANKS = "/embed/thanks";
