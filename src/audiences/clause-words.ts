import { formatNumber, formatPercent } from "../ui/format";
import { kindName } from "./kind-names";
import {
  giftWords,
  languageName,
  listed,
  type Telling,
  testWords,
  timesWords,
  whenWords,
} from "./measure-words";
import type { Names } from "./names";
import { SHARES } from "./sample";
import type { Clause, ClauseOf } from "./types";

/** The names of the places of a clause. */
export function placeName(
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

/** The words of a clause that is true, or of one that is not. */
export function said(clause: Clause, isTrue: boolean, telling: Telling): string {
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
  | "series"
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
  const list = (words: readonly string[]) => listed(words, locale);
  const named = (kind: keyof Names, nos: readonly number[], joinedBy: "or" | "and" = "or") =>
    listed(
      nos.map((no) => names[kind].get(no) ?? t("audiences.say.gone", { no })),
      locale,
      joinedBy,
    );
  switch (clause.is) {
    case "subscription":
      return [
        `subscription.${clause.channel}`,
        { status: list(clause.status.map((status) => t(`audiences.status.${status}`))) },
      ];
    case "has":
      return [`has.${clause.what}`, {}];
    case "tag":
      return [
        `tag.${clause.match}`,
        { tags: named("tags", clause.tags, clause.match === "all" ? "and" : "or") },
      ];
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
      return ["recurring", { states: list(clause.states.map((state) => t(`audiences.gift.${state}`))) }];
    case "mail":
      return clause.mailings
        ? [`mailing.${clause.did}`, { mailings: named("mailings", clause.mailings) }]
        : [`mail.${clause.did}`, {}];
    case "series":
      return ["series", { series: named("series", clause.series) }];
    case "country":
    case "region":
    case "city":
      return ["country", { place: placeName(clause, telling) }];
    case "postal":
      return ["postal", { prefixes: list(clause.prefixes) }];
    case "near":
      return ["near", { km: formatNumber(clause.km, locale), postalCode: clause.postalCode }];
    case "district":
      return ["district", { districts: list(clause.districts) }];
    case "source":
      return [`source.${clause.first ? "first" : "any"}`, { sources: list(clause.sources) }];
    case "import":
      return [`import.${clause.who}`, { imports: named("imports", clause.imports) }];
    case "joined":
      return ["joined", { when: whenWords(clause.when, telling) }];
    case "language":
      return ["language", { languages: list(clause.languages.map((code) => languageName(code, locale))) }];
    case "mailbox":
      return ["mailbox", { domains: list(clause.domains) }];
    case "engagement":
      return ["engagement", { levels: list(clause.levels.map((level) => t(`audiences.level.${level}`))) }];
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
