/** People without end, scattered so that no b-tree is spared, as one statement that any SQLite runs: `?1` the first number, `?2` the last. */
export const MANY_PEOPLE = `
  WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
  INSERT INTO people (group_no, person_no, id, email, given_name, family_name, postal_code, country, email_status, email_status_at, created_at)
  SELECT 1, i, randomblob(16), printf('%08x.%d@supporters.example', (i * 2654435761) & 4294967295, i),
    CASE i % 4 WHEN 0 THEN 'Amina' WHEN 1 THEN 'María José' WHEN 2 THEN 'Łukasz' ELSE 'Ingrid' END,
    CASE i % 3 WHEN 0 THEN 'Sow' WHEN 1 THEN 'Tremblay' ELSE 'Núñez' END, 'M4M 2T1', 'CA', i % 3, 1750000000000 + i * 1000, 1700000000000 + i * 1000
  FROM n`;

/** What the narrow file holds. */
export const NARROW = ["email", "givenName", "familyName", "postalCode", "country"];
export const NARROW_SQL = `
  SELECT email, given_name, family_name, postal_code, country FROM people
  WHERE group_no = 1 AND erased_at IS NULL AND merged_into IS NULL ORDER BY person_no`;
