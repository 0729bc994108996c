/**
 * Why a person gets no mailing now, as SQL: the codes of `leftOutReasons` (mailings/types.ts), null for whoever may be mailed.
 * The first that applies. For the statement that freezes an audience and for the claim, so that both ask the same.
 * Suppressed addresses are in the directory (`suppressedAmong`), what a mailing excludes is its own: neither is asked here.
 * @param person how the statement calls its row of `people`
 * @param bound how it calls the group number, the moment in ms, and the topic's number (NULL for none); `weekly` the numbers, as a
 * JSON array, of the mailings that had somebody claimed or sent in the last seven days, and the group's own cap (0 for none); null
 * where no mailing had anybody, which is quicker
 */
export function refusalSql(
  person: string,
  bound: {
    group: string;
    now: string;
    topic: string;
    weekly: { mailings: string; max: string; since: string } | null;
  },
): string {
  const { group, now, topic, weekly } = bound;
  const got = `had.status IN (2, 3, 6) AND had.at_s >= ${weekly?.since}`;
  const had =
    weekly &&
    `((SELECT count(*) FROM json_each(${weekly.mailings}) AS lately
    CROSS JOIN mailing_recipients AS had ON had.group_no = ${group} AND had.mailing_no = lately.value AND had.person_no = ${person}.person_no
    WHERE ${got}) + (SELECT count(*) FROM merged_people AS was CROSS JOIN json_each(${weekly.mailings}) AS lately
    CROSS JOIN mailing_recipients AS had ON had.group_no = ${group} AND had.mailing_no = lately.value AND had.person_no = was.person_no
    WHERE was.group_no = ${group} AND was.root_no = ${person}.person_no AND ${got}))`;
  const wish = (column: string) =>
    `(SELECT wish.${column} FROM mail_wishes AS wish WHERE wish.group_no = ${group} AND wish.person_no = ${person}.person_no)`;
  // Asked of few people, each is looked up; of a whole range, those who pause are gathered once.
  const isPaused = weekly
    ? `coalesce(${wish("paused_until")}, 0) > ${now}`
    : `${person}.person_no IN (SELECT wish.person_no FROM mail_wishes AS wish WHERE wish.group_no = ${group} AND wish.paused_until > ${now})`;
  const tooMany = weekly
    ? `WHEN json_array_length(${weekly.mailings}) > 0 AND (${weekly.max} > 0 OR ${wish("weekly_max")} IS NOT NULL)
      AND ${had} >= min(CASE WHEN ${weekly.max} > 0 THEN ${weekly.max} ELSE 1000000 END, coalesce(${wish("weekly_max")}, 1000000)) THEN 9`
    : "";
  return `CASE
    WHEN ${person}.erased_at IS NOT NULL OR ${person}.merged_into IS NOT NULL THEN 1
    WHEN ${person}.email IS NULL THEN 2
    WHEN ${person}.email_status = 3 THEN 4
    WHEN ${person}.email_status = 4 THEN 5
    WHEN ${person}.email_status <> 1 THEN 3
    WHEN ${isPaused} THEN 7
    WHEN ${topic} IS NOT NULL AND EXISTS (SELECT 1 FROM topic_refusals AS refused
      WHERE refused.group_no = ${group} AND refused.topic_no = ${topic} AND refused.person_no = ${person}.person_no) THEN 8
    ${tooMany}
  END`;
}
