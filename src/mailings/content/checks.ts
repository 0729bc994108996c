import { dbFor } from "../../groups/shard";
import type { Group } from "../../groups/types";
import { mergeColumns } from "../../merging/merge-file";
import { addressedActions, TARGET_ACTIONS_MAX, targetField } from "../../merging/targets";
import { listFields } from "../../people/custom-field";
import type { Context } from "../../platform/context";
import type { T } from "../../ui/i18n";
import { coveringOf } from "../combining";
import {
  AMP_BYTES_MAX,
  CLIPPED_BYTES,
  type Mailing,
  type MailingVersion,
  SUBJECT_MAX,
  type Wrapper,
} from "../types";
import { alternateProblems, ofAlternate } from "./alternate-checks";
import { countedAddress, makeVersion, withLinks } from "./build";
import { parseLiquid, strayTag } from "./liquid";
import { type Material, problemOf } from "./making";
import { materialOf, ownActions } from "./material";
import { fieldsWithoutFallback, namesSignOff, sourcesOf, type UsedFields, usedFields } from "./merge-fields";
import { isVisual, type ReadPart, readParts } from "./parts";
import { plainOf } from "./plain";
import { RenderError } from "./render-error";
import { templatesOf } from "./templates";
import type { Build, MailPart, Problem } from "./types";
import { standIn } from "./values";

/** Actions that are looked up for what words name. */
const LOOKED_UP_MAX = 1_000;
/** Phones show about so much of a subject. */
const SUBJECT_SHOWN = 70;

/**
 * Everything that is wrong with the words of a mailing, with where it is: errors first, each version in turn. Errors keep a mailing
 * from being sent. Links of the group's own actions are looked up; other hosts are asked nothing. Of a mailing with alternates each
 * alternate is looked at, and what is wrong is said once, of the alternate it is in.
 */
export async function checkVersions(
  ctx: Context,
  group: Group,
  mailing: Pick<Mailing, "no" | "settings">,
  versions: readonly MailingVersion[],
  wrapper: Wrapper | null,
): Promise<Problem[]> {
  const db = dbFor(ctx.env, group);
  const material = await materialOf(ctx, group, mailing, versions, wrapper);
  const covering = coveringOf(versions).map((version) => ({ version, parts: readParts(version, material) }));
  const addressed = new Set(
    covering.flatMap(({ parts }) => parts.flatMap(({ used }) => (used ? [...used.targets] : []))),
  );
  const named = new Set([
    ...(await listFields(db)).map(({ key }) => `fields.${key}`),
    ...(await mergeColumns(db, mailing)).map(({ name }) => `merge.${name}`),
    ...(await addressedActions(ctx, group, [...addressed].slice(0, LOOKED_UP_MAX))).map(
      ({ actionNo }) => `targets.${targetField(actionNo)}`,
    ),
  ]);
  const checked = covering.map(({ version, parts }) =>
    checkVersion(version, material, liquidProblems(version, parts, named)),
  );
  const own = await ownActions(
    db,
    material.origin,
    checked.flatMap(({ links }) => links),
  );
  const [first] = versions;
  const targets = new Set(checked.flatMap(({ made }) => (made ? actionsNamed(made) : [])));
  const over = { count: targets.size, most: TARGET_ACTIONS_MAX };
  const tooMany =
    first && over.count > over.most ? [problemOf({ version: first }, "targets_over", "body", over)] : [];
  const problems = checked.flatMap(({ version, links, problems: found }) => [
    ...found,
    ...links
      .filter(({ url }) => own.has(url) && own.get(url)?.status !== "published")
      .map(({ url }) => problemOf({ version }, "action_not_public", "body", { address: url })),
  ]);
  const all = [
    ...tooMany,
    ...problems.map((problem) => ofAlternate(problem, versions)),
    ...alternateProblems(versions, checked),
  ];
  return distinct(all).toSorted((one, other) => Number(other.isError) - Number(one.isError));
}

/** The numbers of the actions whose targets a mail names, its wrapper and snippets with it. */
function actionsNamed(build: Build): number[] {
  try {
    const sources = sourcesOf(build).filter(({ source }) => source.includes("targets"));
    return sources.flatMap(({ source, kind }) => [...usedFields(source, kind).targets]);
  } catch (error) {
    // Which is said of the mail as a whole.
    if (error instanceof RenderError) return [];
    throw error;
  }
}

function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

type Checked = {
  version: MailingVersion;
  problems: Problem[];
  links: { url: string }[];
  /** Null where nothing could be made of it. */
  made: Build | null;
};

function checkVersion(version: MailingVersion, material: Material, ofParts: readonly Problem[]): Checked {
  const problems = [...headProblems(version), ...ofParts];
  if (material.group.postalAddress.trim() === "")
    problems.push(problemOf({ version }, "no_postal_address", "group"));
  try {
    const made = makeVersion(version, material);
    const words = sourcesOf(made.build).map(({ source }) => source);
    if (material.group.settings.mail.signOff === "" && words.some(namesSignOff))
      problems.push(problemOf({ version }, "sign_off_empty", "group"));
    return {
      ...{ version, links: made.links, made: made.build },
      problems: [...problems, ...made.problems, ...wholeProblems(version, made, material)],
    };
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    // What stands in one of the parts was said above, with its own line.
    if (problems.some(({ code }) => code === "liquid" || code === "unknown_filter"))
      return { version, problems, links: [], made: null };
    const { code, line, detail } = error.fault;
    return {
      ...{ version, links: [], made: null },
      problems: [...problems, problemOf({ version }, code, "body", { detail }, line)],
    };
  }
}

