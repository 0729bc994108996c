import { Hono, type Context as HonoContext } from "hono";
import { listActions } from "../actions/action";
import { type MemberEnv, memberCan, memberFrame } from "../groups/web";
import { cleanLine } from "../platform/clean-text";
import { AppError } from "../platform/errors";
import { type FormValues, readForm, several, single } from "../platform/forms";
import { parseId } from "../platform/ids";
import { takeFromLimits } from "../platform/limits";
import type { FlashMessage } from "../ui/flash";
import type { FieldErrors } from "../ui/form";
import { secretOf } from "./secret";
import {
  eventTypes,
  type Filters,
  NAME_MAX,
  SOURCE_MAX,
  type Trigger,
  triggers,
  URL_MAX,
  WEBHOOKS_MAX,
  type Webhook,
  type WebhookId,
} from "./types";
import { DeliveryPage, WebhookPage, WebhooksPage } from "./views";
import * as webhooks from "./webhook";

const BYTES_MAX = 16_000;
const ACTIONS_OFFERED = 100;
const PATH = "/groups/:group/integrations/webhooks";
/** A minute. */
const REQUESTS = [{ max: 10, windowMs: 60_000 }];
const KEY = /^[0-9a-f]{32}$/;
const goods = ["created", "on", "off", "restored", "taken"] as const;
const bads = ["failed", "tooMany", "waits"] as const;

type C = HonoContext<MemberEnv>;
type Typed = webhooks.WebhookForm;

const nothing: Typed = {
  ...{ name: "", url: "", trigger: "actions" as Trigger, actionId: "", isSigned: true },
  filters: { types: [], source: "" },
};

/** A group's webhooks: what they tell whom, and how that went. */
export const webhookRoutes = new Hono<MemberEnv>()
  .get(PATH, memberCan("settings.edit"), (c) => listPage(c, {}))
  .post(PATH, memberCan("settings.edit"), async (c) => {
    const { ctx, group, account } = c.var;
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const { typed, errors } = read(c, values);
    if (Object.keys(errors).length > 0) return listPage(c, { typed, errors });
    await takeRequest(c);
    const made = await webhooks.makeWebhook(ctx, group, account, typed);
    if ("problem" in made) return listPage(c, { typed, errors: wordsOf(c, made.problem) });
    return back(c, made.id, "created");
  })
  .get(`${PATH}/:webhook`, memberCan("settings.edit"), async (c) => {
    const webhook = await webhookOf(c);
    const { ctx, t, locale, group, account } = c.var;
    const { deliveries, next } = await webhooks.deliveriesOf(ctx, group, webhook, placeOf(c));
    return c.html(
      <WebhookPage
        {...{ t, locale, webhook, deliveries, next, slug: group.slug, now: ctx.now }}
        frame={await memberFrame(c)}
        timeZone={account.timeZone}
        flash={flashOf(c)}
        secret={await secretOf(ctx.config, webhook)}
      />,
    );
  })
  .get(`${PATH}/:webhook/deliveries/:delivery`, memberCan("settings.edit"), async (c) => {
    const webhook = await webhookOf(c);
    const { ctx, t, locale, group, account } = c.var;
    const key = c.req.param("delivery") ?? "";
    const delivery = KEY.test(key) ? await webhooks.deliveryOf(ctx, group, webhook, key) : null;
    if (!delivery) throw new AppError("not_found");
    return c.html(
      <DeliveryPage
        {...{ t, locale, webhook, delivery, slug: group.slug, now: ctx.now }}
        frame={await memberFrame(c)}
        timeZone={account.timeZone}
        flash={flashOf(c)}
      />,
    );
  })
  .post(`${PATH}/:webhook/deliveries/:delivery/retry`, memberCan("settings.edit"), async (c) => {
    const webhook = await webhookOf(c);
    const { ctx, group } = c.var;
    const key = c.req.param("delivery") ?? "";
    if (!KEY.test(key) || !(await webhooks.deliveryOf(ctx, group, webhook, key)))
      throw new AppError("not_found");
    await takeRequest(c);
    const isTaken = await webhooks.sendAgain(ctx, group, webhook, key);
    const done = isTaken === null ? "waits" : isTaken ? "taken" : "failed";
    return c.redirect(`${pathOf(c, webhook.id)}/deliveries/${key}?done=${done}`, 303);
  })
  .post(`${PATH}/:webhook/test`, memberCan("settings.edit"), async (c) => {
    const webhook = await webhookOf(c);
    await takeRequest(c);
    const isTaken = await webhooks.sendTest(c.var.ctx, c.var.group, webhook);
    return back(c, webhook.id, isTaken ? "taken" : "failed");
  })
  .post(`${PATH}/:webhook/on`, memberCan("settings.edit"), async (c) => {
    const webhook = await webhookOf(c);
    await webhooks.switchOn(c.var.ctx, c.var.group, c.var.account, webhook);
    return back(c, webhook.id, "on");
  })
  .post(`${PATH}/:webhook/off`, memberCan("settings.edit"), async (c) => {
    const webhook = await webhookOf(c);
    await webhooks.switchOff(c.var.ctx, c.var.group, c.var.account, webhook);
    return back(c, webhook.id, "off");
  })
  .post(`${PATH}/:webhook/removal`, memberCan("settings.edit"), async (c) => {
    const webhook = await webhookOf(c);
    const { ctx, group, account } = c.var;
    await webhooks.removeWebhook(ctx, group, account, webhook);
    return c.redirect(`/groups/${group.slug}/integrations/webhooks?removed=${webhook.id}`, 303);
  })
  .post(`${PATH}/:webhook/restoration`, memberCan("settings.edit"), async (c) => {
    const webhook = await anyWebhookOf(c);
    const { ctx, group, account } = c.var;
    if (await webhooks.restoreWebhook(ctx, group, account, webhook)) return back(c, webhook.id, "restored");
    return c.redirect(`/groups/${group.slug}/integrations/webhooks?done=tooMany`, 303);
  });

