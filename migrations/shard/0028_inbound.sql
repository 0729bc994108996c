CREATE TABLE `mail_returns` (
	`group_no` integer NOT NULL,
	`mailing_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`event` blob NOT NULL,
	`kind` integer NOT NULL,
	`fault` text NOT NULL,
	`reason` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `mailing_no`, `person_no`, `event`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `mail_returns_by_person` ON `mail_returns` (`group_no`,`person_no`,`at`);
--> statement-breakpoint
CREATE INDEX `mail_returns_by_time` ON `mail_returns` (`group_no`,`at`);
--> statement-breakpoint
CREATE TABLE `mail_return_counts` (
	`group_no` integer NOT NULL,
	`day` integer NOT NULL,
	`provider` text NOT NULL,
	`kind` integer NOT NULL,
	`fault` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`group_no`, `day`, `provider`, `kind`, `fault`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `mail_replies` (
	`group_no` integer NOT NULL,
	`reply_no` integer NOT NULL,
	`id` blob NOT NULL,
	`event` blob NOT NULL,
	`person_no` integer,
	`mailing_no` integer,
	`from_email` text NOT NULL,
	`from_name` text NOT NULL,
	`subject` text NOT NULL,
	`text` text NOT NULL,
	`raw` text NOT NULL,
	`file_count` integer NOT NULL,
	`at` integer NOT NULL,
	`done_at` integer,
	`done_by` integer,
	`assigned_to` integer,
	PRIMARY KEY(`group_no`, `reply_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `mail_replies_by_event` ON `mail_replies` (`group_no`,`event`);
--> statement-breakpoint
CREATE UNIQUE INDEX `mail_replies_by_id` ON `mail_replies` (`group_no`,`id`);
--> statement-breakpoint
CREATE TABLE `sunset_rules` (
	`group_no` integer PRIMARY KEY NOT NULL,
	`months` integer NOT NULL,
	`grace_days` integer NOT NULL,
	`is_dry_run` integer NOT NULL,
	`is_on` integer NOT NULL,
	`saved_by` integer NOT NULL,
	`saved_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `sunset_runs` (
	`group_no` integer NOT NULL,
	`run_no` integer NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer,
	`is_dry_run` integer NOT NULL,
	`engaged` integer NOT NULL,
	`silent` integer NOT NULL,
	`tagged` integer NOT NULL,
	`untagged` integer NOT NULL,
	`unsubscribed` integer NOT NULL,
	PRIMARY KEY(`group_no`, `run_no`)
) WITHOUT ROWID;
