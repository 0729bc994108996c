import type { GroupDb } from "../groups/shard";
import type { Context } from "../platform/context";
import { newId } from "../platform/ids";
import * as store from "./store-topics";
import { TOPICS_MAX, type TopicId } from "./types";

export type { Topic } from "./store-topics";

/** What a group writes about, in its order: those not archived. */
export async function topicsOf(db: GroupDb): Promise<store.Topic[]> {
  return (await store.selectTopics(db)).filter(({ archivedAt }) => archivedAt === null);
}

/** Those archived too, for the page where they are kept. */
export function allTopics(db: GroupDb): Promise<store.Topic[]> {
  return store.selectTopics(db);
}

export function topicByNo(db: GroupDb, no: number): Promise<store.Topic | null> {
  return store.selectTopic(db, no);
}

/** What a mailing is about; null for one of no topic. */
export function topicOfMailing(db: GroupDb, mailingNo: number): Promise<store.Topic | null> {
  return store.selectTopicOfMailing(db, mailingNo);
}

/** What a topic is called in a language. */
export function topicName({ name, names }: Pick<store.Topic, "name" | "names">, locale: string): string {
  return names[locale] || name;
}

type Written = Pick<store.Topic, "name" | "description" | "names">;

/** Adds a topic at the end of the list. */
export async function addTopic(
  ctx: Pick<Context, "now">,
  db: GroupDb,
  topic: Written,
): Promise<"added" | "taken" | "too_many"> {
  if (await store.insertTopic(db, { ...topic, id: newId<TopicId>() }, ctx.now, TOPICS_MAX)) return "added";
  return (await store.selectTopics(db)).length >= TOPICS_MAX ? "too_many" : "taken";
}

export async function saveTopic(db: GroupDb, no: number, topic: Written): Promise<"saved" | "taken"> {
  return (await store.updateTopic(db, no, topic)) ? "saved" : "taken";
}

/** Archived, a topic is offered to nobody; who refused it still gets none of its mails. */
export function archiveTopic(ctx: Pick<Context, "now">, db: GroupDb, no: number): Promise<void> {
  return store.archiveTopic(db, no, ctx.now);
}

/** Offers it again, unless another has its name by now. */
export async function restoreTopic(db: GroupDb, no: number): Promise<"restored" | "taken"> {
  const all = await store.selectTopics(db);
  const name = all.find((topic) => topic.no === no)?.name.toLowerCase();
  if (all.some((topic) => topic.archivedAt === null && topic.no !== no && topic.name.toLowerCase() === name))
    return "taken";
  await store.archiveTopic(db, no, null);
  return "restored";
}

/** Moves a topic one place towards the top. Nothing happens to the first. */
export async function raiseTopic(db: GroupDb, no: number): Promise<void> {
  const numbers = (await topicsOf(db)).map((topic) => topic.no);
  const at = numbers.indexOf(no);
  const above = numbers[at - 1];
  if (at < 1 || above === undefined) return;
  await store.orderTopics(db, numbers.with(at - 1, no).with(at, above));
}

/** By topic: the people who do not want it, and the mailings it has had. */
export async function topicNumbers(
  db: GroupDb,
): Promise<{ refusals: Map<number, number>; mailings: Map<number, number> }> {
  const [refusals, mailings] = await Promise.all([store.countRefusals(db), store.countMailings(db)]);
  return { refusals, mailings };
}

/** The topics a person does not want. */
export function refusedTopics(db: GroupDb, personNo: number): Promise<Set<number>> {
  return store.selectRefused(db, personNo);
}
