ALTER TABLE `mailings` ADD `tags` text DEFAULT '[]' NOT NULL;
--> statement-breakpoint
CREATE TABLE `mailing_wrappers` (
	`group_no` integer NOT NULL,
	`wrapper_no` integer NOT NULL,
	`id` blob NOT NULL,
	`name` text NOT NULL,
	`html` text NOT NULL,
	`plain` text NOT NULL,
	`revision` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_by` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`removed_at` integer,
	PRIMARY KEY(`group_no`, `wrapper_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `mailing_wrappers_by_id` ON `mailing_wrappers` (`group_no`,`id`);
--> statement-breakpoint
CREATE TABLE `mailing_templates` (
	`group_no` integer NOT NULL,
	`template_no` integer NOT NULL,
	`id` blob NOT NULL,
	`name` text NOT NULL,
	`subject` text NOT NULL,
	`preview` text NOT NULL,
	`form` text NOT NULL,
	`body` text NOT NULL,
	`wrapper_no` integer,
	`revision` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_by` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`removed_at` integer,
	PRIMARY KEY(`group_no`, `template_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `mailing_templates_by_id` ON `mailing_templates` (`group_no`,`id`);
--> statement-breakpoint
CREATE TABLE `mailing_snippets` (
	`group_no` integer NOT NULL,
	`snippet_no` integer NOT NULL,
	`id` blob NOT NULL,
	`name` text NOT NULL,
	`form` text NOT NULL,
	`body` text NOT NULL,
	`revision` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_by` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`removed_at` integer,
	PRIMARY KEY(`group_no`, `snippet_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `mailing_snippets_by_id` ON `mailing_snippets` (`group_no`,`id`);
--> statement-breakpoint
CREATE UNIQUE INDEX `mailing_snippets_by_name` ON `mailing_snippets` (`group_no`,`name`) WHERE removed_at IS NULL;
--> statement-breakpoint
CREATE TABLE `mailing_presence` (
	`group_no` integer NOT NULL,
	`mailing_no` integer NOT NULL,
	`account_no` integer NOT NULL,
	`name` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `mailing_no`, `account_no`)
) WITHOUT ROWID;
