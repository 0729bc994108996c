CREATE TABLE `people_scores` (
	`group_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`score` integer NOT NULL,
	`level` integer NOT NULL,
	`status` integer NOT NULL,
	PRIMARY KEY(`group_no`, `person_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `list_days` (
	`group_no` integer NOT NULL,
	`day` integer NOT NULL,
	`change` integer NOT NULL,
	`cause` text NOT NULL,
	`people_count` integer NOT NULL,
	PRIMARY KEY(`group_no`, `day`, `change`, `cause`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `source_days` (
	`group_no` integer NOT NULL,
	`day` integer NOT NULL,
	`action_no` integer NOT NULL,
	`source` text NOT NULL,
	`people_count` integer NOT NULL,
	`subscribed_count` integer NOT NULL,
	PRIMARY KEY(`group_no`, `day`, `action_no`, `source`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `report_mails` (
	`group_no` integer NOT NULL,
	`account_no` integer NOT NULL,
	`every` text NOT NULL,
	`mailed_up_to` text DEFAULT '' NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `account_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `report_highlights` (
	`group_no` integer NOT NULL,
	`account_no` integer NOT NULL,
	`figures` text NOT NULL,
	PRIMARY KEY(`group_no`, `account_no`)
) WITHOUT ROWID;
