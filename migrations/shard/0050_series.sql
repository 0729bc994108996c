CREATE TABLE `mail_series` (
	`group_no` integer NOT NULL,
	`series_no` integer NOT NULL,
	`id` blob NOT NULL,
	`family_no` integer NOT NULL,
	`mailing_no` integer NOT NULL,
	`plan` text NOT NULL,
	`recipients_max` integer NOT NULL,
	`status` text NOT NULL,
	`owner_no` integer NOT NULL,
	`approved_by` integer,
	`next_at` integer,
	`next_nth` integer DEFAULT 1 NOT NULL,
	`held_in_row` integer DEFAULT 0 NOT NULL,
	`note` text DEFAULT '' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `series_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `mail_series_by_id` ON `mail_series` (`group_no`,`id`);
--> statement-breakpoint
CREATE UNIQUE INDEX `mail_series_by_mailing` ON `mail_series` (`group_no`,`mailing_no`);
--> statement-breakpoint
CREATE INDEX `mail_series_due` ON `mail_series` (`next_at`) WHERE "mail_series"."next_at" IS NOT NULL;
--> statement-breakpoint
CREATE TABLE `mail_series_runs` (
	`group_no` integer NOT NULL,
	`series_no` integer NOT NULL,
	`nth` integer NOT NULL,
	`due_at` integer NOT NULL,
	`taken_at` integer NOT NULL,
	`missed` integer DEFAULT 0 NOT NULL,
	`mailing_id` blob NOT NULL,
	`mailing_no` integer,
	`state` text NOT NULL,
	`note` text DEFAULT '' NOT NULL,
	`recipients` integer,
	`open` integer DEFAULT 1 NOT NULL,
	`failures` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`group_no`, `series_no`, `nth`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `mail_series_runs_by_mailing` ON `mail_series_runs` (`group_no`,`mailing_no`) WHERE "mail_series_runs"."mailing_no" IS NOT NULL;
--> statement-breakpoint
CREATE INDEX `mail_series_runs_open` ON `mail_series_runs` (`group_no`) WHERE "mail_series_runs"."open" = 1;
--> statement-breakpoint
ALTER TABLE `mailings` ADD `approved_to` integer;
