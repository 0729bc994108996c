CREATE TABLE `audience_counts` (
	`group_no` integer NOT NULL,
	`hash` blob NOT NULL,
	`matched` integer NOT NULL,
	`last_no` integer NOT NULL,
	`highest_no` integer NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer,
	PRIMARY KEY(`group_no`, `hash`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `audience_parts` (
	`group_no` integer NOT NULL,
	`part_no` integer NOT NULL,
	`audience_no` integer NOT NULL,
	PRIMARY KEY(`group_no`, `part_no`, `audience_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `audience_turns` (
	`group_no` integer PRIMARY KEY NOT NULL,
	`holder` text NOT NULL,
	`until` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `audiences` (
	`group_no` integer NOT NULL,
	`audience_no` integer NOT NULL,
	`id` blob NOT NULL,
	`name` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`tree` text NOT NULL,
	`is_shared` integer DEFAULT 1 NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_by` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_by` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`removed_at` integer,
	PRIMARY KEY(`group_no`, `audience_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `audiences_by_id` ON `audiences` (`group_no`,`id`);
--> statement-breakpoint
CREATE TABLE `mailings` (
	`group_no` integer NOT NULL,
	`mailing_no` integer NOT NULL,
	`id` blob NOT NULL,
	`subject` text NOT NULL,
	`internal_title` text DEFAULT '' NOT NULL,
	`status` text NOT NULL,
	`created_by` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`sent_at` integer,
	PRIMARY KEY(`group_no`, `mailing_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `mailings_by_id` ON `mailings` (`group_no`,`id`);
--> statement-breakpoint
CREATE INDEX `mailings_by_sent` ON `mailings` (`group_no`,`sent_at`);
--> statement-breakpoint
CREATE TABLE `mailing_recipients` (
	`group_no` integer NOT NULL,
	`mailing_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`status` integer NOT NULL,
	`reason` integer,
	PRIMARY KEY(`group_no`, `mailing_no`, `person_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `mail_events` (
	`group_no` integer NOT NULL,
	`mailing_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`opened_s` integer,
	`clicked_s` integer,
	`flags` integer,
	PRIMARY KEY(`group_no`, `mailing_no`, `person_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `mail_readers` (
	`group_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`opened_s` integer,
	`clicked_s` integer,
	PRIMARY KEY(`group_no`, `person_no`)
) WITHOUT ROWID;
