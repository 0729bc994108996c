import { Hono, type Context as HonoContext } from "hono";
import { listActions } from "../actions/action";
import type { Kind } from "../actions/types";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { fieldsOf } from "../people/custom-field";
import { cleanLine } from "../platform/clean-text";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { groupOrigin } from "../platform/http";
import type { FlashMessage } from "../ui/flash";
import type { FieldErrors } from "../ui/form";
import { chatByNo, listChats } from "./chat";
import { chatRoutes } from "./chat-routes";
import { CONNECTIONS_PATH, connectionsHref, pageFrame } from "./frame";
import { changeHook, createHook, deleteHook, hookByNo, listHooks, renewHook, restoreHook } from "./hook";
import { HookPage } from "./hook-views";
import { ConnectionsPage, HelpPage } from "./list-views";
import { mappableActions, readMapping } from "./mapping-form";
import { leavesOf } from "./payload-path";
import { plan } from "./receive";
import { selectDeliveries, selectPayloads } from "./store-deliveries";
import { HOOK_NAME_MAX, HOOKS_MAX, type Hook, hookStates, type Mapping, PAYLOAD_DAYS, reason } from "./types";

const BYTES_MAX = 200_000;
const DELIVERIES_SHOWN = 50;
const ACTIONS_SHOWN = 100;
const DAY_MS = 86_400_000;
const NUMBER = /^[1-9]\d{0,8}$/;
const dones = ["mapped", "on", "test", "paused", "restored"] as const;

type C = HonoContext<MemberEnv>;

/** Connections of a group: forms of other makers that send people in, and where its feeds are. */
export function connectionRoutes(kinds: readonly Kind[]): Hono<MemberEnv> {
  const may = memberCan("settings.edit");
  const one = `${CONNECTIONS_PATH}/:hook`;
  return new Hono<MemberEnv>()
    .get(CONNECTIONS_PATH, may, (c) => listPage(c, {}))
    .post(CONNECTIONS_PATH, may, (c) => create(c, kinds))
    .get(`${CONNECTIONS_PATH}/help`, may, helpPage)
    .route("/", chatRoutes())
    .get(one, may, async (c) => hookPage(c, kinds, await hookOf(c), {}))
    .post(one, may, (c) => save(c, kinds))
    .post(`${one}/state`, may, changeState)
    .post(`${one}/renewal`, may, async (c) => {
      const { ctx, group, account } = c.var;
      const hook = await hookOf(c);
      const url = await renewHook(ctx, group, hook, account);
      return hookPage(c, kinds, await hookOf(c), { url });
    })
    .post(`${one}/deletion`, may, async (c) => {
      const { ctx, group, account } = c.var;
      const hook = await hookOf(c);
      await deleteHook(ctx, group, hook, account);
      return c.redirect(`${connectionsHref(group.slug)}?deleted=${hook.no}`, 303);
    })
    .post(`${one}/restoration`, may, restore);
}

async function create(c: C, kinds: readonly Kind[]): Promise<Response> {
  const { ctx, t, group, account } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const name = cleanLine(single(values, "name"));
  if (name === "" || name.length > HOOK_NAME_MAX)
    return listPage(c, { name, errors: { name: t("connections.problems.name", { count: HOOK_NAME_MAX }) } });
  const made = await createHook(ctx, group, name, account);
  if (!made)
    return listPage(c, { name, errors: { name: t("connections.problems.tooMany", { count: HOOKS_MAX }) } });
  // Not a redirect: the address would have to be kept somewhere on the way.
  return hookPage(c, kinds, made.hook, { url: made.url });
}

async function save(c: C, kinds: readonly Kind[]): Promise<Response> {
  const { ctx, t, group, account } = c.var;
  const hook = await hookOf(c);
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const read = readMapping(values, await targetsOf(c, kinds));
  const problems = Object.entries(read.problems);
  if (problems.length > 0) {
    const errors = Object.fromEntries(problems.map(([name, key]) => [name, t(key)]));
    return hookPage(c, kinds, hook, { mapping: read.mapping, tagsText: single(values, "tags"), errors });
  }
  await changeHook(ctx, group, hook, { mapping: read.mapping }, account);
  const payload = NUMBER.test(single(values, "payload")) ? `&payload=${single(values, "payload")}` : "";
  return c.redirect(`${connectionsHref(group.slug)}/${hook.no}?done=mapped${payload}`, 303);
}

async function changeState(c: C): Promise<Response> {
  const { ctx, group, account } = c.var;
  const hook = await hookOf(c);
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const state = hookStates.find((each) => each === single(values, "state"));
  if (!state || (state === "on" && !hook.mapping.fields.email)) throw new AppError("invalid");
  await changeHook(ctx, group, hook, { state }, account);
  return c.redirect(`${connectionsHref(group.slug)}/${hook.no}?done=${state}`, 303);
}

