import type { Group } from "../../groups/types";
import type { T } from "../../ui/i18n";
import type { Mailing, MailingVersion, Snippet, Wrapper, WrapperWords } from "../types";
import type { MailAction } from "./blocks";
import type { Colours } from "./colours";
import type { Css } from "./css";
import { literal } from "./liquid";
import type { Tokens } from "./tokens";
import { errorCodes, type MailPart, type Problem, type ProblemCode } from "./types";

/** What a version is made with, beside its own words; read once for all versions of a mailing. */
export type Material = {
  group: Group;
  mailing: Pick<Mailing, "no" | "settings">;
  wrapper: Wrapper | null;
  /** Of the group's pages. */
  origin: string;
  actions: ReadonlyMap<number, MailAction>;
  snippets: ReadonlyMap<string, Snippet>;
};

/** A link of one version: its address as it would be without counting, and what of it is the group's own. */
export type VersionLink = { url: string };

/** One version while it is being made. */
export type Making = Omit<Material, "wrapper"> & {
  t: T;
  /** In the language of the version, where it speaks that. */
  wrapper: WrapperWords | null;
  version: MailingVersion;
  tokens: Tokens;
  colours: Colours;
  css: Css;
  problems: Problem[];
  snippetsUsed: number;
  /** Those it asked for by name, also by way of others. */
  snippetsNamed: Set<string>;
};

/** Braces that are no Liquid any more, since all of that has been put aside. */
export function bare(text: string): string {
  return literal(text);
}

/** How a snippet is named in a mail. */
export const SNIPPET_TAG = /^\{%-?\s*snippet\s+["']?([a-z0-9-]+)["']?\s*-?%\}$/;

/** Whether a token is a tag of Liquid, and no value. */
export function isTag(token: string): boolean {
  return token.startsWith("{%");
}

/** What is wrong, as it is said of a version. */
export function problemOf(
  { version }: { version: Pick<MailingVersion, "variantNo" | "language"> },
  code: ProblemCode,
  part: MailPart,
  values: Problem["values"] = {},
  line: number | null = null,
): Problem {
  const isError = errorCodes.some((each) => each === code);
  return { code, isError, variantNo: version.variantNo, language: version.language, part, line, values };
}

/** Where the visual editor could not run, people write Markdown into its place. */
export function isDocument(body: string): boolean {
  return body.trim() === "" || body.trimStart().startsWith("{");
}
