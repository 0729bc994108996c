ALTER TABLE `subscriptions` ADD `held_at` integer;
--> statement-breakpoint
CREATE TABLE `event_changes` (
	`group_no` integer NOT NULL,
	`action_no` integer NOT NULL,
	`known` text NOT NULL,
	`now` text NOT NULL,
	`changed_at` integer NOT NULL,
	`telling_at` integer,
	`note` text DEFAULT '' NOT NULL,
	PRIMARY KEY(`group_no`, `action_no`)
) WITHOUT ROWID;
