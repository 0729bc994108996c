/*
 * A person's numbers: their own, and those of whoever was merged into them. What was sent to one of those stays under the number
 * it was sent to, since totals of mailings and keys in mails name it. ?1 is the group.
 */

/**
 * All numbers of a person, as the rows `no` of a statement. A person who was never merged has one.
 * @param person an SQL expression for their number
 */
export function numbersOf(person: string): string {
  return `SELECT ${person} AS no UNION ALL SELECT was.person_no FROM merged_people was WHERE was.group_no = ?1 AND was.root_no = ${person}`;
}

/**
 * The number of whom somebody turned out to be, after however many merges; their own where they were never merged.
 * @param person an SQL expression for their number
 */
export function rootOf(person: string): string {
  return `coalesce((SELECT was.root_no FROM merged_people was WHERE was.group_no = ?1 AND was.person_no = ${person}), ${person})`;
}

/** Whether something is said under one of a person's numbers. @param rows a `SELECT` for the number that `no` gives it */
export function existsUnderNumbers(person: string, rows: (no: string) => string): string {
  return `(EXISTS (${rows(person)}) OR EXISTS (SELECT 1 FROM merged_people was WHERE was.group_no = ?1 AND was.root_no = ${person}
    AND EXISTS (${rows("was.person_no")})))`;
}
