import type { Account } from "../accounts/account";
import { GROUPS_SHOWN_MAX } from "../accounts/types";
import type { Context } from "../platform/context";
import { newId } from "../platform/ids";
import { recordAct } from "./audit";
import type { GroupStatusChanged } from "./messages";
import { emptiestShard } from "./shard";
import { freeSlug, isReserved } from "./slug";
import * as store from "./store";
import { publishSite } from "./tenant";
import {
  type Group,
  type GroupForm,
  groupSettings,
  type OptInMode,
  type Role,
  type SettingsForm,
} from "./types";

export { groupByNo, groupBySlug } from "./store";
export type { Group } from "./types";

/** The host every group has from birth. */
function hostOf(ctx: Context, slug: string): string {
  return `${slug}.${ctx.config.ROOT_DOMAIN}`;
}

/**
 * Makes a group, with its owner, its place on a shard and its host, and publishes it.
 * @param form an empty slug is replaced by a free one that the name suggests
 */
export async function createGroup(
  ctx: Context,
  owner: Account,
  form: GroupForm,
): Promise<{ ok: true; group: Group } | { ok: false; reason: "slug_reserved" | "slug_taken" }> {
  if (isReserved(form.slug)) return { ok: false, reason: "slug_reserved" };
  const slug = form.slug || (await freeSlug(ctx, form.name));
  const group = await store.insertGroup(ctx.directory, {
    ...form,
    id: newId(),
    slug,
    shard: await emptiestShard(ctx.env, await store.groupsPerShard(ctx.directory)),
    jurisdiction: "",
    postalAddress: "",
    settings: groupSettings.parse({ optInMode: consentDefault(form.country) }),
    createdAt: ctx.now,
    host: hostOf(ctx, slug),
    ownerNo: owner.no,
  });
  if (!group) return { ok: false, reason: "slug_taken" };
  await recordAct(ctx, { groupNo: group.no, accountNo: owner.no, act: "group.created", subject: group.slug });
  // The directory serves the new host until KV has it.
  await publishSite(ctx, group).catch((error: unknown) =>
    ctx.log.error("group.publish", error, { group: group.no }),
  );
  return { ok: true, group };
}

// The European Economic Area, the United Kingdom and Switzerland, where silence is no consent (GDPR recital 32).
const explicitConsent = new Set(
  "AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split(
    " ",
  ),
);

/** How a new group asks for consent; it may choose otherwise later. Nobody starts with a box that is already ticked. */
function consentDefault(country: string): OptInMode {
  return explicitConsent.has(country) ? "explicit" : "unticked";
}

/** The groups an account is a member of, by name, with its role in each. */
export async function groupsOf(
  ctx: Context,
  account: Pick<Account, "no">,
): Promise<{ group: Group; role: Role }[]> {
  return store.groupsOfAccount(ctx.directory, account.no, GROUPS_SHOWN_MAX);
}

/** Saves the settings form and shows it on the group's pages. The audit log tells which fields changed, not to what. */
export async function saveSettings(
  ctx: Context,
  group: Group,
  by: Pick<Account, "no">,
  { name, country, locale, timeZone, currency, postalAddress, ...settings }: SettingsForm,
): Promise<void> {
  const columns = { name, country, locale, timeZone, currency, postalAddress };
  await store.updateGroup(ctx.directory, group.no, columns, settings);
  const before: Record<string, unknown> = { ...group, ...group.settings };
  const changed = Object.entries({ ...columns, ...settings }).flatMap(([field, value]) =>
    before[field] === value ? [] : [field],
  );
  if (changed.length > 0) {
    await recordAct(ctx, {
      groupNo: group.no,
      accountNo: by.no,
      act: "group.settings",
      subject: group.slug,
      detail: { fields: changed },
    });
  }
  await publishSite(ctx, group);
}

/** Limits, suspends or restores a group at once: an operator's act. */
export async function changeStatus(
  ctx: Context,
  group: Pick<Group, "no" | "slug">,
  by: Pick<Account, "no">,
  status: Group["status"],
  reason: string,
): Promise<void> {
  await store.setStatus(ctx.directory, group.no, status);
  const detail = { status, reason };
  await recordAct(ctx, {
    groupNo: group.no,
    accountNo: by.no,
    act: "group.status",
    subject: group.slug,
    detail,
  });
  await publishSite(ctx, group);
  const news: GroupStatusChanged = { type: "group.status", groupNo: group.no };
  await ctx.env.EVENTS.send(news);
}
