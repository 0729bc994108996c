import { type FormValues, several, single } from "../platform/forms";
import { momentOf } from "../platform/local-time";
import { plainAmount, readAmount } from "../platform/money";
import { civilDay } from "../ui/format";
import type { Clause, ClauseKind, FieldTest, Span, Times, When } from "./types";

/* A clause as fields of a form, and back. What cannot be read stays out, and the schema says that it is missing. */

export type FormSetting = { timeZone: string; currency: string; decimalMark: "." | "," };

const DAY_MS = 86_400_000;
const PERCENT = 100;

/** What the fields of a clause say, to be checked by `clauseSchema`. */
export function clauseFrom(
  is: ClauseKind,
  values: FormValues,
  setting: FormSetting,
): Record<string, unknown> {
  const text = (name: string) => single(values, name).trim();
  const optional = (name: string) => text(name) || undefined;
  const numbers = (name: string) => several(values, name).map(Number);
  const some = <Value>(list: Value[]) => (list.length > 0 ? list : undefined);
  const counted = { when: whenFrom(values, setting.timeZone), times: timesFrom(values) };
  switch (is) {
    case "subscription":
      return { is, channel: text("channel") || "email", status: several(values, "status") };
    case "has":
      return { is, what: text("what") };
    case "tag":
      return { is, tags: numbers("tags"), match: text("match") || "any" };
    case "field":
      return { is, field: Number(text("field")), test: testFrom(values, setting) };
    case "action":
      return {
        ...{ is, actions: some(numbers("actions")), kinds: some(several(values, "kinds")) },
        ...{ sources: some(linesOf(text("sources"))), ...counted },
      };
    case "donation": {
      const span = (name: string) => spanFrom(values, name, setting);
      const spans = { total: span("total"), largest: span("largest"), last: span("last") };
      const needsCurrency = Object.values(spans).some((each) => each !== undefined);
      const currency = optional("currency") ?? (needsCurrency ? setting.currency : undefined);
      return { is, actions: some(numbers("actions")), currency, ...counted, ...spans };
    }
    case "recurring":
      return { is, states: several(values, "states") };
    case "mail":
      return { is, did: text("did"), mailings: some(numbers("mailings")), ...counted };
    case "series":
      return { is, series: numbers("series") };
    case "country":
      return { is, countries: several(values, "countries") };
    case "region":
      return { is, regions: linesOf(text("regions")), country: optional("country") };
    case "city":
      return { is, cities: linesOf(text("cities")) };
    case "postal":
      return { is, prefixes: linesOf(text("prefixes")), country: optional("country") };
    case "near":
      return {
        is,
        country: text("country"),
        postalCode: text("postalCode"),
        km: numberOf(text("km"), setting),
      };
    case "district":
      return { is, districts: linesOf(text("districts").toUpperCase()) };
    case "source":
      return { is, sources: linesOf(text("sources")), first: text("first") === "yes" };
    case "import":
      return { is, imports: numbers("imports"), who: text("who") || "all" };
    case "joined":
      return { is, when: counted.when };
    case "language":
      return { is, languages: several(values, "languages") };
    case "mailbox":
      return { is, domains: linesOf(text("domains")).map((domain) => domain.replace(/^@/, "")) };
    case "engagement":
      return { is, levels: several(values, "levels") };
    case "active":
      return { is, ...counted };
    case "sample": {
      const share = numberOf(text("share"), setting);
      return {
        is,
        share: share === undefined ? undefined : Math.round(share * PERCENT),
        seed: Number(text("seed") || 0),
      };
    }
    case "saved":
      return { is, audience: Number(text("audience")) };
    case "people":
      return { is, people: several(values, "people").map(Number) };
  }
}

/** One value a line; commas part values too where nobody writes them within one. */
function linesOf(text: string): string[] {
  return [
    ...new Set(
      text
        .split(/[\n,;]/)
        .map((line) => line.trim())
        .filter((line) => line !== ""),
    ),
  ];
}

function numberOf(text: string, { decimalMark }: FormSetting): number | undefined {
  if (text === "") return undefined;
  const value = Number(decimalMark === "," ? text.replace(",", ".") : text);
  return value;
}

function whenFrom(values: FormValues, timeZone: string): When | undefined {
  const days = Number(single(values, "days"));
  switch (single(values, "when")) {
    case "last":
      return { lastDays: days };
    case "before":
      return { beforeDays: days };
    case "between": {
      const from = dayStart(single(values, "from"), timeZone);
      const to = dayStart(single(values, "to"), timeZone);
      // Up to a day is with all of that day.
      return { ...(from === null ? {} : { from }), ...(to === null ? {} : { to: nextDay(to, timeZone) }) };
    }
    default:
      return undefined;
  }
}

function dayStart(day: string, timeZone: string): number | null {
  return /^\d{4}-\d{2}-\d{2}$/.test(day) ? momentOf(`${day}T00:00`, timeZone) : null;
}

/** The first moment of the next day, which is not always 24 hours later. */
function nextDay(at: number, timeZone: string): number {
  return dayStart(civilDay(at + DAY_MS + DAY_MS / 2, timeZone), timeZone) ?? at + DAY_MS;
}

function timesFrom(values: FormValues): Partial<Times> | undefined {
  const [least, most] = [single(values, "least").trim(), single(values, "most").trim()];
  if (least === "" && most === "") return undefined;
  return {
    ...(least === "" ? {} : { least: Number(least) }),
    ...(most === "" ? {} : { most: Number(most) }),
  };
}

