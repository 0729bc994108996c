import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { factWords } from "../merging/fact";
import { type Addressees, addresseesOf, targetWords } from "../merging/targets";
import type { Context } from "../platform/context";
import {
  bodyMarkup,
  countedAddress,
  type MadeVersion,
  makeVersion,
  makeVersions,
  withLinks,
} from "./content/build";
import { fingerprintOf } from "./content/fingerprint";
import { type Ground, groundOf, NOWHERE } from "./content/ground";
import { withQuery } from "./content/links";
import { compileLiquid, parseLiquid } from "./content/liquid";
import type { Material } from "./content/making";
import { materialOf, ownActions } from "./content/material";
import { groupScope, neededBy, sourcesOf } from "./content/merge-fields";
import { RenderError } from "./content/render-error";
import { type TemplateOptions, templatesOf } from "./content/templates";
import { withoutSnippets } from "./content/tokens";
import type { Build, MailLink, MailTemplate, MergeValues, NeededFields, RenderedMail } from "./content/types";
import { readValues, standIn } from "./content/values";
import type { Mailing, MailingVersion, Wrapper } from "./types";

export { checkAudience, NO_ROW } from "./content/audience-check";
export { checkVersions, problemWords } from "./content/checks";
export { isComparable } from "./content/fingerprint";
export { RenderError } from "./content/render-error";
export type {
  AudienceCheck,
  Build,
  MailLink,
  MailTemplate,
  MergeValues,
  NeededFields,
  Problem,
  RenderedMail,
} from "./content/types";
export { standIn } from "./content/values";

type Words = Pick<Mailing, "no" | "settings">;

/** `fingerprint` stands for the words that these builds were made of. */
type Built = { builds: Build[]; links: MailLink[]; fingerprint(): Promise<string> };

/**
 * Makes the versions of a mailing ready to be sent: templates that ask for a person's values and the key of their copy alone,
 * with links as numbers, and where those lead.
 * @throws RenderError when the Liquid of a version cannot be read; `checkVersions` says so beforehand
 */
export async function buildVersions(
  ctx: Context,
  group: Group,
  mailing: Words,
  versions: readonly MailingVersion[],
  wrapper: Wrapper | null,
): Promise<Built> {
  const material = await materialOf(ctx, group, mailing, versions, wrapper);
  const made = makeVersions(versions, material);
  const own = await ownActions(
    dbFor(ctx.env, group),
    material.origin,
    made.flatMap(({ links }) => links),
  );
  const { tracksClicks, linkQuery } = mailing.settings;
  const links = new Map<string, MailLink>();
  const builds = made.map(({ build, links: found }) =>
    withLinks(build, (index) => {
      const { url } = found[index] ?? { url: "" };
      const action = own.get(url);
      const source = `source=m${mailing.no}-${build.variantNo}`;
      const query = action ? (/[?&]source=/.test(url) ? "" : source) : linkQuery.replace(/^[?&]+/, "");
      const marked = withQuery(url, query);
      if (!tracksClicks) return marked;
      const link = links.get(marked) ?? {
        no: links.size + 1,
        url: marked,
        actionNo: action?.actionNo ?? null,
      };
      links.set(marked, link);
      return countedAddress(material.origin, link.no);
    }),
  );
  const fingerprint = async () =>
    fingerprintOf({ versions, material, made, addressees: await addresseesIn(ctx, group, made) });
  return { builds, links: [...links.values()], fingerprint };
}

/** What the words of a mailing, as they are now, are told apart by from what they were: see `fingerprintOf`. */
export async function wordsFingerprint(
  ctx: Context,
  group: Group,
  mailing: Words,
  versions: readonly MailingVersion[],
  wrapper: Wrapper | null,
): Promise<string> {
  const material = await materialOf(ctx, group, mailing, versions, wrapper);
  try {
    const made = makeVersions(versions, material);
    const addressees = await addresseesIn(ctx, group, made);
    return await fingerprintOf({ versions, material, made, addressees });
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    // Such words do not leave; what is mended of them later is something else.
    return fingerprintOf({ versions, material, made: null, addressees: [] });
  }
}

/** Whom the actions are addressed to whose targets some words name, in their parts or in addresses of their links. */
function addresseesIn(ctx: Context, group: Group, made: readonly MadeVersion[]): Promise<Addressees[]> {
  const named = made.flatMap(({ build, links }) => [
    ...sourcesOf(build),
    ...links.map(({ url }) => ({ source: url, kind: "text" as const })),
  ]);
  const asking = named.filter(({ source }) => source.includes("targets"));
  return addresseesOf(ctx, group, neededBy(asking).targets ?? []);
}

/**
 * The body of a version as HTML: as it was written, or for what was written otherwise the markup that is made of it. "" for what
 * cannot be read.
 */
export async function bodyHtml(
  ctx: Context,
  group: Group,
  mailing: Words,
  version: MailingVersion,
): Promise<string> {
  if (version.form === "html" || version.body === "") return version.body;
  try {
    return bodyMarkup(version, await materialOf(ctx, group, mailing, [version], null));
  } catch (error) {
    if (error instanceof RenderError) return "";
    throw error;
  }
}

