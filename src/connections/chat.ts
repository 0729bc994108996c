import { feedOn } from "../changes/change";
import { recordAct } from "../groups/audit";
import { groupByNo } from "../groups/group";
import type { GroupStatusChanged } from "../groups/messages";
import { dbFor, shardNames } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { chatLaneOf } from "./chat-objects";
import type { Chat } from "./chat-types";
import * as store from "./store-chats";

type By = { no: number };

/** Groups of one shard that are woken in one turn of the clock. */
const WOKEN_MAX = 100;

export type ChatForm = Pick<Chat, "name" | "service" | "url" | "tells" | "giftFrom" | "locale">;

export function listChats(ctx: Context, group: Group): Promise<Chat[]> {
  return store.selectChats(dbFor(ctx.env, group));
}

/** A chat of the group by its number, one that was deleted too. */
export function chatByNo(ctx: Context, group: Group, no: number): Promise<Chat | null> {
  return store.selectChat(dbFor(ctx.env, group), no);
}

/** A chat that is told from now on. Null when the group has as many as it may. */
export async function createChat(ctx: Context, group: Group, form: ChatForm, by: By): Promise<number | null> {
  const no = await store.insertChat(dbFor(ctx.env, group), { ...form, by: by.no, now: ctx.now });
  if (no === null) return null;
  await note(ctx, group, by, "chat.created", { no, name: form.name });
  await begin(ctx, group);
  return no;
}

export async function changeChat(
  ctx: Context,
  group: Group,
  chat: Chat,
  form: ChatForm,
  by: By,
): Promise<void> {
  await note(ctx, group, by, "chat.changed", chat);
  await store.updateChat(dbFor(ctx.env, group), chat.no, form);
}

export async function turnChat(
  ctx: Context,
  group: Group,
  chat: Chat,
  state: Chat["state"],
  by: By,
): Promise<void> {
  await note(ctx, group, by, state === "on" ? "chat.on" : "chat.paused", chat);
  await store.updateChatState(dbFor(ctx.env, group), chat.no, state);
  if (state === "on") await begin(ctx, group);
}

export async function deleteChat(ctx: Context, group: Group, chat: Chat, by: By): Promise<void> {
  await note(ctx, group, by, "chat.deleted", chat);
  await store.updateChatDeleted(dbFor(ctx.env, group), chat.no, ctx.now);
}

/** False when there are as many as there may be. */
export async function restoreChat(ctx: Context, group: Group, chat: Chat, by: By): Promise<boolean> {
  await note(ctx, group, by, "chat.restored", chat);
  const isBack = await store.updateChatDeleted(dbFor(ctx.env, group), chat.no, null);
  if (isBack) await begin(ctx, group);
  return isBack;
}

async function begin(ctx: Context, group: Group): Promise<void> {
  await feedOn(ctx, group);
  await wake(ctx, group);
}

async function wake(ctx: Context, group: Group): Promise<void> {
  const { no, shard, jurisdiction } = group;
  await chatLaneOf(ctx.env, group).wake({ no, shard, jurisdiction });
}

/** Lets the chats of a group be told again that an operator has let go on. Its object rests while a group is not active. */
export async function wakeChatsOf(ctx: Context, { groupNo }: GroupStatusChanged): Promise<void> {
  const group = await groupByNo(ctx.directory, groupNo);
  if (group?.status !== "active") return;
  const chats = await store.selectChats(dbFor(ctx.env, group));
  if (chats.some(({ state }) => state === "on")) await wake(ctx, group);
}

/** Wakes objects whose alarm was lost, some of each shard, whichever chance picks: in hours all get their turn. For the clock. */
export async function wakeChats(ctx: Context): Promise<void> {
  for (const shard of shardNames(ctx.env)) {
    try {
      for (const groupNo of await store.selectToldGroups(dbFor(ctx.env, { no: 0, shard }).d1, WOKEN_MAX)) {
        const group = await groupByNo(ctx.directory, groupNo);
        if (group?.status === "active") await wake(ctx, group);
      }
    } catch (error) {
      ctx.log.error("chats.wake", error, { shard });
    }
  }
}

function note(
  ctx: Context,
  group: Group,
  by: By,
  act: string,
  { no, name }: Pick<Chat, "no" | "name">,
): Promise<void> {
  return recordAct(ctx, { groupNo: group.no, accountNo: by.no, act, subject: String(no), detail: { name } });
}
