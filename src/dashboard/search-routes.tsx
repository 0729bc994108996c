import { Hono } from "hono";
import type { Kind } from "../actions/types";
import { type MemberEnv, memberCan, memberFrame } from "../groups/web";
import { cleanLine } from "../platform/clean-text";
import { placesNamed, placesOf } from "./places";
import { findThings, SEARCH_MAX } from "./search";
import { FoundList, SearchPage } from "./search-views";

/** Finds what a group has and where one can go. With `part=found` the list alone, for the dialog and the script that searches while one types. */
export function searchRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();
  app.get("/groups/:group/search", memberCan("actions.view"), async (c) => {
    const { ctx, t, locale, group, role, account } = c.var;
    const text = cleanLine(c.req.query("q") ?? "").slice(0, SEARCH_MAX);
    const isPart = c.req.query("part") === "found";
    const reader = { t, slug: group.slug, role, kinds };
    const found = {
      ...{ t, locale, kinds, text, slug: group.slug },
      places: placesNamed(placesOf(reader), text),
      things: await findThings(ctx, group, { role, accountNo: account.no }, text),
    };
    return c.html(isPart ? <FoundList {...found} /> : <SearchPage {...found} frame={await memberFrame(c)} />);
  });
  return app;
}
