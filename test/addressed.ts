import { and, eq } from "drizzle-orm";
import { createDraft } from "../src/actions/action";
import { prepareAnswers, writeSnapshot } from "../src/actions/publication";
import { actionByNo } from "../src/actions/store";
import { actions } from "../src/actions/tables";
import type { Kind } from "../src/actions/types";
import { dbFor } from "../src/groups/shard";
import { publishSite } from "../src/groups/tenant";
import { contextOf, makeGroup } from "./groups";
import { publicSite } from "./public-site";

/** A group with one live action that is addressed to somebody, and the pages that serve it. */
export async function makeAddressed(kind: Kind, settings: Record<string, unknown>, title = "The night bus") {
  const ctx = contextOf();
  const { group, host } = await makeGroup();
  const db = dbFor(ctx.env, group);
  const draft = await createDraft(ctx, group, kind, { title, by: 1 });
  if (!draft) throw new Error("no draft was made");
  await db.db
    .update(actions)
    .set({
      status: "published",
      publishedAt: 1,
      settings: kind.settings.parse({ ...draft.settings, ...settings }),
    })
    .where(and(eq(actions.groupNo, group.no), eq(actions.actionNo, draft.no)));
  const action = await actionByNo(db, draft.no);
  if (!action) throw new Error("the action is gone");
  await prepareAnswers(ctx, db, action);
  await kind.extra?.(ctx, db, action);
  await writeSnapshot(ctx, db, action.no);
  await publishSite(ctx, group);
  const site = publicSite(ctx.env, [kind]);
  return { ...site, group, db, action, host, url: `http://${host}:8787/${kind.path}/${action.slug}` };
}

/** Someone in Beverly Hills, where three congressional districts meet. */
export const inBeverlyHills = {
  ...{ givenName: "Amina", familyName: "Sow", email: "amina@supporters.example" },
  ...{ postalCode: "90210", country: "US" },
};
