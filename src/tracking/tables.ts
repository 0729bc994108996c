import { integer, primaryKey, sqliteTable } from "drizzle-orm/sqlite-core";

/** Who clicked which link of a mail, once a person and link. By link first: how many they are, and who, is a range. */
export const mailClicks = sqliteTable(
  "mail_clicks",
  {
    groupNo: integer("group_no").notNull(),
    mailingNo: integer("mailing_no").notNull(),
    linkNo: integer("link_no").notNull(),
    personNo: integer("person_no").notNull(),
    /** The first time, in s. */
    clickedS: integer("clicked_s").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.mailingNo, table.linkNo, table.personNo] })],
);

/**
 * Every click of a link, the second one of the same person too. A row a link and part of the mailing's readers: each part is
 * one object's, which writes what it has counted in all, so that writing it again changes nothing.
 */
export const mailLinkCounts = sqliteTable(
  "mail_link_counts",
  {
    groupNo: integer("group_no").notNull(),
    mailingNo: integer("mailing_no").notNull(),
    linkNo: integer("link_no").notNull(),
    part: integer("part").notNull(),
    clicks: integer("clicks").notNull(),
    machineClicks: integer("machine_clicks").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.mailingNo, table.linkNo, table.part] })],
);

/** Every opening and click by the hour (hours since 1970), in the same way. */
export const mailHours = sqliteTable(
  "mail_hours",
  {
    groupNo: integer("group_no").notNull(),
    mailingNo: integer("mailing_no").notNull(),
    hour: integer("hour").notNull(),
    part: integer("part").notNull(),
    opens: integer("opens").notNull(),
    machineOpens: integer("machine_opens").notNull(),
    clicks: integer("clicks").notNull(),
    machineClicks: integer("machine_clicks").notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupNo, table.mailingNo, table.hour, table.part] })],
);
