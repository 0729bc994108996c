CREATE TABLE `suppressions` (
	`hash` blob PRIMARY KEY NOT NULL,
	`cause` text NOT NULL,
	`at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `sending_domains` (
	`domain_no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`group_no` integer NOT NULL,
	`domain` text NOT NULL,
	`detail` text NOT NULL,
	`found` text NOT NULL,
	`created_at` integer NOT NULL,
	`checked_at` integer,
	`verified_at` integer,
	`removed_at` integer
);
--> statement-breakpoint
CREATE INDEX `sending_domains_by_group` ON `sending_domains` (`group_no`);
--> statement-breakpoint
CREATE UNIQUE INDEX `sending_domains_verified` ON `sending_domains` (`domain`) WHERE verified_at IS NOT NULL AND removed_at IS NULL;
--> statement-breakpoint
CREATE TABLE `sending_quotas` (
	`group_no` integer PRIMARY KEY NOT NULL,
	`daily_max` integer NOT NULL,
	`approved_at` integer,
	`approved_by` integer,
	`is_fixed` integer DEFAULT 0 NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `memberships` ADD `mail_ceiling` integer;
