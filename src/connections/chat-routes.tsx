import { Hono, type Context as HonoContext } from "hono";
import { type MemberEnv, memberCan } from "../groups/web";
import { cleanLine } from "../platform/clean-text";
import { AppError } from "../platform/errors";
import { type FormValues, readForm, several, single } from "../platform/forms";
import { takeFromLimits } from "../platform/limits";
import { minorDigits, shortAmount } from "../platform/money";
import type { FlashMessage } from "../ui/flash";
import type { FieldErrors } from "../ui/form";
import { isLocale } from "../ui/i18n";
import { problemOf } from "../webhooks/address";
import { type ChatForm, changeChat, chatByNo, createChat, deleteChat, restoreChat, turnChat } from "./chat";
import { sendNotice } from "./chat-sending";
import { CHAT_NAME_MAX, CHATS_MAX, type Chat, services, tellings } from "./chat-types";
import { ChatPage, type ChatValues, problemWords } from "./chat-views";
import { CONNECTIONS_PATH, connectionsHref, pageFrame } from "./frame";

const BYTES_MAX = 20_000;
const NUMBER = /^[1-9]\d{0,8}$/;
const AMOUNT = /^\d{1,9}(?:[.,](\d{1,3}))?$/;
const PATH = `${CONNECTIONS_PATH}/chats`;
const TESTS = [{ max: 10, windowMs: 60_000 }];
const dones = ["saved", "on", "paused", "restored"] as const;

type C = HonoContext<MemberEnv>;

/** Chats that are told how things go. */
export function chatRoutes(): Hono<MemberEnv> {
  const may = memberCan("settings.edit");
  return new Hono<MemberEnv>()
    .get(`${PATH}/new`, may, (c) => chatPage(c, null, {}))
    .post(PATH, may, (c) => save(c, null))
    .get(`${PATH}/:chat`, may, async (c) => chatPage(c, await chatOf(c), {}))
    .post(`${PATH}/:chat`, may, async (c) => save(c, await chatOf(c)))
    .post(`${PATH}/:chat/test`, may, test)
    .post(`${PATH}/:chat/state`, may, async (c) => {
      const chat = await chatOf(c);
      const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
      const state = single(values, "state") === "on" ? "on" : "paused";
      await turnChat(c.var.ctx, c.var.group, chat, state, c.var.account);
      return back(c, `/chats/${chat.no}?done=${state}`);
    })
    .post(`${PATH}/:chat/deletion`, may, async (c) => {
      const chat = await chatOf(c);
      await deleteChat(c.var.ctx, c.var.group, chat, c.var.account);
      return back(c, `?deletedChat=${chat.no}`);
    })
    .post(`${PATH}/:chat/restoration`, may, async (c) => {
      const chat = await anyChatOf(c);
      if (chat.deletedAt === null) throw new AppError("not_found");
      const isBack = await restoreChat(c.var.ctx, c.var.group, chat, c.var.account);
      return back(c, isBack ? `/chats/${chat.no}?done=restored` : "");
    });
}

function back(c: C, rest: string): Response {
  return c.redirect(`${connectionsHref(c.var.group.slug)}${rest}`, 303);
}

async function save(c: C, chat: Chat | null): Promise<Response> {
  const { ctx, t, group, account } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const read = await readChat(c, values);
  if ("errors" in read) return chatPage(c, chat, read);
  if (chat) {
    await changeChat(ctx, group, chat, read.form, account);
    return back(c, `/chats/${chat.no}?done=saved`);
  }
  const no = await createChat(ctx, group, read.form, account);
  if (no !== null) return back(c, `/chats/${no}?done=saved`);
  return chatPage(c, null, {
    ...read,
    errors: { name: t("connections.problems.tooMany", { count: CHATS_MAX }) },
  });
}

