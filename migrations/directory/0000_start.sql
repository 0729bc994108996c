CREATE TABLE `accounts` (
	`account_no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` blob NOT NULL,
	`email` text NOT NULL,
	`email_key` text NOT NULL,
	`name` text DEFAULT '' NOT NULL,
	`locale` text DEFAULT 'en' NOT NULL,
	`time_zone` text DEFAULT 'UTC' NOT NULL,
	`created_at` integer NOT NULL,
	`last_sign_in_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `accounts_id_unique` ON `accounts` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `accounts_email_key_unique` ON `accounts` (`email_key`);--> statement-breakpoint
CREATE TABLE `passkeys` (
	`credential_id` text PRIMARY KEY NOT NULL,
	`account_no` integer NOT NULL,
	`public_key` blob NOT NULL,
	`counter` integer NOT NULL,
	`transports` text NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL,
	`used_at` integer
);
--> statement-breakpoint
CREATE INDEX `passkeys_by_account` ON `passkeys` (`account_no`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`token_hash` blob PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`account_no` integer NOT NULL,
	`created_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`device` text NOT NULL,
	`place` text NOT NULL,
	`method` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_id_unique` ON `sessions` (`id`);--> statement-breakpoint
CREATE INDEX `sessions_by_account` ON `sessions` (`account_no`);--> statement-breakpoint
CREATE TABLE `spent_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `audit_log` (
	`audit_no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`group_no` integer,
	`account_no` integer,
	`act` text NOT NULL,
	`subject` text DEFAULT '' NOT NULL,
	`detail` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_log_by_group` ON `audit_log` (`group_no`,`audit_no`);--> statement-breakpoint
CREATE TABLE `groups` (
	`group_no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` blob NOT NULL,
	`slug` text NOT NULL,
	`name` text NOT NULL,
	`shard` text NOT NULL,
	`jurisdiction` text DEFAULT '' NOT NULL,
	`time_zone` text NOT NULL,
	`currency` text NOT NULL,
	`locale` text NOT NULL,
	`country` text NOT NULL,
	`postal_address` text DEFAULT '' NOT NULL,
	`status` text DEFAULT 'active' NOT NULL,
	`settings` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `groups_id_unique` ON `groups` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `groups_slug_unique` ON `groups` (`slug`);--> statement-breakpoint
CREATE TABLE `hostnames` (
	`host` text PRIMARY KEY NOT NULL,
	`group_no` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `hostnames_by_group` ON `hostnames` (`group_no`);--> statement-breakpoint
CREATE TABLE `invitations` (
	`id` blob PRIMARY KEY NOT NULL,
	`group_no` integer NOT NULL,
	`email` text NOT NULL,
	`email_key` text NOT NULL,
	`role` text NOT NULL,
	`invited_by` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`accepted_at` integer,
	`cancelled_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `invitations_open` ON `invitations` (`group_no`,`email_key`) WHERE accepted_at IS NULL AND cancelled_at IS NULL;--> statement-breakpoint
CREATE TABLE `memberships` (
	`group_no` integer NOT NULL,
	`account_no` integer NOT NULL,
	`role` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `account_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `memberships_by_account` ON `memberships` (`account_no`);--> statement-breakpoint
CREATE TABLE `abuse_reports` (
	`report_no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`group_no` integer NOT NULL,
	`action_id` blob,
	`url` text NOT NULL,
	`reason` text NOT NULL,
	`detail` text NOT NULL,
	`reported_at` integer NOT NULL,
	`settled_at` integer,
	`settled_by` integer,
	`outcome` text
);
--> statement-breakpoint
CREATE INDEX `abuse_reports_open` ON `abuse_reports` (`settled_at`,`report_no`);--> statement-breakpoint
CREATE TABLE `dead_letters` (
	`dead_no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`queue` text NOT NULL,
	`message_id` text NOT NULL,
	`body` text NOT NULL,
	`died_at` integer NOT NULL,
	`replayed_at` integer,
	`discarded_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `dead_letters_message_id_unique` ON `dead_letters` (`message_id`);
--> statement-breakpoint
CREATE TRIGGER `audit_log_keeps_rows` BEFORE DELETE ON `audit_log` BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER `audit_log_keeps_values` BEFORE UPDATE ON `audit_log` BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
