import { pageCount } from "../actions/count";
import type { Kind } from "../actions/kind";
import { blank, type Found, findActionOf, isStopped, stopped } from "../actions/public-found";
import {
  type PublicContext,
  type PublicPagesDeps,
  privatePage,
  refuse,
  refuseForeignOrigin,
} from "../actions/public-web";
import type { ActionSnapshot, FormState } from "../actions/types";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import { drainNow, intakeTarget } from "../intake/participation";
import type { Context } from "../platform/context";
import { AppError } from "../platform/errors";
import { type FormValues, readForm, single } from "../platform/forms";
import { calendarEntries } from "./calendar";
import { readFields } from "./form-views";
import { checkInUrl, readReplyToken, replyToken, revisedReply } from "./reply";
import { RsvpPage, type RsvpPageProps } from "./rsvp-views";
import { type Reply, replyById } from "./store";
import { calendarPath } from "./thanks-views";
import { isOver } from "./times";
import { type OwnReply, ownAnswer } from "./types";

const BYTES_MAX = 10_000;
const TRY_AGAIN_SECONDS = 5;

type Done = RsvpPageProps["done"];
const dones = ["changed", "cancelled", "returned"] as const;

/** `GET /events/:slug/rsvp?me=…`: what one person has replied. Reading it changes nothing, whoever follows the link. */
export async function showReply(c: PublicContext, kind: Kind, deps: PublicPagesDeps): Promise<Response> {
  const mine = await findReply(c, kind);
  if (mine instanceof Response) return mine;
  const done = dones.find((name) => name === c.req.query("done")) ?? null;
  return replyPage(c, deps, mine, { form: blank, done, status: 200 });
}

/** `POST` of the same address: other guests, other shifts, or no longer coming. */
export async function changeReply(c: PublicContext, kind: Kind, deps: PublicPagesDeps): Promise<Response> {
  refuseForeignOrigin(c.req.raw);
  const mine = await findReply(c, kind);
  if (mine instanceof Response) return mine;
  const { ctx, t } = c.var;
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  if (isOver(mine.snapshot, ctx.now))
    return replyPage(c, deps, mine, { form: blank, done: null, status: 200 });
  const change = changeOf(c, mine, values);
  if ("errors" in change)
    return replyPage(c, deps, mine, { form: { values, errors: change.errors }, done: null, status: 422 });
  const revised = revisedReply(mine.snapshot, mine.reply, change.own);
  const { outcome } = await deps.takeAction(ctx, mine.snapshot, kind, revised, c.req.raw);
  if (outcome === "full") {
    const { guests = 0 } = change.own;
    const field = guests > mine.reply.own.guests ? "guests" : "shift";
    const errors = { [field]: t("events.rsvp.full") };
    return replyPage(c, deps, mine, { form: { values, errors }, done: null, status: 422 });
  }
  const target = intakeTarget(mine.snapshot, kind);
  await drainNow(ctx, target).catch((error: unknown) => ctx.log.error("rsvp.drain", error));
  const me = encodeURIComponent(c.req.query("me") ?? "");
  return c.redirect(`/events/${mine.snapshot.action.slug}/rsvp?me=${me}&done=${change.done}`, 303);
}

type Mine = Found & { reply: Reply };

/** The reply that the link of the address is about, or the answer to give in its place. */
async function findReply(c: PublicContext, kind: Kind): Promise<Mine | Response> {
  const found = await findActionOf(c, kind, "/rsvp");
  if (found instanceof Response) return found;
  const { ctx, group } = c.var;
  if (isStopped(found.snapshot)) return stopped(c);
  const { action } = found.snapshot;
  const reply = await replyOfLink(ctx, group, found.snapshot, kind, c.req.query("me") ?? "");
  return reply ? { ...found, reply } : staleLink(c, action.slug);
}

/** The reply that somebody's own link is about; null when the link is none, or the reply is gone. Throws `unavailable`. */
export async function replyOfLink(
  ctx: Context,
  group: Group,
  snapshot: ActionSnapshot,
  kind: Kind,
  token: string,
): Promise<Reply | null> {
  const { action } = snapshot;
  const id = await readReplyToken(ctx, action, token, "rsvp");
  if (id === null) return null;
  try {
    const db = dbFor(ctx.env, group);
    const stored = await replyById(db, action.no, id);
    if (stored) return stored;
    // Somebody who has just replied may be here before their reply is in the database.
    await drainNow(ctx, intakeTarget(snapshot, kind));
    return await replyById(db, action.no, id);
  } catch (error) {
    throw new AppError("unavailable", "shard", { retryAfterSeconds: TRY_AGAIN_SECONDS, cause: error });
  }
}

/** Whether somebody has a place, and so may know what is for attendees alone. */
export function isComing({ standing }: Reply): boolean {
  return standing !== "waiting" && standing !== "cancelled";
}

function staleLink(c: PublicContext, slug: string): Promise<Response> {
  const { t } = c.var;
  return refuse(c, "not_found", {
    title: t("events.rsvp.staleTitle"),
    text: t("events.rsvp.staleText"),
    next: { href: `/events/${slug}`, words: t("events.rsvp.toEvent") },
  });
}

type Change = { own: Partial<OwnReply>; done: NonNullable<Done> } | { errors: Record<string, string> };

function changeOf(c: PublicContext, { snapshot, reply }: Mine, values: FormValues): Change {
  if (single(values, "do") === "cancel")
    return { own: { ...reply.own, isCancelled: true }, done: "cancelled" };
  const { t, ctx } = c.var;
  const read = readFields({ t, ctx, snapshot, values }, reply.own.shifts);
  if (read.is === "invalid") return { errors: read.errors };
  return { own: ownAnswer.parse(read.own), done: single(values, "do") === "return" ? "returned" : "changed" };
}

async function replyPage(
  c: PublicContext,
  deps: PublicPagesDeps,
  { kind, snapshot, reply }: Mine,
  shown: { form: FormState; done: Done; status: number },
): Promise<Response> {
  const { ctx, group, t, origin } = c.var;
  const { action } = snapshot;
  const { slots } = reply;
  const isAttendee = isComing(reply);
  const page = (
    <RsvpPage
      {...{ t, kind, snapshot, origin, reply, form: shown.form, done: shown.done }}
      platformOrigin={ctx.config.PLATFORM_ORIGIN}
      count={await pageCount(ctx, snapshot, kind, deps.askCount)}
      now={ctx.now}
      isComing={isAttendee}
      entries={calendarEntries(snapshot, `${origin}/events/${action.slug}`, { isAttendee, slots })}
      calendarFile={calendarPath(action.slug, await replyToken(ctx, action, reply.id, "rsvp"))}
      ticketUrl={await checkInUrl(ctx, group, action, reply.id)}
    />
  );
  return privatePage(group, page, { status: shown.status, style: kind.style });
}
