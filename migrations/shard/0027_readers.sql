CREATE TABLE `mail_clicks` (
	`group_no` integer NOT NULL,
	`mailing_no` integer NOT NULL,
	`link_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`clicked_s` integer NOT NULL,
	PRIMARY KEY(`group_no`, `mailing_no`, `link_no`, `person_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `mail_link_counts` (
	`group_no` integer NOT NULL,
	`mailing_no` integer NOT NULL,
	`link_no` integer NOT NULL,
	`part` integer NOT NULL,
	`clicks` integer NOT NULL,
	`machine_clicks` integer NOT NULL,
	PRIMARY KEY(`group_no`, `mailing_no`, `link_no`, `part`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `mail_hours` (
	`group_no` integer NOT NULL,
	`mailing_no` integer NOT NULL,
	`hour` integer NOT NULL,
	`part` integer NOT NULL,
	`opens` integer NOT NULL,
	`machine_opens` integer NOT NULL,
	`clicks` integer NOT NULL,
	`machine_clicks` integer NOT NULL,
	PRIMARY KEY(`group_no`, `mailing_no`, `hour`, `part`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `departures` (
	`group_no` integer NOT NULL,
	`mailing_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`at_s` integer NOT NULL,
	`way` integer NOT NULL,
	`choice` integer NOT NULL,
	`reason` text,
	`comment` text,
	`variant_no` integer,
	`back_s` integer,
	PRIMARY KEY(`group_no`, `mailing_no`, `person_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `confirmations` (
	`group_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`action_no` integer NOT NULL,
	`asked_at` integer NOT NULL,
	`mail_count` integer NOT NULL,
	`next_at` integer,
	`answer` integer,
	`answered_at` integer,
	PRIMARY KEY(`group_no`, `person_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `confirmations_due` ON `confirmations` (`next_at`) WHERE next_at IS NOT NULL;
