-- Tags of mailings that are out of the way of lists and choices.
CREATE TABLE `hidden_mailing_tags` (
	`group_no` integer NOT NULL,
	`tag` text NOT NULL,
	`hidden_by` integer NOT NULL,
	`hidden_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `tag`)
) WITHOUT ROWID;
--> statement-breakpoint
-- Named reports that tell the people of a mailing apart.
CREATE TABLE `breakdowns` (
	`group_no` integer NOT NULL,
	`breakdown_no` integer NOT NULL,
	`id` blob NOT NULL,
	`name` text NOT NULL,
	`plan` text NOT NULL,
	`is_default` integer DEFAULT 0 NOT NULL,
	`revision` integer DEFAULT 1 NOT NULL,
	`created_by` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_by` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`removed_at` integer,
	PRIMARY KEY(`group_no`, `breakdown_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `breakdowns_by_id` ON `breakdowns` (`group_no`,`id`);
--> statement-breakpoint
-- What was counted of a sent mailing by a breakdown, and how far a count under way has come.
CREATE TABLE `breakdown_counts` (
	`group_no` integer NOT NULL,
	`mailing_no` integer NOT NULL,
	`breakdown_no` integer NOT NULL,
	`lines` text,
	`mark` text,
	`counted_at` integer,
	`took_ms` integer DEFAULT 0 NOT NULL,
	`growing` text,
	`busy_until` integer DEFAULT 0 NOT NULL,
	`revision` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`group_no`, `mailing_no`, `breakdown_no`)
) WITHOUT ROWID;