async function readChat(
  c: C,
  values: FormValues,
): Promise<{ values: ChatValues; form: ChatForm } | { values: ChatValues; errors: FieldErrors }> {
  const { ctx, t, group } = c.var;
  const typed = {
    ...{
      name: cleanLine(single(values, "name")),
      service: single(values, "service"),
      url: single(values, "url").trim(),
    },
    ...{
      tells: several(values, "tells"),
      giftFrom: single(values, "giftFrom").trim(),
      locale: single(values, "locale"),
    },
  };
  const service = services.find((each) => each === typed.service);
  const tells = tellings.filter((each) => typed.tells.includes(each));
  const problem = await problemOf(ctx, typed.url);
  const isNamed = typed.name !== "" && typed.name.length <= CHAT_NAME_MAX;
  const digits = minorDigits(group.currency);
  const amount = AMOUNT.exec(typed.giftFrom);
  const isAmount = typed.giftFrom === "" || (amount !== null && (amount[1] ?? "").length <= digits);
  const errors = {
    ...(isNamed ? {} : { name: t("connections.problems.name", { count: CHAT_NAME_MAX }) }),
    ...(service ? {} : { service: t("connections.chat.problems.service") }),
    // What nobody can say now may be well in a minute, and is asked again before each notice.
    ...(problem === null || problem === "unknown" ? {} : { url: t(`connections.chat.problems.${problem}`) }),
    ...(tells.length > 0 ? {} : { tells: t("connections.chat.problems.tells") }),
    ...(isAmount ? {} : { giftFrom: t("connections.chat.problems.amount") }),
  };
  if (!service || Object.keys(errors).length > 0) return { values: typed, errors };
  const giftFrom = Math.round(Number(typed.giftFrom.replace(",", ".")) * 10 ** digits);
  const locale = isLocale(typed.locale) ? typed.locale : group.locale;
  return { values: typed, form: { name: typed.name, url: typed.url, service, tells, giftFrom, locale } };
}

/** Sends a word at once, so that who sets it up sees whether it arrives. */
async function test(c: C): Promise<Response> {
  const { ctx, t, group } = c.var;
  const chat = await chatOf(c);
  const limit = await takeFromLimits(ctx.env, "chat-test", String(group.no), TESTS);
  if (!limit.allowed) throw new AppError("too_many", "tests", { retryAfterSeconds: limit.retryAfterSeconds });
  const problem = await sendNotice(ctx, group, chat, { is: "test" });
  const flash: FlashMessage =
    problem === null
      ? { kind: "good", text: t("connections.chat.tested") }
      : { kind: "bad", text: t("connections.chat.problem", { problem: problemWords({ t }, problem) }) };
  return chatPage(c, chat, { flash });
}

/** The chat the address names; another group's, and one that was deleted, is none. */
async function chatOf(c: C): Promise<Chat> {
  const chat = await anyChatOf(c);
  if (chat.deletedAt !== null) throw new AppError("not_found");
  return chat;
}

async function anyChatOf(c: C): Promise<Chat> {
  const no = c.req.param("chat") ?? "";
  const chat = NUMBER.test(no) ? await chatByNo(c.var.ctx, c.var.group, Number(no)) : null;
  if (!chat) throw new AppError("not_found");
  return chat;
}

async function chatPage(
  c: C,
  chat: Chat | null,
  given: { values?: ChatValues; errors?: FieldErrors; flash?: FlashMessage },
): Promise<Response> {
  const { t, group } = c.var;
  const { currency } = group;
  const done = dones.find((name) => name === c.req.query("done"));
  const { errors = {}, flash = done && { kind: "good", text: t(`connections.chat.done.${done}`) } } = given;
  const values =
    given.values ??
    (chat ? { ...chat, giftFrom: shortAmount({ amount: chat.giftFrom, currency }) } : blank(group.locale));
  const page = <ChatPage {...(await pageFrame(c, flash))} {...{ chat, values, errors, currency }} />;
  c.header("Cache-Control", "private, no-store");
  return c.html(page, Object.keys(errors).length > 0 ? 422 : 200);
}

const blank = (locale: string): ChatValues => ({
  ...{ name: "", service: "slack", url: "", giftFrom: "100", locale },
  tells: ["milestones", "published", "comments"],
});
