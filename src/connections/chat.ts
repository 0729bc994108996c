import { feedOn } from "../changes/change";
import { recordAct } from "../groups/audit";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import { chatLaneOf } from "./chat-objects";
import type { Chat } from "./chat-types";
import * as store from "./store-chats";

type By = { no: number };
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
  const { no, shard, jurisdiction } = group;
  await chatLaneOf(ctx.env, group).wake({ no, shard, jurisdiction });
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
