CREATE TABLE `payments` (
	`group_no` integer NOT NULL,
	`id` blob NOT NULL,
	`action_no` integer NOT NULL,
	`provider` text NOT NULL,
	`account` text NOT NULL,
	`session` text,
	`ref` text,
	`subscription_id` blob,
	`amount` integer NOT NULL,
	`fee_cover` integer DEFAULT 0 NOT NULL,
	`currency` text NOT NULL,
	`interval` text DEFAULT '' NOT NULL,
	`state` integer NOT NULL,
	`order` text NOT NULL,
	`participation` text,
	`created_at` integer NOT NULL,
	`paid_at` integer,
	`settled_at` integer,
	PRIMARY KEY(`group_no`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `payments_by_ref` ON `payments` (`group_no`,`provider`,`ref`) WHERE ref IS NOT NULL;--> statement-breakpoint
CREATE INDEX `payments_by_action` ON `payments` (`group_no`,`action_no`,`id`) WHERE paid_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `subscriptions` (
	`group_no` integer NOT NULL,
	`id` blob NOT NULL,
	`action_no` integer NOT NULL,
	`provider` text NOT NULL,
	`account` text NOT NULL,
	`ref` text NOT NULL,
	`amount` integer NOT NULL,
	`fee_cover` integer DEFAULT 0 NOT NULL,
	`currency` text NOT NULL,
	`interval` text NOT NULL,
	`state` integer NOT NULL,
	`next_at` integer,
	`order` text NOT NULL,
	`participation` text NOT NULL,
	`created_at` integer NOT NULL,
	`read_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `subscriptions_by_ref` ON `subscriptions` (`group_no`,`provider`,`ref`);--> statement-breakpoint
CREATE INDEX `subscriptions_by_action` ON `subscriptions` (`group_no`,`action_no`,`id`);--> statement-breakpoint
CREATE TABLE `ledger_entries` (
	`group_no` integer NOT NULL,
	`key` text NOT NULL,
	`payment_id` blob NOT NULL,
	`action_no` integer NOT NULL,
	`kind` integer NOT NULL,
	`amount` integer NOT NULL,
	`currency` text NOT NULL,
	`occurred_at` integer NOT NULL,
	`noted_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `key`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `ledger_entries_by_payment` ON `ledger_entries` (`group_no`,`payment_id`);--> statement-breakpoint
CREATE TABLE `ledger_totals` (
	`group_no` integer NOT NULL,
	`action_no` integer NOT NULL,
	`currency` text NOT NULL,
	`kind` integer NOT NULL,
	`amount` integer NOT NULL,
	`entry_count` integer NOT NULL,
	PRIMARY KEY(`group_no`, `action_no`, `currency`, `kind`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TRIGGER `ledger_keeps_rows` BEFORE DELETE ON `ledger_entries` BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER `ledger_keeps_values` BEFORE UPDATE ON `ledger_entries` BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER `ledger_adds_up` AFTER INSERT ON `ledger_entries` BEGIN INSERT INTO ledger_totals (group_no, action_no, currency, kind, amount, entry_count) VALUES (new.group_no, new.action_no, new.currency, new.kind, new.amount, 1) ON CONFLICT (group_no, action_no, currency, kind) DO UPDATE SET amount = ledger_totals.amount + excluded.amount, entry_count = ledger_totals.entry_count + 1; END;
--> statement-breakpoint
CREATE TABLE `payment_mails` (
	`group_no` integer NOT NULL,
	`payment_id` blob NOT NULL,
	`purpose` text NOT NULL,
	`claimed_at` integer NOT NULL,
	`sent_at` integer,
	PRIMARY KEY(`group_no`, `payment_id`, `purpose`)
) WITHOUT ROWID;
