CREATE TABLE `action_translations` (
	`group_no` integer NOT NULL,
	`action_no` integer NOT NULL,
	`set_no` integer NOT NULL,
	PRIMARY KEY(`group_no`, `action_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `action_translations_by_set` ON `action_translations` (`group_no`,`set_no`);
