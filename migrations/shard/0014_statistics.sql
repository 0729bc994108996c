CREATE TABLE `action_counts` (
	`group_no` integer NOT NULL,
	`action_no` integer NOT NULL,
	`count_no` integer NOT NULL,
	`time_zone` text NOT NULL,
	`removals` text NOT NULL,
	`last_id` text NOT NULL,
	`seen` integer NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer,
	`compared_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `action_no`, `count_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `action_days` (
	`group_no` integer NOT NULL,
	`action_no` integer NOT NULL,
	`count_no` integer NOT NULL,
	`day` text NOT NULL,
	`tally` text NOT NULL,
	PRIMARY KEY(`group_no`, `action_no`, `count_no`, `day`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `action_views` (
	`group_no` integer NOT NULL,
	`action_no` integer NOT NULL,
	`day` text NOT NULL,
	`page_views` integer NOT NULL,
	`embed_views` integer NOT NULL,
	PRIMARY KEY(`group_no`, `action_no`, `day`)
) WITHOUT ROWID;
