import { Hono, type Context as HonoContext } from "hono";
import { editAction } from "../actions/action";
import type { Action, Kind } from "../actions/types";
import { ACTION_PATH, actionFrame, actionHref } from "../actions/web";
import { recordAct } from "../groups/audit";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { AppError } from "../platform/errors";
import { type FormValues, readForm, single } from "../platform/forms";
import type { FlashMessage } from "../ui/flash";
import { formatList } from "../ui/format";
import { eventIn } from "./attendance-routes";
import { PlanPage } from "./plan-views";
import { datesAfter, impossibleDates, makeSeries } from "./series";
import { countHeads, datesOf } from "./store";
import { changesOf } from "./store-changes";
import { countAddressees } from "./store-notices";
import {
  CANCELLATION_NOTE_MAX,
  CANCELLATION_UNDO_MS,
  eventSettings,
  type Rhythm,
  rhythms,
  SERIES_MAX,
} from "./types";

const BYTES_MAX = 20_000;

type Subject = { action: Action; kind: Kind };

/** More dates of an event, its cancellation, and the way back from it. */
export function planRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();

  app.get(`${ACTION_PATH}/plan`, memberCan("actions.edit"), async (c) =>
    c.html(await planPage(c, await eventIn(c, kinds), {}, {})),
  );

  app.post(`${ACTION_PATH}/series`, memberCan("actions.edit"), async (c) => {
    const subject = await eventIn(c, kinds);
    const { ctx, group, role, account } = c.var;
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const read = readPlan(c, subject.action, values);
    if ("errors" in read) return c.html(await planPage(c, subject, values, read.errors), 422);
    const isPublished = single(values, "isPublished") === "yes" && can(role, "actions.publish");
    const made = await makeSeries(ctx, group, subject.kind, subject.action, {
      ...{ dates: read.dates, isPublished, by: account.no },
    });
    return c.redirect(actionHref(group, subject.action, `/plan?done=made&count=${made}`), 303);
  });

  app.post(`${ACTION_PATH}/cancellation`, memberCan("actions.publish"), async (c) => {
    const subject = await eventIn(c, kinds);
    const { t, ctx } = c.var;
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const note = single(values, "note");
    if (note.length > CANCELLATION_NOTE_MAX) {
      const errors = { note: t("actions.problems.tooLong", { count: CANCELLATION_NOTE_MAX }) };
      return c.html(await planPage(c, subject, values, errors), 422);
    }
    const isOff = eventSettings.parse(subject.action.settings).cancelled !== null;
    if (!isOff)
      await save(c, subject, "event.cancelled", { "cancelled.at": String(ctx.now), "cancelled.note": note });
    return c.redirect(actionHref(c.var.group, subject.action, "/plan"), 303);
  });

  app.post(`${ACTION_PATH}/cancellation/undo`, memberCan("actions.publish"), async (c) => {
    const subject = await eventIn(c, kinds);
    await save(c, subject, "event.uncancelled", { "cancelled.at": "" });
    return c.redirect(actionHref(c.var.group, subject.action, "/plan?done=back"), 303);
  });

  return app;
}

function readPlan(
  c: HonoContext<MemberEnv>,
  action: Action,
  values: FormValues,
): { dates: string[] } | { errors: Record<string, string> } {
  const { t, ctx, locale } = c.var;
  const settings = eventSettings.parse(action.settings);
  if (settings.startsAt === "" || settings.cancelled)
    return { errors: { rhythm: t("events.plan.repeatFirst") } };
  const rhythm = rhythms.find((name): name is Rhythm => name === single(values, "rhythm"));
  if (!rhythm) return { errors: { rhythm: t("actions.problems.choose") } };
  const text = single(values, "count").trim();
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > SERIES_MAX)
    return { errors: { count: t("events.plan.countWrong", { count: SERIES_MAX }) } };
  const dates = datesAfter(settings.startsAt, rhythm, count);
  const wrong = impossibleDates(settings, dates, ctx.now);
  if (wrong.length === 0) return { dates };
  const list = formatList(
    wrong.slice(0, 3).map((date) => date.replace("T", " ")),
    locale,
  );
  return { errors: { count: t("events.plan.impossible", { dates: list }) } };
}

async function save(
  c: HonoContext<MemberEnv>,
  { action, kind }: Subject,
  act: "event.cancelled" | "event.uncancelled",
  form: FormValues,
): Promise<void> {
  const { ctx, group, account } = c.var;
  await recordAct(ctx, { groupNo: group.no, accountNo: account.no, act, subject: action.id });
  const saved = await editAction(ctx, group, kind, action, {
    ...{ form, fromVersion: action.version, by: account.no },
  });
  if (saved.outcome !== "saved") throw new AppError("conflict");
}

/** The page of an event as a whole, with what was sent when it was refused. */
export async function planPage(
  c: HonoContext<MemberEnv>,
  subject: Subject,
  values: FormValues,
  errors: Record<string, string>,
) {
  const { ctx, group } = c.var;
  const { action } = subject;
  const db = dbFor(ctx.env, group);
  const settings = eventSettings.parse(action.settings);
  const [frame, dates, heads, changes] = await Promise.all([
    actionFrame(c, subject, doneFlash(c)),
    datesOf(db, settings.series ?? action.id),
    countHeads(db, action.no),
    changesOf(db, action.no),
  ]);
  const toTell = changes
    ? await countAddressees(db, action.no, { notice: "changed", at: changes.changedAt })
    : 0;
  const tellAt = settings.cancelled ? settings.cancelled.at + CANCELLATION_UNDO_MS : 0;
  return (
    <PlanPage
      {...frame}
      {...{ values, errors, changes, toTell }}
      dates={dates.filter(({ actionNo }) => actionNo !== action.no)}
      count={heads.replies + heads.waiting}
      undoUntil={tellAt > ctx.now ? tellAt : null}
    />
  );
}

function doneFlash(c: HonoContext<MemberEnv>): FlashMessage | undefined {
  const { t } = c.var;
  switch (c.req.query("done")) {
    case "made":
      return { kind: "good", text: t("events.plan.made", { count: Number(c.req.query("count")) || 0 }) };
    case "back":
      return { kind: "good", text: t("events.plan.back") };
    default:
      return undefined;
  }
}