/**
 * Compiles what `buildVersions` made, each version when it is first asked for. A variant that is not there in a language is taken
 * in the group's; null when there is no such variant.
 */
export function mailTemplates(
  builds: readonly Build[],
  options: TemplateOptions,
): (variantNo: number, language: string | null) => MailTemplate | null {
  return templatesOf(builds, options);
}

/** What some builds ask for about people. */
export function fieldsOf(builds: readonly Build[]): NeededFields {
  return neededBy(builds.flatMap(sourcesOf), builds[0]?.mailingNo ?? 0);
}

/** What templates need of some people, by their numbers; two hundred at most, in a few statements. Who is gone is not in it. */
export function loadMergeValues(
  ctx: Context,
  group: Group,
  personNos: readonly number[],
  needed: NeededFields,
): Promise<Map<number, MergeValues>> {
  return readValues(ctx, group, personNos, needed);
}

/** The same for a mail that is only looked at: officials that cannot be read just now are named by nothing, and the log says so. */
export function loadValuesToLookAt(
  ctx: Context,
  group: Group,
  personNos: readonly number[],
  needed: NeededFields,
): Promise<Map<number, MergeValues>> {
  return readValues(ctx, group, personNos, needed, { isToLookAt: true });
}

/**
 * The address a numbered link leads to for one person. Values in it are encoded, and none can change the host.
 * @param group in whose clock and currency facts are written, with the language of the mail; null where nobody in particular is meant
 * @returns null when it cannot be filled
 */
export function fillLink(
  url: string,
  values: MergeValues = standIn(),
  group: Pick<Group, "locale" | "timeZone" | "currency"> | null = null,
): string | null {
  try {
    const facts = values.facts && group ? { facts: factWords(values.facts, group) } : {};
    const targets = values.targets && group ? { targets: targetWords(values.targets, group.locale) } : {};
    const filled = compileLiquid(url, "text")({ ...values.fields, ...facts, ...targets });
    return URL.canParse(filled) && new URL(filled).origin === originIn(url) ? filled : null;
  } catch (error) {
    if (error instanceof RenderError) return null;
    throw error;
  }
}

function originIn(url: string): string {
  const [authority = ""] = /^https?:\/\/[^/?#{]*/i.exec(url) ?? [];
  return URL.canParse(authority) ? new URL(authority).origin : "";
}

/**
 * What the words of a mailing stand on: the grounds its wrapper gives them in the languages of its versions, else the hardest one of ours,
 * each `#rrggbb`. What cannot be told is left out.
 */
export async function wordsGrounds(
  ctx: Context,
  group: Group,
  mailing: Words,
  versions: readonly MailingVersion[],
  wrapper: Wrapper | null,
): Promise<string[]> {
  const each = [...new Map(versions.map((version) => [version.language, version])).values()];
  const material = await materialOf(ctx, group, mailing, each, wrapper);
  const grounds = each.map((version) => groundOf(groundIn(version, material)));
  return [...new Set(grounds.filter((ground) => ground !== null))];
}

function groundIn(version: MailingVersion, material: Material): Ground {
  try {
    // Of an empty body: what somebody has not finished writing has no part in it.
    return makeVersion({ ...version, form: "html", body: "", plain: null, amp: null }, material).ground;
  } catch (error) {
    if (error instanceof RenderError) return NOWHERE.ground;
    throw error;
  }
}

export type Preview = RenderedMail & {
  preview: string;
  /** Why it cannot be shown; everything else is empty then. */
  problem: string | null;
};

/**
 * One version as somebody gets it, for a sandboxed frame: links as they are, nothing is counted.
 * @param values of a real recipient, or `standIn()`
 */
export async function previewOf(
  ctx: Context,
  group: Group,
  mailing: Words,
  version: MailingVersion,
  wrapper: Wrapper | null,
  values: MergeValues = standIn(),
): Promise<Preview> {
  const settings = { ...mailing.settings, tracksClicks: false, tracksOpens: false };
  try {
    // By itself first, so that what is said to be wrong is in a line of what somebody wrote.
    if (version.form !== "visual") parseLiquid(withoutSnippets(version.body), "html");
    const { builds } = await buildVersions(ctx, group, { ...mailing, settings }, [version], wrapper);
    const template = mailTemplates(builds, { group })(version.variantNo, version.language);
    if (!template) throw new RenderError({ code: "liquid", line: null, detail: "" });
    const preview = compileLiquid(
      version.preview,
      "text",
    )({
      ...{ ...values.fields, group: groupScope(group, group.settings.mail.signOff) },
    });
    return { ...template.render(values, "preview"), preview, problem: null };
  } catch (error) {
    if (!(error instanceof RenderError)) throw error;
    return { fromName: "", subject: "", preview: "", html: "", text: "", problem: error.message };
  }
}
