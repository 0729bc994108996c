/*
 * The least that must be done to get the same rows into the same tables: everyone is new, the caller numbers them, and nothing is
 * looked up, compared or answered.
 */

/** The rows as the drain gets them, each with a person's number. */
export function barePage(rows: string[], firstPersonNo: number): string {
  return `[${rows.map((row, index) => `{"p":${firstPersonNo + index + 1},${row.slice(1)}`).join(",")}]`;
}

export async function storeBare(
  d1: D1Database,
  groupNo: number,
  actionNo: number,
  page: string,
): Promise<void> {
  await d1.batch([
    d1.prepare(IDENTITIES).bind(groupNo, page),
    d1.prepare(PEOPLE).bind(groupNo, page, actionNo),
    d1.prepare(PARTICIPATIONS).bind(groupNo, page, actionNo),
  ]);
}

const IDENTITIES = `
  INSERT INTO identities (group_no, kind, value, person_no, acted_at)
  SELECT ?1, 1, j.value ->> 'e', j.value ->> 'p', j.value ->> 't' FROM jsonb_each(?2) j`;

const PEOPLE = `
  INSERT INTO people (group_no, person_no, id, email, given_name, given_name_at, family_name, family_name_at, postal_code,
    postal_code_at, country, country_at, language, language_at, email_status, email_status_at, email_status_cause,
    first_action_no, created_at)
  SELECT ?1, j.value ->> 'p', substr(unhex(j.value ->> 'i'), 1, 9) || randomblob(7), j.value ->> 'e',
    j.value ->> '$.o.givenName', j.value ->> 't', j.value ->> '$.o.familyName', j.value ->> 't',
    j.value ->> '$.o.postalCode', j.value ->> 't', j.value ->> '$.o.country', j.value ->> 't',
    j.value ->> 'la', j.value ->> 't', j.value ->> 'co', iif(j.value ->> 'co' = 1, j.value ->> 't', NULL), 'action',
    ?3, j.value ->> 't'
  FROM jsonb_each(?2) j`;

const PARTICIPATIONS = `
  INSERT INTO participations (group_no, person_no, action_no, nth, id, acted_at, revised_at, answer, comment,
    comment_status, is_named, source, referrer, consent, wording_hash)
  SELECT ?1, j.value ->> 'p', ?3, j.value ->> 'n', unhex(j.value ->> 'i'), j.value ->> 't', j.value ->> 't',
    j.value -> 'o', j.value ->> 'cm', coalesce(j.value ->> 'cs', 0), j.value ->> 'nm', j.value ->> 's', j.value ->> 'rf',
    j.value ->> 'co', unhex(j.value ->> 'w')
  FROM jsonb_each(?2) j`;
