import { formatList, formatNumber } from "../ui/format";
import { placeName, said } from "./clause-words";
import type { Telling } from "./measure-words";
import type { Audience, ClauseOf, Node } from "./types";

export type { Telling } from "./measure-words";
export type { Names } from "./names";

/**
 * An audience in plain words: "Subscribed people in Ontario who signed Clean Air, but have not donated". One sentence without a
 * full stop, in the language of `t`.
 */
export function sentence(audience: Audience, telling: Telling): string {
  const { t } = telling;
  const { adjective, places, others } = opening(audience.include, telling);
  const isEverybody = !adjective && places.length === 0 && others.length === 0;
  const who = t(
    isEverybody
      ? "audiences.say.everybody"
      : adjective
        ? "audiences.say.subscribedPeople"
        : "audiences.say.people",
  );
  const doing = others.filter((node) => !("not" in node));
  const notDoing = others.filter((node) => "not" in node);
  const parts = [
    [who, ...places].join(" "),
    doing.length > 0 ? t("audiences.say.who", { what: together(doing, telling) }) : "",
    notDoing.length > 0
      ? t(doing.length > 0 ? "audiences.say.but" : "audiences.say.who", { what: together(notDoing, telling) })
      : "",
  ];
  const included = parts.filter((part) => part !== "").join(" ");
  const excluded = audience.exclude && !isNothing(audience.exclude) ? audience.exclude : null;
  const whole = excluded
    ? t("audiences.say.without", { included, excluded: phrase(excluded, telling) })
    : included;
  return audience.limit ? limited(whole, audience.limit, telling) : whole;
}

/** What one clause says, as the end of "people who …". */
export function phrase(node: Node, telling: Telling): string {
  if ("not" in node) return negated(node.not, telling);
  if ("all" in node)
    return node.all.length === 0 ? telling.t("audiences.say.anybody") : together(node.all, telling);
  if ("any" in node)
    return node.any.length === 0 ? telling.t("audiences.say.nobody") : either(node.any, telling);
  return said(node, true, telling);
}

function negated(node: Node, telling: Telling): string {
  if ("not" in node) return phrase(node.not, telling);
  if ("all" in node || "any" in node)
    return telling.t("audiences.say.notThat", { what: phrase(node, telling) });
  return said(node, false, telling);
}

function together(nodes: readonly Node[], telling: Telling): string {
  return formatList(
    nodes.map((node) => bracketed(node, nodes.length, telling)),
    telling.locale,
  );
}

function either(nodes: readonly Node[], telling: Telling): string {
  return formatList(
    nodes.map((node) => bracketed(node, nodes.length, telling)),
    telling.locale,
    { or: true },
  );
}

function bracketed(node: Node, count: number, telling: Telling): string {
  const words = phrase(node, telling);
  const hasParts = ("all" in node && node.all.length > 1) || ("any" in node && node.any.length > 1);
  return hasParts && count > 1 ? `(${words})` : words;
}

/** An `any` of nothing, or whatever comes to it. */
function isNothing(node: Node): boolean {
  return "any" in node && node.any.length === 0;
}

/** What reads best before "who": that people are subscribed, and where they live. */
function opening(node: Node, telling: Telling): { adjective: boolean; places: string[]; others: Node[] } {
  const nodes = "all" in node ? node.all : [node];
  const isSubscribed = (each: Node) =>
    "is" in each &&
    each.is === "subscription" &&
    each.channel === "email" &&
    each.status.join() === "subscribed";
  const isPlace = (each: Node): each is ClauseOf<"country"> | ClauseOf<"region"> | ClauseOf<"city"> =>
    "is" in each && (each.is === "country" || each.is === "region" || each.is === "city");
  return {
    adjective: nodes.some(isSubscribed),
    places: nodes
      .filter(isPlace)
      .map((place) => telling.t("audiences.say.in", { place: placeName(place, telling) })),
    others: nodes.filter((each) => !isSubscribed(each) && !isPlace(each)),
  };
}

function limited(whole: string, limit: NonNullable<Audience["limit"]>, { t, locale }: Telling): string {
  const count = limit.people;
  return t(`audiences.say.limit.${limit.by}`, { whole, count, number: formatNumber(count, locale) });
}
