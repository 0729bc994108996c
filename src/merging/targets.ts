import { callSettings } from "../calls/types";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { letterSettings } from "../letters/types";
import { attributions } from "../officials/official";
import type { TargetSource, Where } from "../officials/types";
import { reachable } from "../officials/whereabouts";
import { petitionSettings } from "../petitions/types";
import type { Context } from "../platform/context";
import { normalisePostalCode } from "../platform/postal-code";
import { formatList } from "../ui/format";
import type { Locale } from "../ui/i18n";
import * as store from "./store-targets";
import type { TargetNames } from "./types";

/* Whom actions are addressed to, by name: `{{ targets.a12 }}` of the action with the number 12. */

/** Actions of one mailing whose targets it names: each is matched for every person. */
export const TARGET_ACTIONS_MAX = 10;
/** In the list of what may be filled in. */
const OFFERED_MAX = 50;

const FIELD = /^a([1-9]\d{0,8})$/;

/** The action whose targets a merge field names; null for what is no such field. */
export function actionOfField(name: string): number | null {
  const [, no] = FIELD.exec(name) ?? [];
  return no === undefined ? null : Number(no);
}

export function targetField(actionNo: number): string {
  return `a${actionNo}`;
}

/** Where somebody lives, as they said it; null for what they did not. */
export type Place = { country: string | null; postalCode: string | null };

/** How an action finds whom it is addressed to. */
export type Addressed = {
  actionNo: number;
  /** Where it looks for people by where they live; null where they are the same for everybody. */
  source: TargetSource | null;
  /** @throws when the officials' data cannot be read; asking again may work */
  namesAt(place: Place): Promise<string[]>;
};

/** Of some public actions those that are addressed to somebody, as they stand now. One statement; another group's are not among them. */
export async function addressedActions(
  ctx: Context,
  group: Group,
  actionNos: readonly number[],
): Promise<Addressed[]> {
  if (actionNos.length === 0) return [];
  const rows = await store.selectAddressed(dbFor(ctx.env, group), actionNos);
  return rows.map((row) => addressedOf(ctx, group, row));
}

/** Whom an action is addressed to, as far as whoever made it says: names, or where each person's are looked up. */
export type Addressees = { actionNo: number; names: string[]; source: (string | string[])[] | null };

/** The same of some actions, by their numbers; an action that is addressed to nobody, or not public, is not among them. One statement. */
export async function addresseesOf(
  ctx: Context,
  group: Group,
  actionNos: readonly number[],
): Promise<Addressees[]> {
  const actions = await addressedActions(ctx, group, actionNos);
  const found = actions.map(async ({ actionNo, source, namesAt }): Promise<Addressees> => {
    if (!source) return { actionNo, names: await namesAt({ country: null, postalCode: null }), source };
    const { from, sets, listId, fallback } = source;
    const kept = [from, from === "list" ? listId : sets, fallback.name, fallback.email, fallback.phone];
    return { actionNo, names: [], source: kept };
  });
  return (await Promise.all(found)).toSorted((one, other) => one.actionNo - other.actionNo);
}

/** The actions that a mail is most likely to name, the newest first. */
export async function offeredTargets(db: GroupDb): Promise<{ field: string; title: string }[]> {
  const rows = await store.selectAddressedPublic(db, OFFERED_MAX);
  return rows.map(({ actionNo, title }) => ({ field: `targets.${targetField(actionNo)}`, title }));
}

function addressedOf(ctx: Context, group: Group, row: store.AddressedRow): Addressed {
  const { actionNo, kind } = row;
  const settings: unknown = JSON.parse(row.settings);
  if (kind === "petition") {
    const names = (petitionSettings.safeParse(settings).data?.targets ?? []).map(({ name }) => name);
    return { actionNo, source: null, namesAt: async () => names };
  }
  const source = (kind === "letter" ? letterSettings : callSettings).safeParse(settings).data?.source;
  if (!source) return { actionNo, source: null, namesAt: async () => [] };
  const reachedBy = kind === "letter" ? "email" : "phone";
  // One of a list or of a parliament is for whoever lives there: the same for all who live at one place.
  const known = new Map<string, Promise<string[]>>();
  const isByCountry = once(() => asksCountry(ctx, group, source));
  const namesAt = async (place: Place) => {
    const country = countryOf(place, group);
    const postalCode = normalisePostalCode(place.postalCode ?? "", country) ?? "";
    const where = { country, postalCode, locale: group.locale };
    const key = `${country} ${postalCode}`;
    const names = known.get(key) ?? namesBy(ctx, group, source, { where, reachedBy, isByCountry });
    known.set(key, names);
    return names;
  };
  return { actionNo, source: source.from === "fixed" ? null : source, namesAt };
}

function once<Result>(find: () => Promise<Result>): () => Promise<Result> {
  let found: Promise<Result> | null = null;
  return () => {
    found ??= find();
    return found;
  };
}

/** Whether whom it is addressed to is told by the country too: of built-in officials, and lists that name their districts. */
async function asksCountry(ctx: Context, group: Group, source: TargetSource): Promise<boolean> {
  return (await attributions(ctx, group, source)).length > 0;
}

/** As they write it in Canada, and nowhere else. */
const CANADIAN = /^[A-Z]\d[A-Z][ -]?\d[A-Z]\d$/i;

/** The country somebody lives in: "" where they did not say, and their code could be of several. */
function countryOf({ country, postalCode }: Place, group: Group): string {
  if (country) return country;
  return group.country === "CA" && CANADIAN.test(postalCode?.trim() ?? "") ? "CA" : "";
}

/** Nobody where it is open who theirs are: their code touches several districts, or they gave none, or it may be of another country. */
async function namesBy(
  ctx: Context,
  group: Group,
  source: TargetSource,
  {
    where,
    reachedBy,
    isByCountry,
  }: { where: Where; reachedBy: "email" | "phone"; isByCountry: () => Promise<boolean> },
): Promise<string[]> {
  if (source.from !== "fixed" && where.postalCode === "") return [];
  if (where.country === "" && (await isByCountry())) return [];
  const { targets } = await reachable(ctx, { owner: group, source, where, reachedBy });
  // Whoever has no telephone is called by nobody; a letter can be sent by hand.
  const reached = reachedBy === "phone" ? targets.filter(({ phone }) => phone !== "") : targets;
  return [...new Set(reached.map(({ name }) => name).filter(Boolean))];
}

/**
 * The names of the targets of some actions for some people, by person and field.
 * @param unreadable what is done about an action whose officials cannot be read; nobody is named of it then
 * @throws without it, when the officials' data cannot be read
 */
export async function targetNamesFor(
  actions: readonly Addressed[],
  people: readonly (Place & { personNo: number })[],
  unreadable: ((error: unknown) => void) | null = null,
): Promise<Map<number, TargetNames>> {
  const named = new Map<number, TargetNames>();
  for (const { personNo, ...place } of people) {
    const names: TargetNames = {};
    for (const { actionNo, namesAt } of actions)
      names[targetField(actionNo)] = await namesAt(place).catch((error: unknown) => {
        if (!unreadable) throw error;
        unreadable(error);
        return [];
      });
    named.set(personNo, names);
  }
  return named;
}

/** The names as a mail in a language lists them. Nobody is left out, so that `default` and `{% if %}` work. */
export function targetWords(names: TargetNames, locale: Locale): Record<string, string> {
  return Object.fromEntries(
    Object.entries(names).flatMap(([field, each]) =>
      each.length === 0 ? [] : [[field, formatList(each, locale)] as const],
    ),
  );
}
