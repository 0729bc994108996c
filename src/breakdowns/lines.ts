import { audiencesByNo, meaningOf } from "../audiences/audience";
import type { GroupDb } from "../groups/shard";
import { type CustomField, listFields } from "../people/custom-field";
import { localeNames } from "../ui/i18n";
import { type Breakdown, LINES_MAX, type Line, type Plan } from "./types";

type Node = NonNullable<Line["node"]>;

const EVERYBODY: Line = {
  ...{ key: "everybody", name: { is: "everybody" }, isRemoved: false, node: { all: [] }, meaning: "" },
};

/**
 * The lines of a breakdown as they are now: everybody, then each in its order, then those of none of them. A field that is gone
 * leaves everybody alone.
 */
export async function linesOf(db: GroupDb, { plan }: Pick<Breakdown, "plan">): Promise<Line[]> {
  const { lines: own, isCut } = await ownLines(db, plan);
  const nodes = own.flatMap(({ node }) => node ?? []);
  if (nodes.length === 0) return [EVERYBODY, ...own];
  const others: Line = {
    ...{ key: "others", name: { is: isCut ? "otherAnswers" : "others" }, isRemoved: false, meaning: "" },
    node: { not: { any: nodes } },
  };
  return [EVERYBODY, ...own, others];
}

/** What numbers were counted of: lines with another mark are other lines, in whichever order they are shown. */
export function markOf(lines: readonly Line[]): string {
  return JSON.stringify(inCountingOrder(lines).map(({ key, node, meaning }) => [key, meaning, node ? 1 : 0]));
}

/** Everybody first, for the rates; then one order, however somebody sorts the lines meanwhile. */
export function inCountingOrder(lines: readonly Line[]): Line[] {
  const rankOf = ({ key }: Line) => (key === EVERYBODY.key ? "" : key);
  return lines.toSorted((one, other) => (rankOf(one) < rankOf(other) ? -1 : 1));
}

/** `isCut`: a field has more answers than there are lines. */
async function ownLines(db: GroupDb, plan: Plan): Promise<{ lines: Line[]; isCut: boolean }> {
  switch (plan.by) {
    case "audiences":
      return { lines: await audienceLines(db, plan.audiences), isCut: false };
    case "language": {
      const lines = Object.entries(localeNames).map(([code, name]) =>
        valueLine(`language:${code}`, { is: "named", name }, { is: "language", languages: [code] }),
      );
      return { lines, isCut: false };
    }
    case "field": {
      const field = (await listFields(db)).find(({ no }) => no === plan.field);
      return { lines: field ? answerLines(field) : [], isCut: (field?.choices.length ?? 0) > LINES_MAX };
    }
  }
}

async function audienceLines(db: GroupDb, nos: readonly number[]): Promise<Line[]> {
  const found = await audiencesByNo(db, nos);
  const kept = nos.flatMap((no) => found.find((each) => each.no === no) ?? []);
  return Promise.all(
    kept.map(async ({ no, name, audience, isShared, removedAt }): Promise<Line> => {
      const meaning = await meaningOf(db, audience);
      const line = { key: `audience:${no}`, isRemoved: removedAt !== null, meaning };
      if (!isShared) return { ...line, name: { is: "private" }, node: null };
      return { ...line, name: { is: "named", name }, node: { is: "saved", audience: no } };
    }),
  );
}

/** Whether a field has answers to choose from, each of which can be a line. */
export function hasAnswers({ type, choices }: Pick<CustomField, "type" | "choices">): boolean {
  return type === "yesno" || choices.length > 0;
}

function answerLines({ no, type, choices }: CustomField): Line[] {
  const answered = (value: string): Node => ({
    ...{ is: "field", field: no },
    test: { op: "chosen", values: [value], match: "any" },
  });
  if (type === "yesno")
    return (["yes", "no"] as const).map((is) => valueLine(`field:${no}:${is}`, { is }, answered(is)));
  return choices
    .slice(0, LINES_MAX)
    .map((choice) => valueLine(`field:${no}:${choice}`, { is: "named", name: choice }, answered(choice)));
}

function valueLine(key: string, name: Line["name"], node: Node): Line {
  return { key, name, isRemoved: false, node, meaning: "" };
}
