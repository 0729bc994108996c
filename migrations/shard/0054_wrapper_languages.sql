CREATE TABLE `mailing_wrapper_versions` (
	`group_no` integer NOT NULL,
	`wrapper_no` integer NOT NULL,
	`language` text NOT NULL,
	`html` text NOT NULL,
	`plain` text NOT NULL,
	`foot` text NOT NULL,
	`amp` text NOT NULL,
	PRIMARY KEY(`group_no`, `wrapper_no`, `language`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `mailing_wrappers` ADD `language` text;
--> statement-breakpoint
ALTER TABLE `mailing_wrappers` ADD `foot` text DEFAULT '' NOT NULL;
--> statement-breakpoint
ALTER TABLE `mailing_wrappers` ADD `amp` text DEFAULT '' NOT NULL;
--> statement-breakpoint
ALTER TABLE `mailing_versions` ADD `amp` text;
--> statement-breakpoint
ALTER TABLE `mailing_builds` ADD `amp` text;
