import { newId } from "../src/platform/ids.ts";
import type { Server } from "../test/server.ts";
import { world } from "../test/world.ts";

/*
 * What a bench needs to exist before anyone signs: a group and its published petitions, written into the databases so that the
 * server under load is the very one that is deployed.
 */

const SHARD = "SHARD_00";
const NOW = Date.now();

export type Stage = { groupNo: number; host: string };
export type StagedPetition = { actionNo: number; path: string };

/** A group with a host of its own. */
export async function stageGroup(server: Server, slug = "bench"): Promise<Stage> {
  const [row] = await server.query<{ group_no: number }>(
    "DIRECTORY",
    `INSERT INTO groups (id, slug, name, shard, time_zone, currency, locale, country, settings, created_at)
     VALUES (unhex(?), ?, ?, ?, ?, ?, 'en', ?, ?, ?) RETURNING group_no`,
    ...[
      hexId(),
      slug,
      world.group.name,
      SHARD,
      world.group.timeZone,
      world.group.currency,
      world.group.country,
    ],
    ...[JSON.stringify({ accent: world.group.accent, privacyUrl: world.group.privacyUrl }), NOW],
  );
  const groupNo = row?.group_no ?? 0;
  const host = server.groupHost(slug);
  await server.query(
    "DIRECTORY",
    "INSERT INTO hostnames (host, group_no, created_at) VALUES (?, ?, ?)",
    ...[host.split(":")[0], groupNo, NOW],
  );
  return { groupNo, host };
}

/** Published petitions of the group, alike but for their address. @param hasReceipt whether a thank-you mail follows */
export async function stagePetitions(
  server: Server,
  group: Stage,
  { first, count, hasReceipt = false }: { first: number; count: number; hasReceipt?: boolean },
): Promise<StagedPetition[]> {
  const { targets, ask } = world.petition;
  const kind = { name: "petition", path: "petitions", settings: { targets, ask } };
  return stageActions(server, group, kind, { first, count, hasReceipt });
}

/** What tells the kinds apart; whatever is not said here is as it is in a new draft. */
export type StagedKind = { name: string; path: string; settings: Record<string, unknown> };

/** Published actions of one kind, with the story that every one of them tells. */
export async function stageActions(
  server: Server,
  { groupNo }: Stage,
  kind: StagedKind,
  { first, count, hasReceipt = false }: { first: number; count: number; hasReceipt?: boolean },
): Promise<StagedPetition[]> {
  const { title, description } = world.petition;
  const settings = JSON.stringify({
    descriptionHtml: description
      .split("\n\n")
      .map((paragraph) => `<p>${paragraph}</p>`)
      .join(""),
    consent: { mode: "unticked", text: `${world.group.name} may write to me.` },
    autoresponse: { isOn: hasReceipt, subject: "", body: "", replyTo: "" },
    ...kind.settings,
  });
  const rows = JSON.stringify(Array.from({ length: count }, (_, index) => [first + index, hexId()]));
  await server.query(
    SHARD,
    `INSERT INTO actions (group_no, action_no, id, kind, slug, status, title, locale, settings, version, created_by,
       created_at, updated_at, published_at)
     SELECT ?1, j.value ->> 0, unhex(j.value ->> 1), ?6, ?6 || '-' || (j.value ->> 0), 'published', ?3, 'en', ?4, 1,
       1, ?5, ?5, ?5 FROM json_each(?2) j`,
    ...[groupNo, rows, title, settings, NOW, kind.name],
  );
  await server.query(
    SHARD,
    `INSERT INTO action_slugs (group_no, kind, slug, action_no)
     SELECT ?1, ?3, ?3 || '-' || (j.value ->> 0), j.value ->> 0 FROM json_each(?2) j`,
    ...[groupNo, rows, kind.name],
  );
  return Array.from({ length: count }, (_, index) => ({
    actionNo: first + index,
    path: `/${kind.path}/${kind.name}-${first + index}`,
  }));
}

/** How many participations of a petition have reached D1. */
export async function countStored(
  server: Server,
  { groupNo }: Stage,
  { actionNo }: StagedPetition,
): Promise<number> {
  const [row] = await server.query<{ n: number }>(
    SHARD,
    "SELECT count(*) AS n FROM participations WHERE group_no = ? AND action_no = ?",
    ...[groupNo, actionNo],
  );
  return row?.n ?? 0;
}

function hexId(): string {
  return newId().replaceAll("-", "");
}
