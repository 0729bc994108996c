import type { GroupDb } from "../groups/shard";
import type { Context } from "../platform/context";
import { formatNumber } from "../ui/format";
import { isPersonOf } from "./audience";
import { phrase, type Telling } from "./sentence";
import type { Audience, Node } from "./types";

/** One condition of an audience, whether it is true of a person, and how deep it stands within others. */
export type Reason = { depth: number; words: string; isTrue: boolean };

type Asked = { depth: number; words: string; audience: Audience };

/** Why a person is in an audience or not: every condition by itself, in the order in which the audience has them. */
export async function reasonsFor(
  ctx: Context,
  db: GroupDb,
  audience: Audience,
  { personNo, telling }: { personNo: number; telling: Telling },
): Promise<{ isIn: boolean; reasons: Reason[] }> {
  const { t, locale } = telling;
  const { include, exclude, limit } = audience;
  const asked: Asked[] = [
    ...asksOf(include, 0, telling),
    ...(exclude && !isEmpty(exclude)
      ? [
          { depth: 0, words: t("audiences.why.excluded"), audience: { include: exclude } },
          ...asksOf(exclude, 1, telling),
        ]
      : []),
    ...(limit
      ? [
          {
            depth: 0,
            words: t("audiences.why.limit", { number: formatNumber(limit.people, locale) }),
            audience,
          },
        ]
      : []),
  ];
  const [isIn = false, ...answers] = await isPersonOf(ctx, db, personNo, [
    audience,
    ...asked.map((each) => each.audience),
  ]);
  return {
    isIn,
    reasons: asked.map(({ depth, words }, index) => ({ depth, words, isTrue: answers[index] ?? false })),
  };
}

function isEmpty(node: Node): boolean {
  return "any" in node && node.any.length === 0;
}

function asksOf(node: Node, depth: number, telling: Telling): Asked[] {
  const { t } = telling;
  const audience = { include: node };
  if ("all" in node || "any" in node) {
    const children = "all" in node ? node.all : node.any;
    const inner = children.flatMap((child) => asksOf(child, depth + 1, telling));
    // One condition alone needs no word about how many must hold.
    if (children.length <= 1) return children.flatMap((child) => asksOf(child, depth, telling));
    return [
      { depth, words: t("all" in node ? "audiences.why.all" : "audiences.why.any"), audience },
      ...inner,
    ];
  }
  if ("not" in node && !("is" in node.not))
    return [{ depth, words: t("audiences.why.not"), audience }, ...asksOf(node.not, depth + 1, telling)];
  return [{ depth, words: phrase(node, telling), audience }];
}
