CREATE TABLE `payment_accounts` (
	`provider` text NOT NULL,
	`account` text NOT NULL,
	`group_no` integer NOT NULL,
	`can_charge` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`provider`, `account`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `payment_accounts_by_group` ON `payment_accounts` (`group_no`,`provider`);
