CREATE TABLE `petition_updates` (
	`group_no` integer NOT NULL,
	`action_no` integer NOT NULL,
	`update_no` integer NOT NULL,
	`sort` text NOT NULL,
	`title` text NOT NULL,
	`body_source` text NOT NULL,
	`body_html` text NOT NULL,
	`said_by` text DEFAULT '' NOT NULL,
	`happened_on` text,
	`signature_count` integer,
	`posted_by` integer NOT NULL,
	`posted_at` integer NOT NULL,
	`removed_by` integer,
	`removed_at` integer,
	PRIMARY KEY(`group_no`, `action_no`, `update_no`)
) WITHOUT ROWID;
