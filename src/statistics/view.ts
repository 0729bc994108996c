import { snapshotFor } from "../actions/serving";
import type { Kind } from "../actions/types";
import { EMBED, EMBED_DOCUMENT } from "../embeds/types";
import type { Env } from "../env";
import { dbFor } from "../groups/shard";
import { groupByHost } from "../groups/tenant";
import { type Context, createContext } from "../platform/context";
import { newId } from "../platform/ids";
import { sendAll } from "../platform/queues";
import { civilDay } from "../ui/format";
import { addViews } from "./store";
import { VIEWS_PER_MESSAGE, type ViewEntry, type ViewsSeen, viewsSeen } from "./types";

/** An isolate tells what it counted so often at most. What follows a reply may take 30 s (Cloudflare's docs, Workers). */
const TELL_AFTER_MS = 25_000;
/** Who develops wants to see it. */
const TELL_AFTER_IN_DEVELOPMENT_MS = 1_000;
/** Whoever was to tell is gone by then, with its request: the next view finds another. */
const GIVEN_UP_AFTER_MS = 30_000;
/** Different pages one isolate counts between two tellings. */
const PAGES_MAX = 5_000;

/** Views by address, without its query: what group and action that is, is asked when it is told. */
const seen = new Map<string, number>();
let toldBy = 0;

const SCHEME = "https?://";
/** A kind and a slug as we write them, and the two addresses of embeds below. */
const VIEWED = new RegExp(
  `^${SCHEME}([^/?#@:]+)(?::\\d+)?/([a-z]+)/([a-z0-9-]+)((?:${EMBED_DOCUMENT.replace(".", "\\.")}|${EMBED})?)$`,
);

/** Those that say what they are. Whoever pretends to be a browser is counted as one, and the page says "about". */
const MACHINE =
  /bot\b|crawl|spider|slurp|preview|monitor|facebookexternalhit|whatsapp|curl|wget|python|java\/|go-http|axios|okhttp/i;

/**
 * Counts a reply as a view of an action, if it is one: the page or the embed itself, sent whole to what calls itself a
 * browser. Not a view: HEAD; a browser that is told it has the page already (304); a preview; a page fetched in advance
 * that may never be seen. Costs one entry of a map: no cookie, no call, no row.
 */
export function noteView(
  request: Request,
  response: Response,
  env: Env,
  executionCtx: ExecutionContext,
  kinds: readonly Kind[],
): void {
  if (response.status !== 200 || request.method !== "GET") return;
  const { url, headers } = request;
  const query = url.indexOf("?");
  const address = query < 0 ? url : url.slice(0, query);
  const known = seen.get(address);
  // What was counted before is an address of ours: reading it again would cost more than counting it.
  if (known === undefined && (seen.size >= PAGES_MAX || !VIEWED.test(address))) return;
  if ((query > 0 && url.includes("preview=", query)) || !isPerson(headers)) return;
  seen.set(address, (known ?? 0) + 1);
  if (Date.now() >= toldBy) tellLater(env, executionCtx, kinds);
}

function isPerson(headers: Headers): boolean {
  const agent = headers.get("User-Agent");
  if (!agent || isMachine(agent)) return false;
  return !headers.get("Sec-Purpose")?.includes("prefetch");
}

/** What has been made of each name a client gives itself: there are few among many requests, and reading one is slow. */
const agents = new Map<string, boolean>();
const AGENTS_MAX = 2_000;
const AGENT_LENGTH_MAX = 500;

function isMachine(agent: string): boolean {
  const known = agents.get(agent);
  if (known !== undefined) return known;
  const is = MACHINE.test(agent);
  if (agents.size >= AGENTS_MAX) agents.clear();
  if (agent.length <= AGENT_LENGTH_MAX) agents.set(agent, is);
  return is;
}

function tellLater(env: Env, executionCtx: ExecutionContext, kinds: readonly Kind[]): void {
  const context = () => createContext(env, newId(), (work) => executionCtx.waitUntil(work));
  const waitMs = context().config.isDevelopment ? TELL_AFTER_IN_DEVELOPMENT_MS : TELL_AFTER_MS;
  toldBy = Date.now() + GIVEN_UP_AFTER_MS;
  const telling = scheduler.wait(waitMs).then(() => tellViews(context(), kinds));
  executionCtx.waitUntil(telling.catch(() => undefined));
}

