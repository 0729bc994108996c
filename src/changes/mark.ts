/**
 * SQL for the mark that a statement of a drain's batch leaves in the rows it makes; `?1` is the group. It tells the triggers that the
 * batch itself says what it stored, and which rows are of this batch. Of a group without a feed it is 0.
 */
export const MARK = `coalesce((SELECT 4 * (coalesce((SELECT max(c.change_no) FROM changes c WHERE c.group_no = ?1), 0) + 1)
    FROM change_feeds WHERE group_no = ?1), 0)`;

/** SQL for the same mark in a row that was there: 2 more where another batch made it, and never what it was before. */
export const marked = (table: string) =>
  `mark = iif(${table}.mark / 4 = excluded.mark / 4, ${table}.mark + 1 - 2 * (${table}.mark & 1), excluded.mark + 2)`;

/** What `page` says of a row, added up. */
export const BITS = { isNew: 1, isNewPerson: 2 } as const;
