CREATE TABLE `call_targets` (
	`group_no` integer NOT NULL,
	`action_no` integer NOT NULL,
	`target` text NOT NULL,
	`name` text NOT NULL,
	`office` text NOT NULL,
	PRIMARY KEY(`group_no`, `action_no`, `target`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `calls` (
	`group_no` integer NOT NULL,
	`action_no` integer NOT NULL,
	`target` text NOT NULL,
	`outcome` integer NOT NULL,
	`person_no` integer NOT NULL,
	`nth` integer NOT NULL,
	PRIMARY KEY(`group_no`, `action_no`, `target`, `outcome`, `person_no`, `nth`)
) WITHOUT ROWID;
