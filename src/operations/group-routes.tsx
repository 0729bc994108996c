import { Hono, type Context as HonoContext } from "hono";
import { findAction, listActions } from "../actions/action";
import { changeStatus, type Group } from "../groups/group";
import type { Context } from "../platform/context";
import { AppError } from "../platform/errors";
import { fieldErrors, readForm, single } from "../platform/forms";
import { groupOrigin } from "../platform/http";
import type { Key } from "../ui/i18n";
import { brakeAction, parkedErrors, unpark } from "./brake";
import { GroupPage, GroupsPage, ParkedPage } from "./group-views";
import { findGroup, searchGroups } from "./operation";
import { storeAgain } from "./recovery";
import {
  brakeForm,
  FORM_BYTES_MAX,
  groupStatuses,
  PARKED_SHOWN_MAX,
  REASON_MAX,
  recoveryForm,
  SEARCH_MAX,
  statusForm,
} from "./types";
import { numberIn, type OperatorEnv, pageProps } from "./web";

export const groupOperations = new Hono<OperatorEnv>();

const doneWords: Record<string, Key> = {
  status: "operations.groups.statusDone",
  brake: "operations.groups.brakeDone",
  release: "operations.groups.releaseDone",
  unparked: "operations.parked.done",
  storedAgain: "operations.recovery.done",
};

groupOperations.get("/operations/groups", async (c) => {
  const text = (c.req.query("q") ?? "").trim().slice(0, SEARCH_MAX);
  const status = groupStatuses.find((known) => known === c.req.query("status")) ?? null;
  const before = numberIn(c.req.query("before"));
  const [found, props] = await Promise.all([searchGroups(c.var.ctx, { text, status, before }), pageProps(c)]);
  const query = new URLSearchParams({ q: text, status: status ?? "", before: String(found.next) });
  const next = found.next === null ? undefined : `/operations/groups?${query}`;
  return c.html(<GroupsPage {...props} groups={found.groups} text={text} status={status} next={next} />);
});

groupOperations.get("/operations/groups/:group", async (c) => {
  const group = await groupIn(c.var.ctx, c.req.param("group"));
  return c.html(<GroupPage {...(await groupPage(c, group))} />);
});

async function groupPage(c: HonoContext<OperatorEnv>, group: Group) {
  const { ctx } = c.var;
  const before = numberIn(c.req.query("before")) ?? undefined;
  const [{ actions, next }, props] = await Promise.all([
    listActions(ctx, group, { before }),
    pageProps(c, doneWords),
  ]);
  const after = next === null ? undefined : `/operations/groups/${group.id}?before=${next}`;
  const recovery = { since: c.req.query("since") ?? "", before: numberIn(c.req.query("goOn")) };
  return { ...props, group, actions, next: after, origin: groupOrigin(ctx.config, group.slug), recovery };
}

groupOperations.post("/operations/groups/:group/status", async (c) => {
  const { ctx, t, account } = c.var;
  const group = await groupIn(ctx, c.req.param("group"));
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const typed = { status: single(values, "status"), reason: single(values, "reason") };
  const form = statusForm.safeParse(typed);
  if (!form.success) {
    const wrong = fieldErrors(form.error);
    const errors = {
      ...(wrong.status && { status: t("operations.groups.problem.status") }),
      ...(wrong.reason && { reason: t("operations.groups.problem.reason", { max: REASON_MAX }) }),
    };
    return c.html(<GroupPage {...(await groupPage(c, group))} values={typed} errors={errors} />, 422);
  }
  await changeStatus(ctx, group, account, form.data.status, form.data.reason);
  return c.redirect(`/operations/groups/${group.id}?done=status`, 303);
});

groupOperations.post("/operations/groups/:group/recovery", async (c) => {
  const { ctx, t, account } = c.var;
  const group = await groupIn(ctx, c.req.param("group"));
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const since = single(values, "since");
  const before = numberIn(single(values, "before"));
  const form = recoveryForm(ctx.now).safeParse({ since });
  if (!form.success) {
    const errors = { since: t("operations.recovery.problem") };
    const page = { ...(await groupPage(c, group)), recovery: { since, before } };
    return c.html(<GroupPage {...page} errors={errors} />, 422);
  }
  const { count, next } = await storeAgain(ctx, group, account, { sinceMs: form.data.since, before });
  const query = new URLSearchParams({ done: "storedAgain", count: String(count) });
  if (next !== null) {
    query.set("since", since);
    query.set("goOn", String(next));
  }
  return c.redirect(`/operations/groups/${group.id}?${query}`, 303);
});

groupOperations.post("/operations/groups/:group/actions/:action/brake", async (c) => {
  const { ctx, account } = c.var;
  const { group, action } = await actionIn(ctx, c.req.param("group"), c.req.param("action"));
  const { values } = await readForm(c.req.raw, { bytesMax: FORM_BYTES_MAX });
  const form = brakeForm.safeParse({ brake: single(values, "brake"), reason: single(values, "reason") });
  if (!form.success) throw new AppError("bad_request", "brake");
  const isOn = form.data.brake === "on";
  await brakeAction(ctx, group, action, { isOn, reason: form.data.reason, by: account });
  return c.redirect(`/operations/groups/${group.id}?done=${isOn ? "brake" : "release"}`, 303);
});

groupOperations.get("/operations/groups/:group/actions/:action/parked", async (c) => {
  const { group, action } = await actionIn(c.var.ctx, c.req.param("group"), c.req.param("action"));
  const [rows, props] = await Promise.all([parkedErrors(c.var.ctx, group, action), pageProps(c, doneWords)]);
  return c.html(
    <ParkedPage
      {...props}
      lead={c.var.t("operations.parked.lead")}
      href={`/operations/groups/${group.id}/actions/${action.id}/parked`}
      back={{ href: `/operations/groups/${group.id}`, label: `${group.name}: ${action.title}` }}
      rows={rows.slice(0, PARKED_SHOWN_MAX)}
    />,
  );
});

groupOperations.post("/operations/groups/:group/actions/:action/parked", async (c) => {
  const { group, action } = await actionIn(c.var.ctx, c.req.param("group"), c.req.param("action"));
  const count = await unpark(c.var.ctx, group, action, c.var.account);
  return c.redirect(
    `/operations/groups/${group.id}/actions/${action.id}/parked?done=unparked&count=${count}`,
    303,
  );
});

async function groupIn(ctx: Context, id: string): Promise<Group> {
  const group = await findGroup(ctx, id);
  if (!group) throw new AppError("not_found");
  return group;
}

async function actionIn(ctx: Context, groupId: string, actionId: string) {
  const group = await groupIn(ctx, groupId);
  const action = await findAction(ctx, group, actionId);
  if (!action) throw new AppError("not_found");
  return { group, action };
}