/** What makes us ask other hosts at once, a new address's name among it, is limited for each group. */
async function takeRequest(c: C): Promise<void> {
  const { ctx, group } = c.var;
  const limit = await takeFromLimits(ctx.env, "webhook-test", String(group.no), REQUESTS);
  if (!limit.allowed)
    throw new AppError("too_many", "webhook requests", { retryAfterSeconds: limit.retryAfterSeconds });
}

function pathOf(c: C, id: WebhookId): string {
  return `/groups/${c.var.group.slug}/integrations/webhooks/${id}`;
}

function back(c: C, id: WebhookId, done: (typeof goods)[number] | (typeof bads)[number]): Response {
  return c.redirect(`${pathOf(c, id)}?done=${done}`, 303);
}

/** The webhook the address names; another group's and a deleted one are none. */
async function webhookOf(c: C): Promise<Webhook> {
  const webhook = await anyWebhookOf(c);
  if (webhook.removedAt !== null) throw new AppError("not_found");
  return webhook;
}

async function anyWebhookOf(c: C): Promise<Webhook> {
  const id = parseId<WebhookId>(c.req.param("webhook") ?? "");
  const webhook = id && (await webhooks.webhookById(c.var.ctx, c.var.group, id));
  if (!webhook) throw new AppError("not_found");
  return webhook;
}

function placeOf(c: C): { at: number; id: string } | null {
  const [, at, id] = /^(\d{1,15})-([0-9a-f]{32})$/.exec(c.req.query("before") ?? "") ?? [];
  return at && id ? { at: Number(at), id } : null;
}

function read(c: C, values: FormValues): { typed: Typed; errors: FieldErrors } {
  const { t } = c.var;
  const trigger = triggers.find((known) => known === single(values, "trigger"));
  const filters: Filters = {
    types: eventTypes.filter((type) => several(values, "types").includes(type)),
    source: cleanLine(single(values, "source")).slice(0, SOURCE_MAX),
  };
  const typed: Typed = {
    name: cleanLine(single(values, "name")).slice(0, NAME_MAX),
    url: single(values, "url").trim().slice(0, URL_MAX),
    trigger: trigger ?? "actions",
    actionId: single(values, "action"),
    filters,
    isSigned: single(values, "signed") === "yes",
  };
  const errors = {
    ...(typed.name === "" && { name: t("webhooks.problems.name") }),
    ...(typed.url === "" && { url: t("webhooks.problems.notUrl") }),
    ...(!trigger && { trigger: t("webhooks.problems.trigger") }),
  };
  return { typed, errors };
}

function wordsOf(c: C, problem: webhooks.MakeProblem): FieldErrors {
  const { t } = c.var;
  if ("url" in problem) return { url: t(`webhooks.problems.${problem.url}`) };
  if ("action" in problem) return { action: t("webhooks.problems.action") };
  return { name: t("webhooks.problems.tooMany", { count: WEBHOOKS_MAX }) };
}

async function listPage(c: C, { typed = nothing, errors = {} }: { typed?: Typed; errors?: FieldErrors }) {
  const { ctx, t, locale, group, account } = c.var;
  const { actions } = await listActions(ctx, group, { status: "published", limit: ACTIONS_OFFERED });
  c.status(Object.keys(errors).length > 0 ? 422 : 200);
  return c.html(
    <WebhooksPage
      {...{ t, locale, typed, errors, slug: group.slug, now: ctx.now }}
      frame={await memberFrame(c)}
      timeZone={account.timeZone}
      webhooks={await webhooks.listWebhooks(ctx, group)}
      actions={actions.map(({ id, title, internalTitle }) => ({ id, title: internalTitle || title }))}
      flash={await undoOf(c)}
    />,
  );
}

/** What was deleted just now, with the way back. */
async function undoOf(c: C): Promise<FlashMessage | undefined> {
  const { ctx, t, group } = c.var;
  const id = parseId<WebhookId>(c.req.query("removed") ?? "");
  const webhook = id && (await webhooks.webhookById(ctx, group, id));
  if (!webhook || webhook.removedAt === null) return flashOf(c);
  const text = t("webhooks.removed", { name: webhook.name });
  const undo = { action: `${pathOf(c, webhook.id)}/restoration`, label: t("webhooks.undo") };
  return { kind: "good", text, undo };
}

function flashOf(c: C): FlashMessage | undefined {
  const { t } = c.var;
  const good = goods.find((name) => name === c.req.query("done"));
  if (good) return { kind: "good", text: t(`webhooks.done.${good}`) };
  const bad = bads.find((name) => name === c.req.query("done"));
  return bad && { kind: "warn", text: t(`webhooks.done.${bad}`, { count: WEBHOOKS_MAX }) };
}
