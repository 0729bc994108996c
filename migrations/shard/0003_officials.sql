CREATE TABLE `target_lists` (
	`group_no` integer NOT NULL,
	`id` blob NOT NULL,
	`name` text NOT NULL,
	`target_count` integer DEFAULT 0 NOT NULL,
	`email_count` integer DEFAULT 0 NOT NULL,
	`phone_count` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `targets` (
	`group_no` integer NOT NULL,
	`list_id` blob NOT NULL,
	`target_no` integer NOT NULL,
	`key` text NOT NULL,
	`name` text NOT NULL,
	`title` text NOT NULL,
	`office` text NOT NULL,
	`districts` text NOT NULL,
	`prefixes` text NOT NULL,
	`email` text NOT NULL,
	`phone` text NOT NULL,
	`language` text NOT NULL,
	PRIMARY KEY(`group_no`, `list_id`, `target_no`)
) WITHOUT ROWID;
