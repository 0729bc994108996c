import { Hono, type Context as HonoContext } from "hono";
import type { Action, Kind } from "../actions/types";
import { ACTION_PATH, actionFrame, actionHref, actionIn } from "../actions/web";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { type ParticipationId, parseId } from "../platform/ids";
import { AttendancePage, CheckInPage } from "./attendance-views";
import { readReplyToken } from "./reply";
import { doorAsked } from "./shifts";
import { countHeads, countShifts, listReplies, REPLIES_PAGE, type Reply, replyById } from "./store";
import { deleteAttendance, insertAttendance } from "./store-arrivals";

const BYTES_MAX = 10_000;
const TEXT_MAX = 100;

/** The event a request is about; not_found for an action of another kind. */
export async function eventIn(c: HonoContext<MemberEnv>, kinds: readonly Kind[]) {
  const subject = await actionIn(c, kinds);
  if (subject.kind.name !== "event") throw new AppError("not_found");
  return subject;
}

/** The list at the door, and what a scanned code leads to. Both name people, so both ask for that permission. */
export function attendanceRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();

  app.get(`${ACTION_PATH}/attendance`, memberCan("people.view"), async (c) => {
    const subject = await eventIn(c, kinds);
    const { ctx, group } = c.var;
    const db = dbFor(ctx.env, group);
    const text = (c.req.query("text") ?? "").slice(0, TEXT_MAX);
    const shift = c.req.query("shift") ?? "";
    const after = parseId<ParticipationId>(c.req.query("after") ?? "") ?? undefined;
    const [frame, heads, shifts, found] = await Promise.all([
      actionFrame(c, subject),
      countHeads(db, subject.action.no),
      countShifts(db, subject.action.no),
      listReplies(db, subject.action.no, { after, text, shift, limit: REPLIES_PAGE + 1 }),
    ]);
    const replies = found.slice(0, REPLIES_PAGE);
    const last = found.length > REPLIES_PAGE ? replies.at(-1) : undefined;
    const next = last ? listHref(c, subject.action, { text, shift }, last) : null;
    return c.html(<AttendancePage {...frame} {...{ replies, heads, shifts, text, shift, next }} />);
  });

  app.post(`${ACTION_PATH}/attendance/arrivals`, memberCan("people.view"), async (c) => {
    const { action } = await eventIn(c, kinds);
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const id = parseId<ParticipationId>(single(values, "reply"));
    const reply = id && (await replyById(dbFor(c.var.ctx.env, c.var.group), action.no, id));
    const door = reply && doorAsked(action, reply.slots, single(values, "at"));
    if (!reply || door === null) throw new AppError("not_found");
    await note(c, action, { reply, door, isUndone: single(values, "do") === "undo" });
    const asked = { text: single(values, "text").slice(0, TEXT_MAX), shift: single(values, "shift") };
    return c.redirect(listHref(c, action, asked), 303);
  });

  app.get(`${ACTION_PATH}/check-in`, memberCan("people.view"), async (c) => {
    const subject = await eventIn(c, kinds);
    const ticket = c.req.query("ticket") ?? "";
    const reply = await replyOfTicket(c, subject.action, ticket);
    const done = reply ? doorAsked(subject.action, reply.slots, c.req.query("at") ?? "") : null;
    const newDoor = c.req.query("done") === "yes" ? done : null;
    return c.html(<CheckInPage {...(await actionFrame(c, subject))} {...{ reply, ticket, newDoor }} />);
  });

  app.post(`${ACTION_PATH}/check-in`, memberCan("people.view"), async (c) => {
    const subject = await eventIn(c, kinds);
    const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
    const ticket = single(values, "ticket");
    const reply = await replyOfTicket(c, subject.action, ticket);
    const door = reply && doorAsked(subject.action, reply.slots, single(values, "at"));
    if (!reply || reply.standing === "cancelled" || door === null)
      return c.html(
        <CheckInPage {...(await actionFrame(c, subject))} reply={null} ticket="" newDoor={null} />,
        422,
      );
    const isNew = await note(c, subject.action, { reply, door, isUndone: false });
    const query = new URLSearchParams({ ticket, at: door, ...(isNew ? { done: "yes" } : {}) });
    return c.redirect(actionHref(c.var.group, subject.action, `/check-in?${query}`), 303);
  });

  return app;
}

type Noting = { reply: Reply; door: string; isUndone: boolean };

/** Notes that somebody has come, or that they have not after all. Gives whether that was news. */
async function note(
  c: HonoContext<MemberEnv>,
  action: Action,
  { reply, door, isUndone }: Noting,
): Promise<boolean> {
  const { ctx, group, account } = c.var;
  const db = dbFor(ctx.env, group);
  const arrival = { actionNo: action.no, personNo: reply.personNo, shift: door };
  if (!isUndone) return insertAttendance(db, arrival, { by: account.no, now: ctx.now });
  await deleteAttendance(db, arrival);
  return true;
}

async function replyOfTicket(
  c: HonoContext<MemberEnv>,
  action: Action,
  ticket: string,
): Promise<Reply | null> {
  const { ctx, group } = c.var;
  const id = await readReplyToken(ctx, action, ticket, "check-in");
  return id && replyById(dbFor(ctx.env, group), action.no, id);
}

function listHref(
  c: HonoContext<MemberEnv>,
  action: Action,
  { text, shift }: { text: string; shift: string },
  after?: Reply,
): string {
  const query = new URLSearchParams({
    ...(text ? { text } : {}),
    ...(shift ? { shift } : {}),
    ...(after ? { after: after.id } : {}),
  });
  const words = query.toString();
  return actionHref(c.var.group, action, `/attendance${words ? `?${words}` : ""}`);
}
