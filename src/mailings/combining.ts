import {
  type AlternatePart,
  alternateParts,
  COMBINATIONS_MAX,
  type Combination,
  type MailingVersion,
} from "./types";

/* A mailing with alternates of its subject, its sender or its body: what is written is the alternates, and every combination is a version. */

type Row = Pick<MailingVersion, "variantNo" | "part">;

/** The alternates of each part, in order. */
export type Alternates = Record<AlternatePart, { row: number; nth: number }[]>;

/** Whether a mailing is made of alternates, and not of whole versions. */
export function hasAlternates(written: readonly Row[]): boolean {
  return written.some(({ part }) => part);
}

/** The alternates of each part, the first version's own before all others. */
export function alternatesOf(written: readonly Row[]): Alternates {
  const of = (part: AlternatePart) => {
    const rows = written.filter((each) => each.part === part).map(({ variantNo }) => variantNo);
    return [...new Set([1, ...rows.toSorted((one, other) => one - other)])].map((row, index) => ({
      ...{ row, nth: index + 1 },
    }));
  };
  return { subject: of("subject"), sender: of("sender"), body: of("body") };
}

/** What an alternate was last written as, in all its languages: another number after each change. */
export function revisionOf(written: readonly MailingVersion[], row: number): number {
  return written.reduce((sum, { variantNo, revision }) => sum + (variantNo === row ? revision : 0), 0);
}

/** How many versions some alternates make. */
export function combinationCount({ subject, sender, body }: Alternates): number {
  return subject.length * sender.length * body.length;
}

/** Whether there is room for one alternate more of a part. */
export function hasRoomFor(alternates: Alternates, part: AlternatePart): boolean {
  const { length } = alternates[part];
  return (combinationCount(alternates) / length) * (length + 1) <= COMBINATIONS_MAX;
}

/**
 * Every combination, each once, by the number of its version; none of a mailing without alternates. The order is for good: the rows
 * of mailings that were sent hold these numbers.
 */
export function combinationsOf(written: readonly Row[]): Map<number, Combination> {
  if (!hasAlternates(written)) return new Map();
  const { subject, sender, body } = alternatesOf(written);
  const all = subject.flatMap((one) =>
    sender.flatMap((two) => body.map((three): Combination => ({ subject: one, sender: two, body: three }))),
  );
  return new Map(all.map((each, index) => [index + 1, each]));
}

/** The parts that have more than one alternate. */
export function variedParts(combinations: Iterable<Combination>): AlternatePart[] {
  const all = [...combinations];
  return alternateParts.filter((part) => all.some((each) => each[part].nth > 1));
}

/** The parts to be judged each by itself: where one alone varies, its alternates are the versions. */
export function comparedParts(combinations: Iterable<Combination>): AlternatePart[] {
  const varied = variedParts(combinations);
  return varied.length > 1 ? varied : [];
}

/** A version that shows an alternate beside the first of everything else; the first one where there is none. */
export function versionShowing(written: readonly Row[], row: number): number {
  for (const [variantNo, each] of combinationsOf(written))
    if (alternateParts.some((part) => each[part].row === row)) return variantNo;
  return 1;
}

/** What is written as it is sent: what a variant or an alternate leaves open is as in the first, and alternates are combined. */
export function versionsAsSent(written: readonly MailingVersion[]): MailingVersion[] {
  if (!hasAlternates(written)) return written.map((version) => asSent(version, written));
  const firsts = written.filter(({ variantNo }) => variantNo === 1);
  return [...combinationsOf(written)].flatMap(([variantNo, combines]) =>
    firsts.map((first) => ({ ...combined(first, combines, written), variantNo, combines })),
  );
}

function asSent(version: MailingVersion, written: readonly MailingVersion[]): MailingVersion {
  const first = written.find(({ variantNo, language }) => variantNo === 1 && language === version.language);
  if (version.variantNo === 1 || !first) return version;
  return withBody(withSubject(withSender(version, version, first), version, first), version, first);
}

function combined(
  first: MailingVersion,
  { subject, sender, body }: Combination,
  written: readonly MailingVersion[],
): MailingVersion {
  const at = ({ row }: { row: number }) =>
    written.find(({ variantNo, language }) => variantNo === row && language === first.language) ?? first;
  return withBody(withSubject(withSender(first, at(sender), first), at(subject), first), at(body), first);
}

function withSender(version: MailingVersion, from: MailingVersion, first: MailingVersion): MailingVersion {
  return { ...version, fromName: from.fromName || first.fromName };
}

function withSubject(version: MailingVersion, from: MailingVersion, first: MailingVersion): MailingVersion {
  return { ...version, subject: from.subject || first.subject, preview: from.preview || first.preview };
}

function withBody(version: MailingVersion, from: MailingVersion, first: MailingVersion): MailingVersion {
  const { form, body, plain, amp } = from.body === "" ? first : from;
  return { ...version, form, body, plain, amp };
}

/**
 * As few versions as show every alternate, in each language, for whoever reads a mailing before it leaves; of a mailing without
 * alternates all of them.
 */
export function coveringOf(versions: readonly MailingVersion[]): MailingVersion[] {
  const most = { subject: 1, sender: 1, body: 1 };
  for (const { combines } of versions)
    for (const part of alternateParts) most[part] = Math.max(most[part], combines?.[part].nth ?? 1);
  const longest = Math.max(...Object.values(most));
  // The second of each together, then the third: a part that has fewer stays at its last.
  const isShown = (combines: Combination) =>
    Array.from({ length: longest }, (_, index) => index + 1).some((nth) =>
      alternateParts.every((part) => combines[part].nth === Math.min(nth, most[part])),
    );
  return versions.filter(({ combines }) => !combines || isShown(combines));
}
