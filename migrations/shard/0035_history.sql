ALTER TABLE `imports` ADD `file_withdrawn_at` integer;
--> statement-breakpoint
CREATE TABLE `point_people` (
	`group_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`account_no` integer NOT NULL,
	`since` integer NOT NULL,
	PRIMARY KEY(`group_no`, `person_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `point_people_by_account` ON `point_people` (`group_no`,`account_no`,`person_no`);
