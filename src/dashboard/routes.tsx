import { Hono, type Context as HonoContext } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { frameOf, type WebEnv } from "../accounts/web";
import { listActions } from "../actions/action";
import type { Action, ActionStatus, Kind } from "../actions/types";
import { can } from "../groups/roles";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { groupOrigin } from "../platform/http";
import { highlightsOf } from "../reports/highlight";
import { commentRoutes } from "./comment-routes";
import { FrontPage } from "./front-views";
import { HelpPage } from "./help-views";
import { HomePage } from "./home-views";
import { ActionListPage } from "./list-views";
import { overviewRoutes } from "./overview-routes";
import { removalRoutes } from "./removal-routes";
import { searchRoutes } from "./search-routes";
import { signerRoutes } from "./signer-routes";
import { waitingComments } from "./store";
import { numbersOf, SUMMARIES_MAX } from "./summary";

/** Remembers which of one's groups one looked at last. Not a secret: it only chooses where `/` leads. */
const LAST_GROUP = "group";
const YEAR_SECONDS = 31_536_000;

/** The platform's front page, a group's home, its list of actions, and how each action goes. Mounted after groups and actions. */
export function dashboardRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();
  app.route("/", frontRoutes());

  app.get("/groups/:group", memberCan("actions.view"), async (c) => {
    const { ctx, t, locale, group, role, account } = c.var;
    const { actions, next } = await listActions(ctx, group, { limit: SUMMARIES_MAX });
    const maySeePeople = can(role, "people.view");
    const [frame, numbers, waiting, highlights] = await Promise.all([
      frameOf(c),
      numbersOf(ctx, group, actions),
      maySeePeople ? commentsOf(c, actions) : new Map<number, number>(),
      maySeePeople ? highlightsOf(ctx, group, account.no) : [],
    ]);
    rememberGroup(c, group.slug);
    return c.html(
      <HomePage
        {...{ frame, t, locale, group, actions, numbers, waiting, highlights }}
        now={ctx.now}
        timeZone={account.timeZone}
        siteUrl={groupOrigin(ctx.config, group.slug)}
        hasMore={next !== null}
        mayInvite={can(role, "members.edit")}
      />,
    );
  });

  app.get("/groups/:group/actions", memberCan("actions.view"), async (c) => {
    const { ctx, t, locale, group, account } = c.var;
    const status = statuses.find((name) => name === c.req.query("status"));
    const before = Number(c.req.query("before")) || undefined;
    const { actions, next } = await listActions(ctx, group, { status, before, limit: SUMMARIES_MAX });
    const [frame, numbers] = await Promise.all([frameOf(c), numbersOf(ctx, group, actions)]);
    return c.html(
      <ActionListPage
        {...{ frame, t, locale, group, actions, numbers, status, next }}
        now={ctx.now}
        timeZone={account.timeZone}
        isFirstPage={before === undefined}
      />,
    );
  });

  for (const routes of [searchRoutes, overviewRoutes, signerRoutes, removalRoutes, commentRoutes])
    app.route("/", routes(kinds));
  return app;
}

const statuses: readonly ActionStatus[] = ["draft", "published", "closed"];

function frontRoutes() {
  const app = new Hono<WebEnv>();
  app.get("/", async (c) => {
    const { ctx, t, locale, account } = c.var;
    if (!account)
      return c.html(<FrontPage t={t} locale={locale} canonical={`${ctx.config.PLATFORM_ORIGIN}/`} />);
    const { groups } = await frameOf(c);
    const last = getCookie(c, LAST_GROUP);
    const group = groups.find(({ slug }) => slug === last) ?? groups[0];
    return c.redirect(group ? `/groups/${group.slug}` : "/groups/new", 303);
  });

  app.get("/help", async (c) => {
    const { ctx, t, locale, account } = c.var;
    const { MAIL_FROM, isDevelopment } = ctx.config;
    const frame = account ? await frameOf(c) : null;
    return c.html(<HelpPage {...{ t, locale, frame, isDevelopment }} contact={MAIL_FROM} />);
  });
  return app;
}

function rememberGroup(c: HonoContext<MemberEnv>, slug: string): void {
  const secure = c.var.ctx.config.PLATFORM_ORIGIN.startsWith("https:");
  setCookie(c, LAST_GROUP, slug, {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    secure,
    maxAge: YEAR_SECONDS,
  });
}

/** A home without this list is still a home. */
async function commentsOf(
  c: HonoContext<MemberEnv>,
  actions: readonly Action[],
): Promise<Map<number, number>> {
  const { ctx, group } = c.var;
  const asked = actions.filter(({ status }) => status !== "draft").map(({ no }) => no);
  return waitingComments(dbFor(ctx.env, group), asked);
}
