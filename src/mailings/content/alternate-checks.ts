import { variedParts } from "../combining";
import { type AlternatePart, BODY_BYTES_MAX, type MailingVersion, VARIANTS_MAX } from "../types";
import { problemOf } from "./making";
import { sourcesOf } from "./merge-fields";
import type { Build, MailPart, Problem } from "./types";

/**
 * All mails in all versions and languages together as they are frozen, in characters: as much as the sources of whole versions can
 * come to at most. Whoever sends a page holds all of them in memory.
 */
const ALL_MAX = VARIANTS_MAX * 3 * BODY_BYTES_MAX;

/** The same problem, said of the alternate it is in; as it is of a mailing without alternates. */
export function ofAlternate(problem: Problem, versions: readonly MailingVersion[]): Problem {
  const combines = versions.find(({ variantNo }) => variantNo === problem.variantNo)?.combines;
  if (!combines) return problem;
  if (isOfAll(problem)) return { ...problem, variantNo: 1 };
  const part = alternatePartOf(problem.part);
  const { row, nth } = combines[part];
  // Whichever of its versions was looked at: what is said twice of an alternate is one problem.
  const first = versions.find((each) => each.combines?.[part].row === row);
  return { ...problem, variantNo: first?.variantNo ?? problem.variantNo, alternate: { part, row, nth } };
}

/** What stands around every message, or is chosen for all of them: it is of no alternate. */
function isOfAll({ part, code }: Problem): boolean {
  return part === "group" || part === "wrapper" || code === "colour_weak";
}

function alternatePartOf(part: MailPart): AlternatePart {
  switch (part) {
    case "subject":
    case "preview":
      return "subject";
    case "from":
      return "sender";
    default:
      return "body";
  }
}

type Made = { version: MailingVersion; made: Build | null };

/**
 * What is wrong with alternates beside each other.
 * @param made what was made of versions that show every alternate
 */
export function alternateProblems(versions: readonly MailingVersion[], made: readonly Made[]): Problem[] {
  const combinations = versions.flatMap(({ combines }) => combines ?? []);
  return [
    ...variedParts(combinations).flatMap((part) => sameProblems(part, versions)),
    ...(combinations.length > 0 ? sizeProblems(versions, made) : []),
  ];
}

const shownIn = { subject: "subject", sender: "from", body: "body" } as const;

/** Alternates that say the same: nobody can compare them, and each takes its share of the people. */
function sameProblems(part: AlternatePart, versions: readonly MailingVersion[]): Problem[] {
  const seen = new Map<string, { row: number; nth: number }>();
  const read = new Set<string>();
  return versions.flatMap((version) => {
    const own = version.combines?.[part];
    const which = `${own?.row} ${version.language}`;
    if (!own || read.has(which)) return [];
    read.add(which);
    const key = JSON.stringify([version.language, wordsOf(part, version)]);
    const other = seen.get(key);
    if (!other) {
      seen.set(key, own);
      return [];
    }
    const problem = problemOf({ version }, "alternate_same", shownIn[part], { nth: other.nth });
    return [ofAlternate(problem, versions)];
  });
}

function wordsOf(part: AlternatePart, { subject, preview, fromName, body, plain, amp }: MailingVersion) {
  switch (part) {
    case "subject":
      return [subject, preview];
    case "sender":
      return [fromName];
    case "body":
      return [body, plain, amp ?? null];
  }
}

function sizeProblems(versions: readonly MailingVersion[], made: readonly Made[]): Problem[] {
  // Wrapper and snippets are in each mail again; versions that share a message are as long as each other, but for the subject.
  const bodyOf = ({ combines, language }: MailingVersion) => `${combines?.body.row} ${language}`;
  const lengths = new Map(made.map((each) => [bodyOf(each.version), lengthOf(each.made)]));
  const all = versions.reduce((sum, version) => sum + (lengths.get(bodyOf(version)) ?? 0), 0);
  const [version] = versions;
  if (!version || all <= ALL_MAX) return [];
  const problem = problemOf({ version }, "versions_too_large", "body", { count: versions.length });
  return [ofAlternate(problem, versions)];
}

function lengthOf(made: Build | null): number {
  return made ? sourcesOf(made).reduce((sum, { source }) => sum + source.length, 0) : 0;
}
