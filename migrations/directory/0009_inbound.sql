CREATE TABLE `kept_mails` (
	`mail_no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` blob NOT NULL,
	`at` integer NOT NULL,
	`from_email` text NOT NULL,
	`to_email` text NOT NULL,
	`subject` text NOT NULL,
	`cause` text NOT NULL,
	`size` integer NOT NULL,
	`raw` text NOT NULL,
	`group_no` integer,
	`settled_at` integer,
	`settled_by` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `kept_mails_id_unique` ON `kept_mails` (`id`);
--> statement-breakpoint
CREATE INDEX `kept_mails_by_time` ON `kept_mails` (`at`);
--> statement-breakpoint
CREATE TABLE `inbound_counts` (
	`day` integer NOT NULL,
	`kind` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`day`, `kind`)
) WITHOUT ROWID;