/**
 * Tells what this isolate counted since it last did: a message for each shard. What cannot be told now is kept for the next
 * time; what the isolate holds when it ends is lost, and never more than half a minute's.
 */
export async function tellViews(ctx: Context, kinds: readonly Kind[]): Promise<void> {
  toldBy = 0;
  const told = new Map(seen);
  seen.clear();
  try {
    await sendAll(ctx.env.VIEWS, await messagesOf(ctx, told, kinds));
  } catch (error) {
    for (const [address, count] of told) seen.set(address, (seen.get(address) ?? 0) + count);
    ctx.log.error("views.not_told", error);
  }
}

async function messagesOf(
  ctx: Context,
  told: ReadonlyMap<string, number>,
  kinds: readonly Kind[],
): Promise<ViewsSeen[]> {
  const byShard = new Map<string, ViewEntry[]>();
  for (const [address, count] of told) {
    const found = await entryOf(ctx, address, count, kinds);
    if (found) byShard.set(found.shard, [...(byShard.get(found.shard) ?? []), found.entry]);
  }
  return [...byShard].flatMap(([shard, views]) =>
    Array.from({ length: Math.ceil(views.length / VIEWS_PER_MESSAGE) }, (_, page) => ({
      type: "views.seen" as const,
      shard,
      views: views.slice(page * VIEWS_PER_MESSAGE, (page + 1) * VIEWS_PER_MESSAGE),
    })),
  );
}

/** What an address shows, from the memory it was just served from; null for what is no action. */
async function entryOf(
  ctx: Context,
  address: string,
  count: number,
  kinds: readonly Kind[],
): Promise<{ shard: string; entry: ViewEntry } | null> {
  const [, host = "", path, slug = "", embed] = VIEWED.exec(address) ?? [];
  const kind = kinds.find((candidate) => candidate.path === path);
  const group = kind ? await groupByHost(ctx, host) : null;
  if (!kind || !group) return null;
  const serving = await snapshotFor(ctx, group, kind, slug);
  if (serving.is !== "shown") return null;
  const day = civilDay(ctx.now, group.timeZone);
  const entry: ViewEntry = [group.no, serving.snapshot.action.no, day, embed ? 0 : count, embed ? count : 0];
  return { shard: group.shard, entry };
}

/**
 * Adds up a batch of messages, so that however many isolates told, an action's day is one row written. A message told twice
 * counts twice: the numbers are approximate, and a ledger would cost more than they are worth.
 * @returns the messages that could not be stored now
 */
export async function storeViews(
  ctx: Context,
  messages: readonly Message<unknown>[],
): Promise<Message<unknown>[]> {
  const byShard = new Map<string, { messages: Message<unknown>[]; entries: ViewEntry[] }>();
  for (const message of messages) {
    const read = viewsSeen.safeParse(message.body);
    if (!read.success) {
      ctx.log.error("views.unknown", read.error);
      continue;
    }
    const { shard, views } = read.data;
    const known = byShard.get(shard) ?? { messages: [], entries: [] };
    known.messages.push(message);
    known.entries.push(...views);
    byShard.set(shard, known);
  }
  const failed: Message<unknown>[] = [];
  for (const [shard, told] of byShard) {
    try {
      await addViews(groupsIn(ctx, shard, told.entries));
    } catch (error) {
      ctx.log.error("views.not_stored", error, { shard });
      failed.push(...told.messages);
    }
  }
  return failed;
}

function groupsIn(ctx: Context, shard: string, entries: readonly ViewEntry[]) {
  const groups = new Map<number, Map<string, ViewEntry>>();
  for (const [no, actionNo, day, page, embed] of entries) {
    const group = groups.get(no) ?? new Map<string, ViewEntry>();
    groups.set(no, group);
    const known = group.get(`${actionNo} ${day}`);
    group.set(`${actionNo} ${day}`, [no, actionNo, day, page + (known?.[3] ?? 0), embed + (known?.[4] ?? 0)]);
  }
  return [...groups].map(([no, summed]) => ({
    db: dbFor(ctx.env, { no, shard }),
    entries: [...summed.values()],
  }));
}