function spanFrom(
  values: FormValues,
  name: string,
  { currency, decimalMark }: FormSetting,
): Span | undefined {
  const of = single(values, "currency") || currency;
  const read = (text: string) => {
    if (text.trim() === "") return undefined;
    const found = readAmount(text, of, decimalMark);
    return found.is === "amount" ? found.amount : Number.NaN;
  };
  const least = read(single(values, `${name}Least`));
  const most = read(single(values, `${name}Most`));
  if (least === undefined && most === undefined) return undefined;
  return { ...(least === undefined ? {} : { least }), ...(most === undefined ? {} : { most }) };
}

function testFrom(values: FormValues, setting: FormSetting): Record<string, unknown> {
  const op = single(values, "op");
  const text = (name: string) => single(values, name).trim();
  const chosen = several(values, "choices");
  switch (op) {
    case "is":
    case "chosen": {
      const listed =
        chosen.length > 0
          ? chosen
          : text("values")
              .split("\n")
              .map((line) => line.trim())
              .filter((line) => line !== "");
      return op === "is" ? { op, values: listed } : { op, values: listed, match: text("match") || "any" };
    }
    case "contains":
    case "begins":
      return { op, text: text("text") };
    case "number": {
      const [least, most] = [numberOf(text("least"), setting), numberOf(text("most"), setting)];
      return { op, ...(least === undefined ? {} : { least }), ...(most === undefined ? {} : { most }) };
    }
    case "day":
      return { op, from: text("from") || undefined, to: text("to") || undefined };
    default:
      return { op: "known" };
  }
}

/** The fields of a clause as it was saved. */
export function valuesOf(clause: Clause, setting: FormSetting): FormValues {
  const lines = (list: readonly (string | number)[] = []) => list.join("\n");
  const many = (list: readonly (string | number)[] = []) => list.map(String);
  const counted = {
    ...("when" in clause ? whenValues(clause.when, setting.timeZone) : {}),
    ...("times" in clause ? timesValues(clause.times) : {}),
  };
  switch (clause.is) {
    case "subscription":
      return { channel: clause.channel, status: clause.status };
    case "has":
      return { what: clause.what };
    case "tag":
      return { tags: many(clause.tags), match: clause.match };
    case "field":
      return { field: String(clause.field), ...testValues(clause.test) };
    case "action":
      return {
        ...{ actions: many(clause.actions), kinds: many(clause.kinds), sources: lines(clause.sources) },
        ...counted,
      };
    case "donation":
      return {
        ...{ actions: many(clause.actions), currency: clause.currency ?? "", ...counted },
        ...spanValues("total", clause.total, clause.currency ?? setting.currency),
        ...spanValues("largest", clause.largest, clause.currency ?? setting.currency),
        ...spanValues("last", clause.last, clause.currency ?? setting.currency),
      };
    case "recurring":
      return { states: clause.states };
    case "mail":
      return { did: clause.did, mailings: many(clause.mailings), ...counted };
    case "series":
      return { series: many(clause.series) };
    case "country":
      return { countries: clause.countries };
    case "region":
      return { regions: lines(clause.regions), country: clause.country ?? "" };
    case "city":
      return { cities: lines(clause.cities) };
    case "postal":
      return { prefixes: lines(clause.prefixes), country: clause.country ?? "" };
    case "near":
      return { country: clause.country, postalCode: clause.postalCode, km: String(clause.km) };
    case "district":
      return { districts: lines(clause.districts) };
    case "source":
      return { sources: lines(clause.sources), first: clause.first ? "yes" : "" };
    case "import":
      return { imports: many(clause.imports), who: clause.who };
    case "joined":
    case "active":
      return counted;
    case "language":
      return { languages: clause.languages };
    case "mailbox":
      return { domains: lines(clause.domains) };
    case "engagement":
      return { levels: clause.levels };
    case "sample":
      return { share: String(clause.share / PERCENT), seed: String(clause.seed) };
    case "saved":
      return { audience: String(clause.audience) };
    case "people":
      return { people: many(clause.people) };
  }
}

function whenValues(when: When | undefined, timeZone: string): FormValues {
  if (!when) return {};
  if ("lastDays" in when) return { when: "last", days: String(when.lastDays) };
  if ("beforeDays" in when) return { when: "before", days: String(when.beforeDays) };
  const day = (at: number | undefined) => (at === undefined ? "" : civilDay(at, timeZone));
  return { when: "between", from: day(when.from), to: day(when.to === undefined ? undefined : when.to - 1) };
}

function timesValues(times: Times | undefined): FormValues {
  return times
    ? { least: String(times.least), most: times.most === undefined ? "" : String(times.most) }
    : {};
}

function spanValues(name: string, span: Span | undefined, currency: string): FormValues {
  const money = (amount: number | undefined) =>
    amount === undefined ? "" : plainAmount({ amount, currency });
  return span ? { [`${name}Least`]: money(span.least), [`${name}Most`]: money(span.most) } : {};
}

function testValues(test: FieldTest): FormValues {
  switch (test.op) {
    case "known":
      return { op: test.op };
    case "is":
      return { op: test.op, values: test.values.join("\n"), choices: test.values };
    case "chosen":
      return { op: test.op, values: test.values.join("\n"), choices: test.values, match: test.match };
    case "contains":
    case "begins":
      return { op: test.op, text: test.text };
    case "number":
      return { op: test.op, least: test.least?.toString() ?? "", most: test.most?.toString() ?? "" };
    case "day":
      return { op: test.op, from: test.from ?? "", to: test.to ?? "" };
  }
}
