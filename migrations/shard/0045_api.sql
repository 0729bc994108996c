CREATE TABLE `foreign_ids` (
	`group_no` integer NOT NULL,
	`what` integer NOT NULL,
	`identifier` text NOT NULL,
	`id` blob NOT NULL,
	`claimed_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `what`, `identifier`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `foreign_ids_by_id` ON `foreign_ids` (`group_no`,`what`,`id`);
--> statement-breakpoint
CREATE TABLE `unique_id_lists` (
	`group_no` integer NOT NULL,
	`list_no` integer NOT NULL,
	`id` blob NOT NULL,
	`name` text NOT NULL,
	`origin` text DEFAULT '' NOT NULL,
	`created_at` integer NOT NULL,
	`modified_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `list_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `unique_id_lists_by_id` ON `unique_id_lists` (`group_no`,`id`);
--> statement-breakpoint
CREATE TABLE `unique_id_people` (
	`group_no` integer NOT NULL,
	`list_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	PRIMARY KEY(`group_no`, `list_no`, `person_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `unique_id_people_by_person` ON `unique_id_people` (`group_no`,`person_no`);
