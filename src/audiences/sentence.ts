import { shortAmount } from "../platform/money";
import { formatDate, formatList, formatNumber, formatPercent } from "../ui/format";
import type { Locale, T } from "../ui/i18n";
import { kindName } from "./kind-names";
import type { Names } from "./names";
import { SHARES } from "./sample";
import type { Audience, Clause, ClauseOf, FieldTest, Node, Span, Times, When } from "./types";

export type { Names };

/** In whose words and by whose clock a sentence is written. */
export type Telling = { t: T; locale: Locale; timeZone: string; names: Names };

/** More names than this are told as how many there are. */
const NAMES_TOLD_MAX = 4;

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

function placeName(
  clause: ClauseOf<"country"> | ClauseOf<"region"> | ClauseOf<"city">,
  { locale }: Telling,
): string {
  if (clause.is === "city") return listed(clause.cities, locale);
  if (clause.is === "region") return listed(clause.regions, locale);
  const names = new Intl.DisplayNames(locale, { type: "region" });
  return listed(
    clause.countries.map((code) => names.of(code) ?? code),
    locale,
  );
}

function listed(names: readonly string[], locale: Locale, isAll = false): string {
  const shown = names.slice(0, NAMES_TOLD_MAX);
  const more = names.length - shown.length;
  return formatList(more > 0 ? [...shown, `+${formatNumber(more, locale)}`] : shown, locale, {
    or: more === 0 && !isAll,
  });
}

function limited(whole: string, limit: NonNullable<Audience["limit"]>, { t, locale }: Telling): string {
  const count = limit.people;
  return t(`audiences.say.limit.${limit.by}`, { whole, count, number: formatNumber(count, locale) });
}

/** The words of a clause that is true, or of one that is not. */
function said(clause: Clause, isTrue: boolean, telling: Telling): string {
  const { t } = telling;
  const [key, values] = wordsOf(clause, telling);
  const rest = [
    "times" in clause ? timesWords(clause.times, telling) : "",
    "when" in clause && clause.is !== "joined" ? whenWords(clause.when, telling) : "",
  ];
  const words = t(`audiences.clause.${key}.${isTrue ? "yes" : "no"}`, values);
  return [words, ...rest].filter((part) => part !== "").join(" ");
}

/** Kinds with a verb of their own. */
const TOLD_KINDS = ["petition", "letter", "event"] as const;

type ClauseWords =
  | "subscription.email"
  | "subscription.mobile"
  | "has.email"
  | "has.phone"
  | "has.name"
  | "has.postal_code"
  | "tag.any"
  | "tag.all"
  | "field"
  | "action.any"
  | "action.named"
  | "action.kinds"
  | `acted.${(typeof TOLD_KINDS)[number]}`
  | "donation.any"
  | "donation.named"
  | "recurring"
  | `mail.${"received" | "opened" | "clicked"}`
  | `mailing.${"received" | "opened" | "clicked"}`
  | "country"
  | "postal"
  | "near"
  | "district"
  | "source.any"
  | "source.first"
  | "import.all"
  | "import.new"
  | "joined"
  | "language"
  | "mailbox"
  | "engagement"
  | "active"
  | "sample"
  | "saved"
  | "people";

function wordsOf(clause: Clause, telling: Telling): [ClauseWords, Record<string, string | number>] {
  const { t, locale, names } = telling;
  const named = (kind: keyof Names, nos: readonly number[], isAll = false) =>
    listed(
      nos.map((no) => names[kind].get(no) ?? t("audiences.say.gone", { no })),
      locale,
      isAll,
    );
  switch (clause.is) {
    case "subscription":
      return [
        `subscription.${clause.channel}`,
        {
          status: listed(
            clause.status.map((status) => t(`audiences.status.${status}`)),
            locale,
          ),
        },
      ];
    case "has":
      return [`has.${clause.what}`, {}];
    case "tag":
      return [`tag.${clause.match}`, { tags: named("tags", clause.tags, clause.match === "all") }];
    case "field":
      return ["field", { field: named("fields", [clause.field]), test: testWords(clause.test, telling) }];
    case "action":
      return actionWords(clause, telling, named);
    case "donation": {
      const detail = giftWords(clause, telling);
      return clause.actions
        ? ["donation.named", { actions: named("actions", clause.actions), detail }]
        : ["donation.any", { detail }];
    }
    case "recurring":
      return [
        "recurring",
        {
          states: listed(
            clause.states.map((state) => t(`audiences.gift.${state}`)),
            locale,
          ),
        },
      ];
    case "mail":
      return clause.mailings
        ? [`mailing.${clause.did}`, { mailings: named("mailings", clause.mailings) }]
        : [`mail.${clause.did}`, {}];
    case "country":
    case "region":
    case "city":
      return ["country", { place: placeName(clause, telling) }];
    case "postal":
      return ["postal", { prefixes: listed(clause.prefixes, locale) }];
    case "near":
      return ["near", { km: formatNumber(clause.km, locale), postalCode: clause.postalCode }];
    case "district":
      return ["district", { districts: listed(clause.districts, locale) }];
    case "source":
      return [`source.${clause.first ? "first" : "any"}`, { sources: listed(clause.sources, locale) }];
    case "import":
      return [`import.${clause.who}`, { imports: named("imports", clause.imports) }];
    case "joined":
      return ["joined", { when: whenWords(clause.when, telling) }];
    case "language":
      return [
        "language",
        {
          languages: listed(
            clause.languages.map((code) => languageName(code, locale)),
            locale,
          ),
        },
      ];
    case "mailbox":
      return ["mailbox", { domains: listed(clause.domains, locale) }];
    case "engagement":
      return [
        "engagement",
        {
          levels: listed(
            clause.levels.map((level) => t(`audiences.level.${level}`)),
            locale,
          ),
        },
      ];
    case "active":
      return ["active", {}];
    case "sample":
      return [
        "sample",
        { share: formatPercent(clause.share / SHARES, locale, clause.share % 100 === 0 ? 0 : 2) },
      ];
    case "saved":
      return ["saved", { audience: named("audiences", [clause.audience]) }];
    case "people":
      return ["people", { count: clause.people.length, number: formatNumber(clause.people.length, locale) }];
  }
}

