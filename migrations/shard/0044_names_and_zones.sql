ALTER TABLE `people` ADD `preferred_name` text;
--> statement-breakpoint
ALTER TABLE `people` ADD `preferred_name_at` integer;
--> statement-breakpoint
ALTER TABLE `people` ADD `time_zone` text;
--> statement-breakpoint
ALTER TABLE `people` ADD `time_zone_at` integer;
--> statement-breakpoint
CREATE TABLE `point_digests` (
	`group_no` integer NOT NULL,
	`account_no` integer NOT NULL,
	`since` integer NOT NULL,
	`due_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `account_no`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `imports` ADD `begin_at` integer;
