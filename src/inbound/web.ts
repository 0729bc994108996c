import type { Context as HonoContext } from "hono";
import { listMembers } from "../groups/member";
import { can } from "../groups/roles";
import { dbFor, type GroupDb } from "../groups/shard";
import { type MemberEnv, memberFrame } from "../groups/web";
import { AppError } from "../platform/errors";
import { parseId } from "../platform/ids";
import { named } from "../platform/named";
import type { FlashMessage } from "../ui/flash";
import type { Key } from "../ui/i18n";
import { type Reply, replyById } from "./reply";
import type { ReplyId } from "./types";

export type C = HonoContext<MemberEnv>;
export const BYTES_MAX = 5_000;

export function shardOf(c: C): GroupDb {
  return dbFor(c.var.ctx.env, c.var.group);
}

/** What every page here is drawn with. */
export async function pageOf(c: C) {
  const { ctx, t, locale, group, role, account } = c.var;
  return {
    ...{ t, locale, group, frame: await memberFrame(c) },
    ...{ now: ctx.now, timeZone: account.timeZone },
    base: `/groups/${group.slug}/mailings`,
    maySeePeople: can(role, "people.view"),
    mayEditPeople: can(role, "people.edit"),
    mayManage: can(role, "settings.edit"),
  };
}
export type Page = Awaited<ReturnType<typeof pageOf>>;

export function flashOf(
  c: C,
  words: Record<string, [kind: "good" | "warn", key: Key]>,
): { flash?: FlashMessage } {
  const found = named(words, c.req.query("done"));
  return found ? { flash: { kind: found[0], text: c.var.t(found[1]) } } : {};
}

/** The answer of the address; 404 for one the group does not have. */
export async function replyIn(c: C): Promise<Reply> {
  const id = parseId<ReplyId>(c.req.param("reply") ?? "");
  const reply = id && (await replyById(shardOf(c), id));
  if (!reply) throw new AppError("not_found");
  return reply;
}

/** Who may be asked to see to an answer: those who may see people. */
export async function readersOf(c: C): Promise<{ no: number; name: string }[]> {
  const members = await listMembers(c.var.ctx, c.var.group);
  return members
    .filter(({ role }) => can(role, "people.view"))
    .map(({ accountNo, name, email }) => ({ no: accountNo, name: name || email }));
}