function headProblems(version: MailingVersion): Problem[] {
  const subject = version.subject.trim();
  const problems: Problem[] = [];
  const say = (code: Problem["code"], part: MailPart, values: Problem["values"] = {}) =>
    problems.push(problemOf({ version }, code, part, values));
  if (subject === "") say("subject_empty", "subject");
  else if (subject.length > SUBJECT_MAX)
    say("subject_over", "subject", { count: subject.length, most: SUBJECT_MAX });
  else if ([...subject].length > SUBJECT_SHOWN)
    say("subject_long", "subject", { count: [...subject].length, most: SUBJECT_SHOWN });
  if (version.preview.trim() === "") say("preview_empty", "preview");
  return problems;
}

/** What is wrong with each part, in the line that whoever wrote it sees. */
function liquidProblems(
  version: MailingVersion,
  parts: readonly ReadPart[],
  named: ReadonlySet<string>,
): Problem[] {
  return parts.flatMap(({ part, text, used, fault }) => {
    if (used) return fieldProblems(version, part, text, used, named);
    const { code, line, detail } = fault;
    return [
      problemOf({ version }, code, part, { detail }, isVisual(version) && part === "body" ? null : line),
    ];
  });
}

function fieldProblems(
  version: MailingVersion,
  part: MailPart,
  text: string,
  used: UsedFields,
  named: ReadonlySet<string>,
): Problem[] {
  const asked = [
    ...[...used.custom].map((key) => `fields.${key}`),
    ...[...used.merge].map((column) => `merge.${column}`),
    ...[...used.targets].map((actionNo) => `targets.${targetField(actionNo)}`),
  ];
  const unknown = [...used.unknown, ...asked.filter((name) => !named.has(name))];
  const blank = fieldsWithoutFallback(text).filter((name) => !unknown.includes(name));
  const line = (name: string) =>
    part === "body" && version.form === "visual" ? null : lineOfField(text, name);
  return [
    ...unknown.map((field) => problemOf({ version }, "unknown_field", part, { field }, line(field))),
    ...blank.map((field) => problemOf({ version }, "field_blank", part, { field }, line(field))),
  ];
}

function lineOfField(text: string, name: string): number | null {
  const at = text.search(
    new RegExp(`\\{[{%][^}]*\\b${name.replace(/[^\w.]/g, "").replaceAll(".", "\\.")}\\b`),
  );
  return at < 0 ? null : text.slice(0, at).split("\n").length;
}

/** What only the whole mail shows: that it can be filled, how big it is, that it has words, and a way out of the list. */
function wholeProblems(
  version: MailingVersion,
  made: ReturnType<typeof makeVersion>,
  { origin, group }: Material,
): Problem[] {
  const problems: Problem[] = [];
  const build = withLinks(made.build, (index) => countedAddress(origin, index + 1));
  const body = /<td class="m-pad m-ink"[^>]*>([\s\S]*)<table role="presentation" class="m-sheet-foot"/.exec(
    build.html,
  )?.[1];
  const words = plainOf((body ?? "").replace(/<p class="m-head"[\s\S]*?<\/p>/, ""));
  if (words === "" && !/<img /.test(body ?? "")) problems.push(problemOf({ version }, "body_empty", "body"));
  try {
    parseLiquid(build.preview, "text");
    for (const source of [build.html, build.plain, build.amp ?? ""]) {
      const detail = strayTag(source);
      if (detail !== null) throw new RenderError({ code: "liquid", line: null, detail });
    }
    const mail = templatesOf([build], { group })(version.variantNo, version.language)?.render(standIn(), KEY);
    const bytes = new TextEncoder().encode(mail?.html ?? "").byteLength;
    if (bytes > CLIPPED_BYTES)
      problems.push(
        problemOf({ version }, "clipped", "body", {
          size: Math.ceil(bytes / 1024),
          most: Math.floor(CLIPPED_BYTES / 1024),
        }),
      );
    for (const [part, text] of [["body", mail?.html] as const, ["plain", mail?.text] as const])
      if (!text?.includes(`/${KEY}/unsubscribe`))
        problems.push(problemOf({ version }, "no_unsubscribe", part, { tag: "{{ unsubscribe_url }}" }));
    if (mail?.amp !== undefined) problems.push(...ampProblems(version, mail.amp));
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    const { code, detail } = error.fault;
    problems.push(problemOf({ version }, code === "liquid" ? "not_rendered" : code, "body", { detail }));
  }
  return problems;
}

function ampProblems(version: MailingVersion, amp: string): Problem[] {
  const bytes = new TextEncoder().encode(amp).byteLength;
  const sizes = { size: Math.ceil(bytes / 1_000), most: AMP_BYTES_MAX / 1_000 };
  return [
    ...(bytes > AMP_BYTES_MAX ? [problemOf({ version }, "amp_too_large", "amp", sizes)] : []),
    ...(amp.includes(`/${KEY}/unsubscribe`)
      ? []
      : [problemOf({ version }, "no_unsubscribe", "amp", { tag: "{{ unsubscribe_url }}" })]),
  ];
}

/** As long as a real one. */
const KEY = `${"k".repeat(20)}.${"k".repeat(22)}`;

/** A problem as a writer reads it: what is wrong, where, and what to do. */
export function problemWords(t: T, problem: Problem): { where: string; what: string; todo: string } {
  const part = t(`mailContent.parts.${problem.part}`);
  return {
    where: problem.line === null ? part : t("mailContent.line", { part, line: problem.line }),
    what: t(`mailContent.problems.${problem.code}.what`, problem.values),
    todo: t(`mailContent.problems.${problem.code}.todo`, problem.values),
  };
}
