CREATE TABLE `event_hostings` (
	`group_no` integer NOT NULL,
	`campaign_no` integer NOT NULL,
	`id` blob NOT NULL,
	`state` integer NOT NULL,
	`action_no` integer,
	`account_no` integer NOT NULL,
	`decided_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `campaign_no`, `id`)
) WITHOUT ROWID;
