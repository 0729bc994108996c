import type { Context as HonoContext } from "hono";
import { type MemberEnv, memberFrame } from "../groups/web";
import type { FlashMessage } from "../ui/flash";
import type { Locale, T } from "../ui/i18n";

export const CONNECTIONS_PATH = "/groups/:group/integrations/connections";

export type PageFrame = {
  t: T;
  locale: Locale;
  frame: Awaited<ReturnType<typeof memberFrame>>;
  /** The page of connections. */
  base: string;
  slug: string;
  now: number;
  timeZone: string;
  flash?: FlashMessage | undefined;
};

/** What every page about connections shows around it. */
export async function pageFrame(c: HonoContext<MemberEnv>, flash?: FlashMessage): Promise<PageFrame> {
  const { ctx, t, locale, group, account } = c.var;
  return {
    ...{ t, locale, flash },
    frame: await memberFrame(c),
    base: connectionsHref(group.slug),
    slug: group.slug,
    now: ctx.now,
    timeZone: account.timeZone,
  };
}

export function connectionsHref(slug: string): string {
  return `/groups/${slug}/integrations/connections`;
}
