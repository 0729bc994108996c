import { listActions } from "../actions/action";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { mergeColumns } from "../merging/merge-file";
import { offeredTargets } from "../merging/targets";
import { factNames } from "../merging/types";
import { fieldLabel, fieldsOf } from "../people/custom-field";
import type { Context } from "../platform/context";
import { groupOrigin } from "../platform/http";
import { type Key, type Locale, resources, translator } from "../ui/i18n";
import { actLabel, networkNames } from "./content/blocks";
import { networks } from "./content/document";
import { personFields } from "./content/merge-fields";
import type { Mailing } from "./types";
import { listSnippets } from "./wrapper";

/** The newest; more than somebody looks through in a list of choices. */
const ACTIONS_OFFERED_MAX = 200;

/** What the visual editor asks for as it starts (editor/browser/setup.ts): its words, and what there is to choose. */
export type EditorSetup = {
  words: Record<string, string>;
  fields: { name: string; label: string }[];
  /** `act` is what their button says. */
  actions: { no: number; title: string; kind: string; act: string; isFundraiser: boolean }[];
  snippets: string[];
  networks: { name: string; label: string }[];
  /** Of the group's pages. */
  origin: string;
  /** Where a picture is sent to; with `.json` behind it, where those of the library are asked for. */
  pictures: string;
};

/**
 * Everything the visual editor needs of a group, in the language of whoever writes.
 * @param mailing whose merge file is offered too; null for what is none
 */
export async function editorSetup(
  ctx: Context,
  group: Group,
  locale: Locale,
  mailing: Pick<Mailing, "no" | "settings"> | null = null,
): Promise<EditorSetup> {
  const t = translator(locale);
  const db = dbFor(ctx.env, group);
  const { actions } = await listActions(ctx, group, { status: "published", limit: ACTIONS_OFFERED_MAX });
  const [custom, snippets] = [await fieldsOf(db), await listSnippets(db)];
  const targets = await offeredTargets(db);
  const columns = mailing ? await mergeColumns(db, mailing) : [];
  return {
    // Blanks in them are filled in the browser.
    words: Object.fromEntries(
      wordNames.map((name) => [name, t(`mailContent.editor.${name}` satisfies Key, { block: "%block%" })]),
    ),
    fields: [
      ...personFieldNames.map((name) => ({ name, label: t(`mailContent.fields.${name}`) })),
      ...custom.map((field) => ({ name: `fields.${field.key}`, label: fieldLabel(field, locale) })),
      ...columns.map(({ name, heading }) => ({ name: `merge.${name}`, label: heading || name })),
      ...factNames.map((name) => ({ name: `facts.${name}`, label: t(`merging.facts.${name}`) })),
      { name: "group.name", label: t("mailContent.fields.group_name") },
      { name: "group.sign_off", label: t("mailContent.fields.group_sign_off") },
      ...targets.map(({ field, title }) => ({ name: field, label: t("merging.targets", { title }) })),
    ],
    actions: actions.map(({ no, title, kind }) => ({
      ...{ no, title, act: t(actLabel(kind)), isFundraiser: kind === "fundraiser" },
      kind: t(`mailContent.kinds.${isKind(kind) ? kind : "other"}`),
    })),
    snippets: snippets.map(({ name }) => name),
    origin: groupOrigin(ctx.config, group.slug),
    pictures: `/groups/${group.slug}/mailings/pictures`,
    networks: networks.map((name) => ({ name, label: networkNames[name] || t("mailContent.website") })),
  };
}

const wordNames = keysOf(resources.en.translation.mailContent.editor);
const personFieldNames = keysOf(personFields);
const kindNames = resources.en.translation.mailContent.kinds;

function isKind(kind: string): kind is keyof typeof kindNames {
  return Object.hasOwn(kindNames, kind);
}

function keysOf<Words extends object>(words: Words): (keyof Words & string)[] {
  const isKey = (key: string): key is keyof Words & string => Object.hasOwn(words, key);
  return Object.keys(words).filter(isKey);
}
