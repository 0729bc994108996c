ALTER TABLE `mailings` ADD `target` text;
--> statement-breakpoint
ALTER TABLE `mailings` ADD `settings` text DEFAULT '{}' NOT NULL;
--> statement-breakpoint
ALTER TABLE `mailings` ADD `start_at` integer;
--> statement-breakpoint
ALTER TABLE `mailings` ADD `frozen` text;
--> statement-breakpoint
ALTER TABLE `mailings` ADD `pause_cause` text;
--> statement-breakpoint
ALTER TABLE `mailings` ADD `winner_no` integer;
--> statement-breakpoint
ALTER TABLE `mailings` ADD `copy_of` integer;
--> statement-breakpoint
ALTER TABLE `mailings` ADD `asked_by` integer;
--> statement-breakpoint
ALTER TABLE `mailings` ADD `approved_by` integer;
--> statement-breakpoint
ALTER TABLE `mailings` ADD `finished_at` integer;
--> statement-breakpoint
ALTER TABLE `mailings` ADD `hidden_at` integer;
--> statement-breakpoint
ALTER TABLE `mailing_recipients` ADD `variant_no` integer;
--> statement-breakpoint
ALTER TABLE `mailing_recipients` ADD `due_s` integer;
--> statement-breakpoint
ALTER TABLE `mailing_recipients` ADD `at_s` integer;
--> statement-breakpoint
CREATE TABLE `mailing_versions` (
	`group_no` integer NOT NULL,
	`mailing_no` integer NOT NULL,
	`variant_no` integer NOT NULL,
	`language` text NOT NULL,
	`from_name` text NOT NULL,
	`subject` text NOT NULL,
	`preview` text NOT NULL,
	`form` text NOT NULL,
	`body` text NOT NULL,
	`plain` text,
	`revision` integer NOT NULL,
	`updated_by` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `mailing_no`, `variant_no`, `language`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `mailing_builds` (
	`group_no` integer NOT NULL,
	`mailing_no` integer NOT NULL,
	`variant_no` integer NOT NULL,
	`language` text NOT NULL,
	`from_name` text NOT NULL,
	`subject` text NOT NULL,
	`preview` text NOT NULL,
	`html` text NOT NULL,
	`plain` text NOT NULL,
	PRIMARY KEY(`group_no`, `mailing_no`, `variant_no`, `language`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `mailing_links` (
	`group_no` integer NOT NULL,
	`mailing_no` integer NOT NULL,
	`link_no` integer NOT NULL,
	`url` text NOT NULL,
	`action_no` integer,
	PRIMARY KEY(`group_no`, `mailing_no`, `link_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `topics` (
	`group_no` integer NOT NULL,
	`topic_no` integer NOT NULL,
	`id` blob NOT NULL,
	`name` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`names` text DEFAULT '{}' NOT NULL,
	`position` integer NOT NULL,
	`created_at` integer NOT NULL,
	`archived_at` integer,
	PRIMARY KEY(`group_no`, `topic_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `topics_by_id` ON `topics` (`group_no`,`id`);
--> statement-breakpoint
CREATE TABLE `topic_refusals` (
	`group_no` integer NOT NULL,
	`topic_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `topic_no`, `person_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `mail_wishes` (
	`group_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`paused_until` integer,
	`weekly_max` integer,
	`at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `person_no`)
) WITHOUT ROWID;
