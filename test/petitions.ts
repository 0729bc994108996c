import { and, eq } from "drizzle-orm";
import { createDraft } from "../src/actions/action";
import { buildSnapshot, prepareAnswers, writeSnapshot } from "../src/actions/publication";
import { actionByNo } from "../src/actions/store";
import { actionSlugs, actions } from "../src/actions/tables";
import type { Action, ActionSnapshot } from "../src/actions/types";
import { dbFor } from "../src/groups/shard";
import type { Group } from "../src/groups/types";
import { petition } from "../src/petitions/petition";
import { type PetitionSettings, petitionSettings } from "../src/petitions/types";
import { contextOf } from "./groups";
import { world } from "./world";

type Changes = Partial<Pick<Action, "title" | "slug" | "locale" | "status" | "limitedAt">> & {
  settings?: Partial<PetitionSettings>;
};

/** A petition of a group in the state wanted, public unless it is a draft. */
export async function makePetition(group: Group, { settings, ...changes }: Changes = {}): Promise<Action> {
  const ctx = contextOf();
  const db = dbFor(ctx.env, group);
  const title = changes.title ?? world.petition.title;
  const draft = await createDraft(ctx, group, petition, { title, by: 1 });
  if (!draft) throw new Error("no draft was made");
  if (changes.slug)
    await db.db
      .insert(actionSlugs)
      .values({ groupNo: group.no, kind: "petition", slug: changes.slug, actionNo: draft.no });
  await changePetition(group, draft.no, {
    status: "published",
    publishedAt: 1_700_000_000_000,
    ...changes,
    settings: petitionSettings.parse({
      ...draft.settings,
      targets: world.petition.targets,
      ask: world.petition.ask,
      descriptionHtml: "<p>On an ordinary morning, <strong>1,200 cars</strong> pass the gate.</p>",
      ...settings,
    }),
  });
  const action = await actionByNo(db, draft.no);
  if (!action) throw new Error("the petition is gone");
  await prepareAnswers(ctx, db, action);
  await writeSnapshot(ctx, db, action.no);
  return action;
}

/** Changes columns of a petition behind the back of everything that serves it. */
export async function changePetition(
  group: Group,
  no: number,
  changes: Partial<typeof actions.$inferInsert>,
): Promise<void> {
  const { db } = dbFor(contextOf().env, group);
  await db
    .update(actions)
    .set(changes)
    .where(and(eq(actions.groupNo, group.no), eq(actions.actionNo, no)));
}

/** What its page is made from. */
export async function snapshotOf(group: Group, action: Action): Promise<ActionSnapshot> {
  const ctx = contextOf();
  const stored = await buildSnapshot(ctx, dbFor(ctx.env, group), action);
  return {
    ...stored,
    action: { ...stored.action, settings: petition.settings.parse(stored.action.settings) },
    group,
  };
}
