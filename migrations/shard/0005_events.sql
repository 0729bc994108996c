CREATE TABLE `event_attendances` (
	`group_no` integer NOT NULL,
	`action_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`arrived_at` integer NOT NULL,
	`account_no` integer NOT NULL,
	PRIMARY KEY(`group_no`, `action_no`, `person_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `event_notices` (
	`group_no` integer NOT NULL,
	`action_no` integer NOT NULL,
	`notice` integer NOT NULL,
	`occasion` integer NOT NULL,
	`person_no` integer NOT NULL,
	`state` integer NOT NULL,
	`claimed_at` integer NOT NULL,
	`settled_at` integer,
	`attempts` integer DEFAULT 1 NOT NULL,
	`reason` text,
	PRIMARY KEY(`group_no`, `action_no`, `notice`, `occasion`, `person_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `event_series` (
	`group_no` integer NOT NULL,
	`series` text NOT NULL,
	`starts_at` text NOT NULL,
	`action_no` integer,
	`claimed_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `series`, `starts_at`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `participations` ADD `promoted_at` integer;
--> statement-breakpoint
ALTER TABLE `participations` ADD `standing_at` integer DEFAULT 0 NOT NULL;
