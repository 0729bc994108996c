CREATE TABLE `exports` (
	`group_no` integer NOT NULL,
	`id` blob NOT NULL,
	`order` text NOT NULL,
	`title` text NOT NULL,
	`filename` text NOT NULL,
	`state` integer NOT NULL,
	`rows_done` integer DEFAULT 0 NOT NULL,
	`rows_expected` integer DEFAULT 0 NOT NULL,
	`bytes` integer DEFAULT 0 NOT NULL,
	`asked_by` integer NOT NULL,
	`asked_at` integer NOT NULL,
	`begun_at` integer,
	`ended_at` integer,
	`expires_at` integer,
	PRIMARY KEY(`group_no`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `export_choices` (
	`group_no` integer NOT NULL,
	`account_no` integer NOT NULL,
	`what` text NOT NULL,
	`choice` text NOT NULL,
	PRIMARY KEY(`group_no`, `account_no`, `what`)
) WITHOUT ROWID;
