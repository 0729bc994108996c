import type { Kind } from "../actions/kind";
import { type Found, findActionOf, isStopped, stopped } from "../actions/public-found";
import { type PublicContext, privatePage, refuse, refuseForeignOrigin } from "../actions/public-web";
import { dbFor } from "../groups/shard";
import { AppError } from "../platform/errors";
import { readForm, single } from "../platform/forms";
import { type ParticipationId, parseId } from "../platform/ids";
import { readHostKey } from "./host-link";
import { HostPage } from "./host-views";
import { doorAsked } from "./shifts";
import { countHeads, listReplies, REPLIES_PAGE, replyById } from "./store";
import { deleteAttendance, insertAttendance } from "./store-arrivals";
import { hostingById } from "./store-hostings";
import { eventSettings } from "./types";

const BYTES_MAX = 10_000;
const TEXT_MAX = 100;
/** Whoever has no account. */
const NOBODY = 0;

/** `GET /events/:slug/host?key=…`: who comes, for the supporter whose offer became this event. Reading changes nothing. */
export async function showHost(c: PublicContext, kind: Kind): Promise<Response> {
  const hosted = await hostedBy(c, kind);
  return hosted instanceof Response ? hosted : hostPage(c, hosted);
}

/** `POST` of the same address: somebody has come, or has not after all. */
export async function checkIn(c: PublicContext, kind: Kind): Promise<Response> {
  refuseForeignOrigin(c.req.raw);
  const hosted = await hostedBy(c, kind);
  if (hosted instanceof Response) return hosted;
  const { ctx, group } = c.var;
  const { action } = hosted.snapshot;
  const { values } = await readForm(c.req.raw, { bytesMax: BYTES_MAX });
  const db = dbFor(ctx.env, group);
  const id = parseId<ParticipationId>(single(values, "reply"));
  const reply = id && (await replyById(db, action.no, id));
  const door = reply && doorAsked(action, reply.slots, single(values, "at"));
  if (!reply || reply.standing === "cancelled" || door === null) throw new AppError("not_found");
  const arrival = { actionNo: action.no, personNo: reply.personNo, shift: door };
  if (single(values, "do") === "undo") await deleteAttendance(db, arrival);
  else await insertAttendance(db, arrival, { by: NOBODY, now: ctx.now });
  return c.redirect(addressOf(c, action.slug, { text: single(values, "text") }), 303);
}

/** The event of the address, if its key is that of whoever hosts it now. */
async function hostedBy(c: PublicContext, kind: Kind): Promise<Found | Response> {
  const found = await findActionOf(c, kind, "/host");
  if (found instanceof Response) return found;
  if (isStopped(found.snapshot)) return stopped(c);
  const { ctx, group, t } = c.var;
  const { action } = found.snapshot;
  const id = await readHostKey(ctx, action, c.req.query("key") ?? "");
  const { campaignNo } = eventSettings.parse(action.settings);
  const offer = id && campaignNo !== null ? await hostingById(dbFor(ctx.env, group), campaignNo, id) : null;
  // An offer that was withdrawn, removed or erased hosts nothing any more.
  if (offer?.state === "approved" && offer.actionNo === action.no) return found;
  return refuse(c, "not_found", {
    title: t("events.rsvp.staleTitle"),
    text: t("events.host.stale"),
    next: { href: `/events/${action.slug}`, words: t("events.rsvp.toEvent") },
  });
}

async function hostPage(c: PublicContext, { kind, snapshot }: Found): Promise<Response> {
  const { ctx, group, t, locale } = c.var;
  const { action } = snapshot;
  const db = dbFor(ctx.env, group);
  const text = (c.req.query("text") ?? "").slice(0, TEXT_MAX);
  const after = parseId<ParticipationId>(c.req.query("after") ?? "") ?? undefined;
  const [heads, found] = await Promise.all([
    countHeads(db, action.no),
    listReplies(db, action.no, { after, text, limit: REPLIES_PAGE + 1, isByNameAlone: true }),
  ]);
  const replies = found.slice(0, REPLIES_PAGE);
  const last = found.length > REPLIES_PAGE ? replies.at(-1) : undefined;
  const page = (
    <HostPage
      {...{ t, locale, kind, snapshot, replies, heads, text }}
      platformOrigin={ctx.config.PLATFORM_ORIGIN}
      hostKey={c.req.query("key") ?? ""}
      next={last ? addressOf(c, action.slug, { text, after: last.id }) : null}
    />
  );
  return privatePage(group, page, { style: kind.style });
}

function addressOf(
  c: PublicContext,
  slug: string,
  { text, after }: { text: string; after?: string },
): string {
  const query = new URLSearchParams({
    key: c.req.query("key") ?? "",
    ...(text ? { text: text.slice(0, TEXT_MAX) } : {}),
    ...(after ? { after } : {}),
  });
  return `/events/${slug}/host?${query}`;
}
