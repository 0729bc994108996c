import { Hono } from "hono";
import type { Kind } from "../actions/types";
import { ACTION_PATH, actionFrame, actionIn } from "../actions/web";
import { dbFor } from "../groups/shard";
import { type MemberEnv, memberCan } from "../groups/web";
import { callsByTarget } from "./store";
import { CallsPage } from "./views";

/** Calls per target and outcome. */
export function callRoutes(kinds: readonly Kind[]) {
  const app = new Hono<MemberEnv>();
  const own = kinds.filter(({ name }) => name === "call");

  app.get(`${ACTION_PATH}/calls`, memberCan("people.view"), async (c) => {
    const subject = await actionIn(c, own);
    const { ctx, group } = c.var;
    const [frame, targets] = await Promise.all([
      actionFrame(c, subject),
      callsByTarget(dbFor(ctx.env, group), subject.action.no),
    ]);
    return c.html(<CallsPage {...frame} targets={targets} />);
  });

  return app;
}
