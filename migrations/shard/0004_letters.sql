CREATE TABLE `letter_targets` (
	`group_no` integer NOT NULL,
	`action_no` integer NOT NULL,
	`target` text NOT NULL,
	`name` text NOT NULL,
	`title` text NOT NULL,
	`office` text NOT NULL,
	`email` text NOT NULL,
	`bounced_at` integer,
	PRIMARY KEY(`group_no`, `action_no`, `target`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `letter_texts` (
	`group_no` integer NOT NULL,
	`hash` text NOT NULL,
	`subject` text NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`group_no`, `hash`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `letters` (
	`group_no` integer NOT NULL,
	`action_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`nth` integer NOT NULL,
	`target` text NOT NULL,
	`state` integer NOT NULL,
	`due_at` integer NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`claimed_at` integer,
	`day` integer DEFAULT 0 NOT NULL,
	`settled_at` integer,
	`reason` text,
	PRIMARY KEY(`group_no`, `action_no`, `person_no`, `nth`, `target`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `letters_by_target` ON `letters` (`group_no`,`action_no`,`target`,`state`,`day`);--> statement-breakpoint
CREATE INDEX `letters_open` ON `letters` (`group_no`,`action_no`,`state`,`due_at`) WHERE state IN (1, 2);
