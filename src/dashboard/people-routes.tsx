import { Hono, type Context as HonoContext } from "hono";
import { frameOf } from "../accounts/web";
import { actionHref } from "../actions/web";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { subscriptionStatus } from "../people/types";
import { normaliseEmail } from "../platform/email-address";
import { type ListedPerson, PeoplePage } from "./people-views";
import { listPeople, type PersonRow } from "./store";

const PEOPLE_PAGE_SIZE = 50;

/** The people of a group. */
export function peopleRoutes() {
  const app = new Hono<MemberEnv>();

  app.get("/groups/:group/people", memberCan("people.view"), async (c) => {
    const { ctx, t, locale, group, account } = c.var;
    const email = (c.req.query("email") ?? "").trim().slice(0, 254);
    const before = Number(c.req.query("before")) || undefined;
    const asked = email === "" ? "" : (normaliseEmail(email) ?? email);
    const found = await listPeople(dbFor(ctx.env, group), {
      email: asked,
      before,
      limit: PEOPLE_PAGE_SIZE + 1,
    });
    const page = found.slice(0, PEOPLE_PAGE_SIZE);
    return c.html(
      <PeoplePage
        {...{ t, locale, group, email }}
        frame={await frameOf(c)}
        now={ctx.now}
        timeZone={account.timeZone}
        people={page.map((row) => listed(c, row))}
        isFirstPage={before === undefined}
        next={found.length > page.length ? (page.at(-1)?.personNo ?? null) : null}
      />,
    );
  });

  return app;
}

function listed(c: HonoContext<MemberEnv>, row: PersonRow): ListedPerson {
  const statuses = ["none", "subscribed", "unsubscribed", "bounced", "complained"] as const;
  return {
    name: [row.givenName, row.familyName].filter((part) => part).join(" "),
    email: row.email ?? "",
    place: [row.locality, row.country].filter((part) => part).join(", "),
    status: statuses.find((name) => subscriptionStatus[name] === row.emailStatus) ?? "none",
    createdAt: row.createdAt,
    action:
      row.actionTitle && row.actionId
        ? { title: row.actionTitle, href: actionHref(c.var.group, { id: row.actionId }) }
        : null,
  };
}
