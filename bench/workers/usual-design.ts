import type { Env } from "../../src/env";

/*
 * The design most petition pages have, on the same platform and with the same tables: each request writes the person, the identity,
 * the participation and the consent into D1, and counts the action's rows for the number on the thank-you page.
 */

export * from "./idle-objects";

const GROUP_NO = 1;
const ACTION_NO = 1;

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const d1 = env.SHARD_00;
    if (!d1) throw new Error("SHARD_00 is not bound");
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/fill") {
      await fill(d1, Number(searchParams.get("count")));
      return new Response("filled");
    }
    const form = new URLSearchParams(await request.text());
    const total = await sign(d1, form, Date.now());
    return new Response(null, { status: 303, headers: { location: `${pathname}/thanks?nth=${total}` } });
  },
};

async function sign(d1: D1Database, form: URLSearchParams, now: number): Promise<number> {
  const email = (form.get("email") ?? "").trim().toLowerCase();
  const answer = JSON.stringify(
    Object.fromEntries(
      ["givenName", "familyName", "postalCode", "country"].map((name) => [name, form.get(name)]),
    ),
  );
  const results = await d1.batch<{ n: number }>([
    d1.prepare(IDENTITY).bind(GROUP_NO, email, now),
    d1
      .prepare(PERSON)
      .bind(
        GROUP_NO,
        email,
        ACTION_NO,
        now,
        ...["givenName", "familyName", "postalCode", "country"].map((name) => form.get(name)),
      ),
    d1
      .prepare(PARTICIPATION)
      .bind(
        GROUP_NO,
        email,
        ACTION_NO,
        now,
        answer,
        form.get("comment") || null,
        form.get("isNamed") === "yes" ? 1 : 0,
        form.get("consent") === "yes" ? 1 : 2,
      ),
    d1
      .prepare("SELECT count(*) AS n FROM participations WHERE group_no = ?1 AND action_no = ?2")
      .bind(GROUP_NO, ACTION_NO),
  ]);
  return results.at(-1)?.results[0]?.n ?? 0;
}

const IDENTITY = `
  INSERT INTO identities (group_no, kind, value, person_no, acted_at)
  VALUES (?1, 1, ?2, (SELECT coalesce(max(person_no), 0) + 1 FROM people WHERE group_no = ?1), ?3)
  ON CONFLICT DO NOTHING`;

const PERSON_NO = "(SELECT person_no FROM identities WHERE group_no = ?1 AND kind = 1 AND value = ?2)";

const PERSON = `
  INSERT INTO people (group_no, person_no, id, email, given_name, given_name_at, family_name, family_name_at, postal_code,
    postal_code_at, country, country_at, first_action_no, created_at)
  VALUES (?1, ${PERSON_NO}, randomblob(16), ?2, ?5, ?4, ?6, ?4, ?7, ?4, ?8, ?4, ?3, ?4)
  ON CONFLICT (group_no, person_no) DO UPDATE SET given_name = excluded.given_name, family_name = excluded.family_name`;

const PARTICIPATION = `
  INSERT INTO participations (group_no, person_no, action_no, nth, id, acted_at, revised_at, answer, comment, comment_status, is_named, consent, wording_hash)
  VALUES (?1, ${PERSON_NO}, ?3, 0, randomblob(16), ?4, ?4, ?5, ?6, iif(?6 IS NULL, 0, 1), ?7, ?8, x'00112233aabbccdd')
  ON CONFLICT (group_no, person_no, action_no, nth) DO UPDATE SET revised_at = ?4, answer = ?5`;

/** People who signed before: what is counted on every request. */
async function fill(d1: D1Database, count: number): Promise<void> {
  const series = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;
  await d1.batch([
    d1.prepare(`${series} INSERT INTO identities (group_no, kind, value, person_no, acted_at)
      SELECT ${GROUP_NO}, 1, 'standing-' || i || '@supporters.example', i, 1 FROM n`),
    d1.prepare(`${series} INSERT INTO people (group_no, person_no, id, email, created_at)
      SELECT ${GROUP_NO}, i, randomblob(16), 'standing-' || i || '@supporters.example', 1 FROM n`),
    d1.prepare(`${series} INSERT INTO participations (group_no, person_no, action_no, nth, id, acted_at, revised_at, answer, is_named)
      SELECT ${GROUP_NO}, i, ${ACTION_NO}, 0, randomblob(16), 1, 1, '{}', 1 FROM n`),
  ]);
}