function actionWords(
  { actions, kinds, sources }: ClauseOf<"action">,
  { t, locale, names }: Telling,
  named: (kind: "actions", nos: readonly number[]) => string,
): [ClauseWords, Record<string, string>] {
  const from = sources ? ` ${t("audiences.say.from", { sources: listed(sources, locale) })}` : "";
  if (actions) {
    const told = TOLD_KINDS.find((kind) => actions.every((no) => names.kinds.get(no) === kind));
    return [told ? `acted.${told}` : "action.named", { actions: named("actions", actions), from }];
  }
  if (kinds)
    return [
      "action.kinds",
      {
        kinds: listed(
          kinds.map((kind) => kindName(t, kind)),
          locale,
        ),
        from,
      },
    ];
  return ["action.any", { from }];
}

function giftWords({ total, largest, last, currency = "" }: ClauseOf<"donation">, telling: Telling): string {
  const parts = Object.entries({ total, largest, last }).flatMap(([what, span]) =>
    span ? [giftWord(what, spanWords(span, currency, telling), telling)] : [],
  );
  return parts.length > 0 ? ` (${parts.join(", ")})` : "";
}

function giftWord(what: string, span: string, { t }: Telling): string {
  if (what === "total") return t("audiences.say.total", { span });
  return what === "largest" ? t("audiences.say.largest", { span }) : t("audiences.say.last", { span });
}

function spanWords({ least, most }: Span, currency: string, { t }: Telling): string {
  const money = (amount: number) => `${shortAmount({ amount, currency })} ${currency}`;
  if (least !== undefined && most !== undefined)
    return t("audiences.say.span.both", { least: money(least), most: money(most) });
  return least !== undefined
    ? t("audiences.say.span.least", { least: money(least) })
    : t("audiences.say.span.most", { most: money(most ?? 0) });
}

function languageName(code: string, locale: Locale): string {
  try {
    return new Intl.DisplayNames(locale, { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

function testWords(test: FieldTest, { t, locale }: Telling): string {
  switch (test.op) {
    case "known":
      return t("audiences.test.known");
    case "is":
      return t("audiences.test.is", { values: listed(test.values.map(quoted), locale) });
    case "contains":
      return t("audiences.test.contains", { text: quoted(test.text) });
    case "begins":
      return t("audiences.test.begins", { text: quoted(test.text) });
    case "number":
    case "day":
      return rangeWords(test, { t, locale });
    case "chosen":
      return t(`audiences.test.chosen.${test.match}`, {
        values: listed(test.values.map(quoted), locale, test.match === "all"),
      });
  }
}

function rangeWords(
  test: Extract<FieldTest, { op: "number" | "day" }>,
  { t, locale }: Pick<Telling, "t" | "locale">,
): string {
  const [from, to] =
    test.op === "day"
      ? [test.from, test.to]
      : [test.least, test.most].map((value) =>
          value === undefined ? undefined : formatNumber(value, locale),
        );
  if (from !== undefined && to !== undefined) return t("audiences.test.range.both", { from, to });
  if (from !== undefined) return t("audiences.test.range.from", { from });
  return to !== undefined ? t("audiences.test.range.to", { to }) : t("audiences.test.known");
}

function quoted(text: string): string {
  return `“${text}”`;
}

function timesWords(times: Times | undefined, { t, locale }: Telling): string {
  if (!times || (times.least === 1 && times.most === undefined)) return "";
  const { least, most } = times;
  if (most === undefined)
    return t("audiences.times.least", { count: least, number: formatNumber(least, locale) });
  if (least === most)
    return t("audiences.times.exactly", { count: least, number: formatNumber(least, locale) });
  return t("audiences.times.both", { least: formatNumber(least, locale), most: formatNumber(most, locale) });
}

/** "in the last 30 days" */
export function whenWords(when: When | undefined, { t, locale, timeZone }: Telling): string {
  if (!when) return "";
  if ("lastDays" in when) return t("audiences.when.lastDays", { count: when.lastDays });
  if ("beforeDays" in when) return t("audiences.when.beforeDays", { count: when.beforeDays });
  const day = (at: number) => formatDate(at, locale, timeZone);
  const { from, to } = when;
  // The end is the first moment after the last day.
  if (from !== undefined && to !== undefined)
    return t("audiences.when.between", { from: day(from), to: day(to - 1) });
  if (from !== undefined) return t("audiences.when.since", { from: day(from) });
  return t("audiences.when.until", { to: day((to ?? 1) - 1) });
}
