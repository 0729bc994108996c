import { Hono } from "hono";
import { notFound, type PublicContext, type PublicEnv, type PublicPagesDeps } from "../actions/public-web";
import type { Kind } from "../actions/types";
import { AppError } from "../platform/errors";
import { MAIL_PATH } from "../platform/mail-keys";
import { againPages } from "./again-pages";
import { confirmationPages } from "./confirm-pages";
import { copyOf, stale } from "./copy";
import { fillLinkFor } from "./filling";
import { leavePages } from "./leave-pages";
import { destinationOf, linkOf } from "./link";
import { withDetails } from "./one-tap";
import { preferencePages } from "./preference-pages";
import { noteReading } from "./reading";
import { webCopyPages } from "./web-copy";
import { NO_TRACES } from "./web-headers";

/** A transparent picture of one dot, 43 bytes. */
const DOT = Uint8Array.fromBase64("R0lGODlhAQABAPAAAAAAAAAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==");
const LINK = /^[1-9]\d{0,5}$/;

/** Where the links of a mailing lead, on the group's own host. No cookie, no script. */
export function mailPages({ kinds }: PublicPagesDeps): Hono<PublicEnv> {
  return new Hono<PublicEnv>()
    .get(`${MAIL_PATH}/:key/open.gif`, open)
    .route("/", leavePages())
    .route("/", preferencePages())
    .route("/", confirmationPages())
    .route("/", againPages())
    .route("/", webCopyPages())
    .get(`${MAIL_PATH}/:key/:link`, (c) => follow(c, kinds));
}

/** The same picture for everybody; counted for the key of a copy of this group. */
async function open(c: PublicContext): Promise<Response> {
  const copy = await copyOf(c);
  if (copy) noteReading(c, copy, 0);
  return new Response(DOT, {
    status: copy ? 200 : 404,
    headers: { ...NO_TRACES, "Content-Type": "image/gif", "X-Content-Type-Options": "nosniff" },
  });
}

/** Goes on to where a link of the mail leads, and nowhere else. */
async function follow(c: PublicContext, kinds: readonly Kind[]): Promise<Response> {
  const { ctx, group, origin } = c.var;
  const number = c.req.param("link") ?? "";
  if (!LINK.test(number)) return notFound(c);
  const copy = await copyOf(c);
  if (!copy) return stale(c);
  const linkNo = Number(number);
  const written = await writtenLink(c, { ...copy, linkNo });
  const href = written && (await destinationOf(written, (url) => fillLinkFor(ctx, group, copy, url)));
  if (!href) return notFound(c);
  noteReading(c, copy, linkNo);
  const there = await withDetails(ctx, group, { copy, kinds, origin }, href);
  return new Response(null, { status: 302, headers: { ...NO_TRACES, Location: there } });
}

async function writtenLink(
  c: PublicContext,
  of: { mailingNo: number; linkNo: number; isProof: boolean },
): Promise<string | null> {
  try {
    return await linkOf(c.var.ctx, c.var.group, of);
  } catch (error) {
    throw new AppError("unavailable", "links", { cause: error, retryAfterSeconds: 30 });
  }
}
