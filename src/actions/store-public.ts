import { and, desc, eq, isNull, sql } from "drizzle-orm";
import type { GroupDb } from "../groups/shard";
import type { Listed } from "./served";
import { actions, actionTranslations } from "./tables";

/** Actions a group's page and its sitemap name. */
const LISTED_MAX = 100;

// The little of the settings that a list says of what has a time.
const factsOfTimed = sql<
  string | null
>`iif(coalesce(${actions.settings} ->> '$.startsAt', '') = '', NULL, json_object(
  'startsAt', ${actions.settings} ->> '$.startsAt', 'startsTwice', ${actions.settings} ->> '$.startsTwice',
  'endsAt', ${actions.settings} ->> '$.endsAt', 'endsTwice', ${actions.settings} ->> '$.endsTwice',
  'cancelled', json(${actions.settings} -> '$.cancelled'), 'timeZone', ${actions.settings} ->> '$.timeZone', 'where', ${actions.settings} ->> '$.where',
  'place', json_object('locality', ${actions.settings} ->> '$.place.locality', 'region', ${actions.settings} ->> '$.place.region')))`;

/** Published actions, the newest first, without their settings: a story can be two hundred times as long as its title. */
export async function listPublished({ groupNo, db }: GroupDb): Promise<Listed[]> {
  return db
    .select({
      id: actions.id,
      kind: actions.kind,
      slug: actions.slug,
      title: actions.title,
      locale: actions.locale,
      setNo: actionTranslations.setNo,
      publishedAt: actions.publishedAt,
      updatedAt: actions.updatedAt,
      facts: factsOfTimed,
    })
    .from(actions)
    .leftJoin(
      actionTranslations,
      and(eq(actionTranslations.groupNo, actions.groupNo), eq(actionTranslations.actionNo, actions.actionNo)),
    )
    .where(
      and(
        eq(actions.groupNo, groupNo),
        eq(actions.status, "published"),
        isNull(actions.limitedAt),
        isNull(actions.api),
        // What its kind keeps out of lists: private ones, and those that another action's page lists.
        sql`NOT coalesce(${actions.settings} ->> '$.isPrivate', 0) AND ${actions.settings} ->> '$.campaignNo' IS NULL`,
      ),
    )
    .orderBy(desc(actions.publishedAt), desc(actions.actionNo))
    .limit(LISTED_MAX);
}