async function restore(c: C): Promise<Response> {
  const { ctx, t, group, account } = c.var;
  const hook = await anyHookOf(c);
  if (hook.deletedAt === null) throw new AppError("not_found");
  if (await restoreHook(ctx, group, hook, account))
    return c.redirect(`${connectionsHref(group.slug)}/${hook.no}?done=restored`, 303);
  return listPage(c, { errors: { name: t("connections.problems.tooMany", { count: HOOKS_MAX }) } });
}

/** The hook the address names; another group's, and one that was deleted, is none. */
async function hookOf(c: C): Promise<Hook> {
  const hook = await anyHookOf(c);
  if (hook.deletedAt !== null) throw new AppError("not_found");
  return hook;
}

async function anyHookOf(c: C): Promise<Hook> {
  const no = c.req.param("hook") ?? "";
  const hook = NUMBER.test(no) ? await hookByNo(c.var.ctx, c.var.group, Number(no)) : null;
  if (!hook) throw new AppError("not_found");
  return hook;
}

async function targetsOf(c: C, kinds: readonly Kind[]) {
  const { ctx, group } = c.var;
  const { actions } = await listActions(ctx, group, { status: "published", limit: ACTIONS_SHOWN });
  return { fields: await fieldsOf(dbFor(ctx.env, group)), actions, kinds };
}

async function listPage(
  c: C,
  { name = "", errors = {} }: { name?: string; errors?: FieldErrors },
): Promise<Response> {
  const { ctx, group } = c.var;
  const props = {
    ...(await pageFrame(c, await deletedFlash(c))),
    ...{ name, errors },
    origin: groupOrigin(ctx.config, group.slug),
    hooks: await listHooks(ctx, group),
    chats: await listChats(ctx, group),
  };
  return c.html(<ConnectionsPage {...props} />, Object.keys(errors).length > 0 ? 422 : 200);
}

async function deletedFlash(c: C): Promise<FlashMessage | undefined> {
  const { ctx, t, group } = c.var;
  const chatNo = c.req.query("deletedChat") ?? "";
  const chat = NUMBER.test(chatNo) ? await chatByNo(ctx, group, Number(chatNo)) : null;
  if (chat?.deletedAt) {
    const undo = {
      action: `${connectionsHref(group.slug)}/chats/${chatNo}/restoration`,
      label: t("connections.end.undo"),
    };
    return { kind: "good", text: t("connections.done.deleted", { name: chat.name }), undo };
  }
  const no = c.req.query("deleted") ?? "";
  const hook = NUMBER.test(no) ? await hookByNo(ctx, group, Number(no)) : null;
  if (!hook?.deletedAt) return undefined;
  const undo = {
    action: `${connectionsHref(group.slug)}/${no}/restoration`,
    label: t("connections.end.undo"),
  };
  return { kind: "good", text: t("connections.done.deleted", { name: hook.name }), undo };
}

async function helpPage(c: C): Promise<Response> {
  const { ctx, group } = c.var;
  const origin = groupOrigin(ctx.config, group.slug);
  return c.html(
    <HelpPage {...(await pageFrame(c))} origin={origin} platformOrigin={ctx.config.platform.origin} />,
  );
}

type Shown = { url?: string; mapping?: Mapping; tagsText?: string; errors?: FieldErrors };

async function hookPage(c: C, kinds: readonly Kind[], hook: Hook, given: Shown): Promise<Response> {
  const { ctx, t, group } = c.var;
  const db = dbFor(ctx.env, group);
  const payloads = await selectPayloads(db, hook.no, ctx.now - PAYLOAD_DAYS * DAY_MS);
  const asked = Number(c.req.query("payload"));
  const shown = payloads.find(({ no }) => no === asked) ?? payloads[0];
  const json = shown && JSON.parse(shown.body);
  const { fields, actions } = await targetsOf(c, kinds);
  const deliveries = await selectDeliveries(db, hook.no, DELIVERIES_SHOWN);
  const done = dones.find((name) => name === c.req.query("done"));
  const { mapping = hook.mapping, errors = {} } = given;
  const props = {
    ...(await pageFrame(c, done && { kind: "good", text: t(`connections.done.${done}`) })),
    ...{ hook, mapping, errors, fields, payloads },
    ...(given.url === undefined ? {} : { url: given.url }),
    tagsText: given.tagsText ?? mapping.tags.join(", "),
    actions: mappableActions({ actions, kinds }),
    shown: shown
      ? { no: shown.no, at: shown.at, leaves: leavesOf(json), text: JSON.stringify(json, null, 2) }
      : null,
    plan: shown && hook.mapping.fields.email ? await plan(ctx, { group, hook, kinds }, json) : null,
    deliveries: deliveries.map((row) => ({ ...row, reason: reason.parse(JSON.parse(row.reason)) })),
  };
  c.header("Cache-Control", "private, no-store");
  return c.html(<HookPage {...props} />, Object.keys(errors).length > 0 ? 422 : 200);
}
