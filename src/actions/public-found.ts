import type { Context } from "../platform/context";
import { translator } from "../ui/i18n";
import { actionPath } from "./action-path";
import { notFound, type PublicContext, type PublicPagesDeps, refuse, speak } from "./public-web";
import type { Listed } from "./served";
import { snapshotFor } from "./serving";
import type { ActionSnapshot, FormState, Kind } from "./types";

/** The action an address names. */
export type Found = { kind: Kind; snapshot: ActionSnapshot };

/**
 * The action of the address, or the answer to give in its place: nothing here, or it has moved. From here on the language
 * is the action's.
 * @param below what follows the slug, for a redirect to the present address
 */
export async function findAction(
  c: PublicContext,
  deps: Pick<PublicPagesDeps, "kinds">,
  below = "",
): Promise<Found | Response> {
  const kind = deps.kinds.find(({ path }) => path === c.req.param("kind"));
  return kind ? findActionOf(c, kind, below) : notFound(c);
}

/** The same for the addresses of one kind. */
export async function findActionOf(c: PublicContext, kind: Kind, below = ""): Promise<Found | Response> {
  const serving = await snapshotFor(c.get("ctx"), c.get("group"), kind, c.req.param("slug") ?? "");
  switch (serving.is) {
    case "absent":
      return notFound(c);
    case "moved": {
      const { search } = new URL(c.req.url);
      // 308 keeps a POST a POST, so that what was signed at the old address is signed.
      return c.redirect(
        `${actionPath(kind, serving.slug)}${below}${search}`,
        c.req.method === "GET" ? 301 : 308,
      );
    }
    case "shown":
      speak(c, serving.snapshot.action.locale);
      return { kind, snapshot: serving.snapshot };
  }
}

/** A form no one has written in yet. */
export const blank: FormState = { values: {}, errors: {} };

/** An operator's brake, on the action or on its group. */
export function isStopped({ group, action }: ActionSnapshot): boolean {
  return action.isLimited || group.status !== "active";
}

export function stopped(c: PublicContext): Promise<Response> {
  const { t } = c.var;
  return refuse(c, "gone", { title: t("public.stopped.title"), text: t("public.stopped.text") });
}

/** Where a form may end up besides here. A group's own thank-you page may redirect again, so its whole scheme is allowed. */
export function formTargets(ctx: Context, { kind, snapshot }: Found): string[] {
  const elsewhere = redirectOf(snapshot.action.settings.thanks);
  return [...(elsewhere ? [elsewhere.protocol] : []), ...(kind.sendsTo?.(ctx) ?? [])];
}

/** The page of the organiser's own that people go on to after acting; null when they go on to ours. */
export function redirectOf({
  mode,
  redirectUrl,
}: ActionSnapshot["action"]["settings"]["thanks"]): URL | null {
  if (mode !== "redirect" || !URL.canParse(redirectUrl)) return null;
  const url = new URL(redirectUrl);
  return url.protocol === "https:" || url.protocol === "http:" ? url : null;
}

/** Listed actions with their addresses; one of a kind this release does not know is left out. */
export function hrefsOf(kinds: readonly Kind[], listed: readonly Listed[]) {
  return listed.flatMap((action) => {
    const kind = kinds.find(({ name }) => name === action.kind);
    return kind ? [{ ...action, href: actionPath(kind, action.slug) }] : [];
  });
}

/** Those that one can still take part in, each with a line that says what it is, and when and where if it has a time. */
export function openOf(kinds: readonly Kind[], listed: readonly Listed[], now: number) {
  return hrefsOf(kinds, listed).flatMap((action) => {
    const kind = kinds.find(({ name }) => name === action.kind);
    if (!kind) return [];
    const what = translator(action.locale)(kind.words.name);
    if (!kind.listed || !action.facts) return [{ ...action, line: what }];
    const when = kind.listed(JSON.parse(action.facts), action.locale, now);
    return when === null ? [] : [{ ...action, line: [what, when].filter((part) => part !== "").join(" · ") }];
  });
}
