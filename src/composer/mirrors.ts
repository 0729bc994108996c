import { countAudience } from "../audiences/audience";
import type { Audience } from "../audiences/types";
import { mirroredBy, mirrorProblem, mirrorsOffered, withMirrored } from "../mailings/mirroring";
import type { Mailing } from "../mailings/types";
import { type FormValues, single } from "../platform/forms";
import { formatNumber } from "../ui/format";
import { wordsOf } from "./audience-words";
import type { MirrorProps } from "./mirror-views";
import { type MemberContext, nameOf, shardOf } from "./web";

/** The mailing whose exclusions somebody wants to have too, as the form of the second step names it. */
export function chosenMirror(values: FormValues): number | null {
  const no = Number(single(values, "mirrorsNo"));
  return Number.isSafeInteger(no) && no > 0 ? no : null;
}

/** Why that one cannot be chosen, in words; null when it can, or none is. */
export async function mirrorProblemIn(
  c: MemberContext,
  mailing: Mailing,
  audience: Audience,
  mirrorsNo: number | null,
): Promise<string | null> {
  if (mirrorsNo === null) return null;
  const problem = await mirrorProblem(c.var.ctx, shardOf(c), mailing.no, audience, mirrorsNo);
  return problem && c.var.t(`days.mirror.problem.${problem}`);
}

/** The part of the form about it, and whom the chosen one leaves out, in a sentence. */
export async function mirroring(
  c: MemberContext,
  mailing: Mailing,
  mirrorsNo: number | null,
): Promise<MirrorProps> {
  const { t, group } = c.var;
  const db = shardOf(c);
  const [offered, told] = await Promise.all([
    mirrorsOffered(db, mailing),
    mirroredBy(db, { include: { all: [] } }, mirrorsNo),
  ]);
  const options = offered.map((each) => ({ value: String(each.no), label: nameOf(t, each) }));
  const chosen = String(told?.mailing.no ?? "");
  if (!told) return { options, chosen, words: "" };
  const name = nameOf(t, told.mailing);
  if (!told.exclude) return { options, chosen, words: t("days.mirror.nobody", { name }) };
  const said = await wordsOf(c, told.exclude, group.timeZone);
  // It stands in the middle of a sentence.
  const people = said.slice(0, 1).toLocaleLowerCase(c.var.locale) + said.slice(1);
  return { options, chosen, words: t("days.mirror.words", { name, people }) };
}

/** An audience without whom the chosen one leaves out, and how many that are, in words; "" where none is chosen. */
export async function mirroredAudience(
  c: MemberContext,
  audience: Audience,
  mirrorsNo: number | null,
): Promise<{ audience: Audience; note: string }> {
  const { ctx, t, locale } = c.var;
  const db = shardOf(c);
  const told = await mirroredBy(db, audience, mirrorsNo);
  if (!told?.lost) return { audience, note: "" };
  const target = await withMirrored(db, { audience, most: null }, { mirrorsNo });
  const { count, isWhole } = await countAudience(ctx, db, told.lost);
  const words = t("days.mirror.lost", {
    ...{ count, number: formatNumber(count, locale) },
    name: nameOf(t, told.mailing),
  });
  return { audience: target.audience, note: isWhole ? words : `${words} ${t("days.mirror.sofar")}` };
}
