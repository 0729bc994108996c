import { recordAct } from "../groups/audit";
import { dbFor, type GroupDb } from "../groups/shard";
import type { Group } from "../groups/types";
import { ensureTags, listTags, TAGS_MAX, tagNames, tagNosOf, tagPeople, untagPeople } from "../people/tag";
import { listWorks, type Step, startWork, type Work } from "../people/work";
import type { Context } from "../platform/context";
import { countAudience, fixAudience, peopleOf } from "./audience";
import { audienceSchema, type SavedAudience } from "./types";

const TAGGING_WORK = "audience.tag";
/** People of one step: their taggings are two statements of some ten milliseconds. */
const PAGE_MAX = 1_000;

export const taggingActs = ["give", "take"] as const;
export type TaggingAct = (typeof taggingActs)[number];

/**
 * Gives a tag to everybody who is of an audience now, or takes it from them; behind, step by step. Whoever comes later gets none.
 * @param text the tag, by its name; one that is not there yet is made when it is given
 * @returns "one" when the text is no name of one tag, "unknown" when there is none to take, "full" when the group has too many
 */
export async function startTagging(
  ctx: Context,
  group: Group,
  saved: SavedAudience,
  { text, act, by }: { text: string; act: TaggingAct; by: number },
): Promise<"started" | "one" | "unknown" | "full"> {
  const db = dbFor(ctx.env, group);
  const [name, ...others] = tagNames(text);
  if (name === undefined || others.length > 0) return "one";
  const isKnown = (await tagNosOf(db, [name])).length > 0;
  if (!isKnown && act === "take") return "unknown";
  if (!isKnown && (await listTags(db)).length >= TAGS_MAX) return "full";
  const [tagNo] = await ensureTags(db, [name], ctx.now);
  if (tagNo === undefined) return "one";
  const audience = await fixAudience(ctx, db, saved.audience);
  const { count, isWhole } = await countAudience(ctx, db, saved.audience);
  await recordAct(ctx, {
    ...{ groupNo: group.no, accountNo: by, act: act === "give" ? "audience.tagged" : "audience.untagged" },
    ...{ subject: saved.id, detail: { name: saved.name, tag: name } },
  });
  await startWork(ctx, db, {
    ...{ sort: TAGGING_WORK, subject: saved.no, startedBy: by, totalCount: isWhole ? count : null },
    detail: { audience, tag: name, act },
  });
  return "started";
}

/** What is being tagged behind for an audience. */
export async function taggingsOf(db: GroupDb, saved: Pick<SavedAudience, "no">): Promise<Work[]> {
  return (await listWorks(db, [TAGGING_WORK])).filter(({ subject }) => subject === saved.no);
}

/** The next people of the audience. Done twice it is the same; a tag that was renamed or merged meanwhile is what it became. */
const step: Step = async (ctx, group, work) => {
  const db = dbFor(ctx.env, group);
  const audience = audienceSchema.parse(work.detail.audience);
  const [tagNo] = await tagNosOf(db, [String(work.detail.tag)]);
  if (tagNo === undefined) return { cursor: work.cursor + 1, done: 0, isOver: true };
  const people = await peopleOf(ctx, db, audience, { after: work.cursor, limit: PAGE_MAX });
  if (work.detail.act === "give") await tagPeople(db, tagNo, people, ctx.now);
  else await untagPeople(db, tagNo, people);
  const cursor = people.at(-1) ?? work.cursor + 1;
  return { cursor, done: people.length, isOver: people.length < PAGE_MAX };
};

export const taggingSteps: Readonly<Record<string, Step>> = { [TAGGING_WORK]: step };
