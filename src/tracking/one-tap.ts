import { carry } from "../actions/carry";
import { type Kind, standardFields } from "../actions/types";
import { dbFor } from "../groups/shard";
import type { Group } from "../groups/types";
import type { Context } from "../platform/context";
import type { MailCopy } from "../platform/mail-keys";
import { within } from "./patience";
import { selectDetails } from "./store-details";

/** Whoever follows a link wants the page; without their details it has a form to fill in, and works. */
const DETAILS_MS = 1_000;

type From = { copy: MailCopy; kinds: readonly Pick<Kind, "path">[]; origin: string };

/**
 * The address of an action of the group with the details of whoever got the mail, so that taking part is one tap; any other
 * address as it is. Nothing is done by following it: the page asks for the tap, which a program that opens links does not give.
 */
export async function withDetails(
  ctx: Context,
  group: Group,
  { copy, kinds, origin }: From,
  href: string,
): Promise<string> {
  const url = new URL(href);
  const [, path = "", slug = ""] = /^\/([a-z-]+)\/([a-z0-9-]+)\/?$/.exec(url.pathname) ?? [];
  const isAction = url.origin === origin && slug !== "" && kinds.some((kind) => kind.path === path);
  // A test mail is made for somebody it does not go to.
  if (!isAction || copy.isProof || url.searchParams.has("carry")) return href;
  try {
    const details = await within(DETAILS_MS, selectDetails(dbFor(ctx.env, group), copy.personNo));
    if (!details) return href;
    const said = Object.fromEntries(
      standardFields.flatMap((name) => (details[name] ? [[name, details[name]]] : [])),
    );
    url.searchParams.set("carry", await carry(ctx, group, { email: details.email, said }));
    return url.href;
  } catch (error) {
    ctx.log.error("links.no_details", error, { groupNo: group.no });
    return href;
  }
}
