import { dbFor } from "../../groups/shard";
import type { Group } from "../../groups/types";
import { mergeColumns } from "../../merging/merge-file";
import { actionOfField, addressedActions, TARGET_ACTIONS_MAX, targetField } from "../../merging/targets";
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
  wrapperIn,
} from "../types";
import { alternateProblems, ofAlternate } from "./alternate-checks";
import { countedAddress, makeVersion, withLinks } from "./build";
import { conditionLiquid, fieldLiquid } from "./condition";
import { type Block, type Inline, readDocument } from "./document";
import { type LiquidKind, parseLiquid, strayTag } from "./liquid";
import { isDocument, type Material, problemOf } from "./making";
import { materialOf, ownActions } from "./material";
import { fieldsWithoutFallback, namesSignOff, type UsedFields, usedFields } from "./merge-fields";
import { plainOf } from "./plain";
import { RenderError } from "./render-error";
import { templatesOf } from "./templates";
import { withoutSnippets } from "./tokens";
import type { MailPart, Problem } from "./types";
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
  const addressed = fieldsOfTargets(JSON.stringify([versions, wrapper, [...material.snippets.values()]]));
  const named = new Set([
    ...(await listFields(db)).map(({ key }) => `fields.${key}`),
    ...(await mergeColumns(db, mailing)).map(({ name }) => `merge.${name}`),
    ...(await addressedActions(ctx, group, addressed.slice(0, LOOKED_UP_MAX))).map(
      ({ actionNo }) => `targets.${targetField(actionNo)}`,
    ),
  ]);
  const checked = coveringOf(versions).map((version) => checkVersion(version, material, named));
  const own = await ownActions(
    db,
    material.origin,
    checked.flatMap(({ links }) => links),
  );
  const [first] = versions;
  const targets = fieldsOfTargets(checked.map(({ made }) => made).join("\n"));
  const over = { count: targets.length, most: TARGET_ACTIONS_MAX };
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
    ...alternateProblems(versions),
  ];
  return distinct(all).toSorted((one, other) => Number(other.isError) - Number(one.isError));
}

/** The actions whose targets some words name, by number. */
function fieldsOfTargets(words: string): number[] {
  const found = [...words.matchAll(/\btargets\.(a[1-9]\d{0,8})\b/g)].map(([, field = ""]) => field);
  return [...new Set(found)].flatMap((field) => actionOfField(field) ?? []);
}

function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

type Checked = {
  version: MailingVersion;
  problems: Problem[];
  links: { url: string }[];
  /** All that was made of it; "" where nothing could be. */
  made: string;
};

function checkVersion(version: MailingVersion, material: Material, named: ReadonlySet<string>): Checked {
  const problems = [...headProblems(version), ...liquidProblems(version, named, material)];
  if (material.group.postalAddress.trim() === "")
    problems.push(problemOf({ version }, "no_postal_address", "group"));
  try {
    const made = makeVersion(version, material);
    const { fromName, subject, html, plain, amp } = made.build;
    const words = [fromName, subject, html, plain, amp ?? ""].join("\n");
    if (material.group.settings.mail.signOff === "" && namesSignOff(words))
      problems.push(problemOf({ version }, "sign_off_empty", "group"));
    return {
      ...{ version, links: made.links, made: words },
      problems: [...problems, ...made.problems, ...wholeProblems(version, made, material)],
    };
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    // What stands in one of the parts was said above, with its own line.
    if (problems.some(({ code }) => code === "liquid" || code === "unknown_filter"))
      return { version, problems, links: [], made: "" };
    const { code, line, detail } = error.fault;
    return {
      ...{ version, links: [], made: "" },
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

const takesSnippets: ReadonlySet<MailPart> = new Set(["body", "plain", "wrapper"]);

/** Each part that somebody wrote, by itself, so that the line is the one they see. */
function liquidProblems(version: MailingVersion, named: ReadonlySet<string>, material: Material): Problem[] {
  const isVisual = version.form === "visual" && isDocument(version.body);
  const wrapper = material.wrapper && wrapperIn(material.wrapper, version.language);
  const parts: [MailPart, string, LiquidKind][] = [
    ["from", version.fromName, "text"],
    ["subject", version.subject, "text"],
    ["preview", version.preview, "text"],
    ["body", isVisual ? textsOf(version.body) : version.body, "html"],
    ...(version.plain === null
      ? []
      : [["plain", version.plain, "text"] satisfies [MailPart, string, LiquidKind]]),
    ...(version.amp ? [["amp", version.amp, "html"] satisfies [MailPart, string, LiquidKind]] : []),
    ...(wrapper
      ? ([
          ["wrapper", withoutSlot(wrapper.html), "html"],
          ["wrapper", withoutSlot(wrapper.plain), "text"],
          ["wrapper", wrapper.foot, "text"],
          ["wrapper", version.amp ? withoutSlot(wrapper.amp) : "", "html"],
        ] satisfies [MailPart, string, LiquidKind][])
      : []),
  ];
  const isVisible = (part: MailPart) => !isVisual || part !== "body";
  return parts.flatMap(([part, source, kind]) => {
    const text = takesSnippets.has(part) ? withoutSnippets(source) : source;
    try {
      return fieldProblems(version, part, text, usedFields(text, kind), named);
    } catch (error) {
      if (!(error instanceof RenderError)) throw error;
      const { code, line, detail } = error.fault;
      return [problemOf({ version }, code, part, { detail }, isVisible(part) ? line : null)];
    }
  });
}

function withoutSlot(text: string): string {
  return text.replace(/\{\{-?\s*content\s*-?\}\}/g, "");
}

/** What a document says, for its Liquid alone. */
function textsOf(body: string): string {
  const document = readDocument(body);
  if (!document) return "";
  const found: string[] = [];
  JSON.stringify(document, (key, value: unknown) => {
    if (typeof value === "string" && (key === "text" || key === "href" || key === "label" || key === "alt"))
      found.push(value);
    if (isField(value)) found.push(fieldLiquid(value.attrs));
    if (isCondition(value)) found.push(`{% if ${conditionLiquid(value.attrs)} %}{% endif %}`);
    return value;
  });
  return found.join("\n");
}

/** Of what is known to be a document. */
function isField(value: unknown): value is Extract<Inline, { type: "field" }> {
  return typeof value === "object" && value !== null && "type" in value && value.type === "field";
}

function isCondition(value: unknown): value is Extract<Block, { type: "condition" }> {
  return typeof value === "object" && value !== null && "type" in value && value.type === "condition";
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
