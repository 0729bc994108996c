CREATE TABLE `custom_fields` (
	`group_no` integer NOT NULL,
	`field_no` integer NOT NULL,
	`key` text NOT NULL,
	`label` text NOT NULL,
	`type` text NOT NULL,
	`choices` text NOT NULL,
	`created_at` integer NOT NULL,
	`archived_at` integer,
	PRIMARY KEY(`group_no`, `field_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `custom_fields_by_key` ON `custom_fields` (`group_no`,`key`);--> statement-breakpoint
CREATE TABLE `field_values` (
	`group_no` integer NOT NULL,
	`field_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`value` text NOT NULL,
	`acted_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `field_no`, `person_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `field_values_by_person` ON `field_values` (`group_no`,`person_no`);--> statement-breakpoint
CREATE TABLE `question_library` (
	`group_no` integer NOT NULL,
	`question_no` integer NOT NULL,
	`label` text NOT NULL,
	`question` text NOT NULL,
	`created_by` integer NOT NULL,
	`created_at` integer NOT NULL,
	`archived_at` integer,
	PRIMARY KEY(`group_no`, `question_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `form_results` (
	`group_no` integer NOT NULL,
	`action_no` integer NOT NULL,
	`asked` text NOT NULL,
	`results` text NOT NULL,
	`counted_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `action_no`)
) WITHOUT ROWID;
