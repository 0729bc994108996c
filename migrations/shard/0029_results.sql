CREATE TABLE `mailing_results` (
	`group_no` integer NOT NULL,
	`mailing_no` integer NOT NULL,
	`tally` text,
	`totals` text,
	`counted_at` integer,
	`took_ms` integer DEFAULT 0 NOT NULL,
	`growing` text,
	`began_at` integer,
	`busy_until` integer DEFAULT 0 NOT NULL,
	`revision` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`group_no`, `mailing_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `mailings_open` ON `mailings` (`status`,`group_no`,`mailing_no`) WHERE status IN ('waiting', 'scheduled', 'preparing', 'sending', 'paused');
