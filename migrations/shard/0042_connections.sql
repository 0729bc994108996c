CREATE TABLE `hooks` (
	`group_no` integer NOT NULL,
	`hook_no` integer NOT NULL,
	`name` text NOT NULL,
	`mapping` text NOT NULL,
	`state` text NOT NULL,
	`ending` text NOT NULL,
	`received_count` integer DEFAULT 0 NOT NULL,
	`accepted_count` integer DEFAULT 0 NOT NULL,
	`refused_count` integer DEFAULT 0 NOT NULL,
	`last_at` integer,
	`created_at` integer NOT NULL,
	`created_by` integer NOT NULL,
	`deleted_at` integer,
	PRIMARY KEY(`group_no`, `hook_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `hook_deliveries` (
	`group_no` integer NOT NULL,
	`hook_no` integer NOT NULL,
	`delivery_no` integer NOT NULL,
	`at` integer NOT NULL,
	`outcome` text NOT NULL,
	`reason` text NOT NULL,
	PRIMARY KEY(`group_no`, `hook_no`, `delivery_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `hook_payloads` (
	`group_no` integer NOT NULL,
	`hook_no` integer NOT NULL,
	`delivery_no` integer NOT NULL,
	`at` integer NOT NULL,
	`email` text,
	`body` text NOT NULL,
	PRIMARY KEY(`group_no`, `hook_no`, `delivery_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `hook_payloads_by_time` ON `hook_payloads` (`at`);
--> statement-breakpoint
CREATE TABLE `hook_seen` (
	`group_no` integer NOT NULL,
	`hook_no` integer NOT NULL,
	`hash` blob NOT NULL,
	`is_done` integer NOT NULL,
	`until` integer NOT NULL,
	PRIMARY KEY(`group_no`, `hook_no`, `hash`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `hook_seen_by_time` ON `hook_seen` (`until`);
--> statement-breakpoint
CREATE TABLE `chats` (
	`group_no` integer NOT NULL,
	`chat_no` integer NOT NULL,
	`name` text NOT NULL,
	`service` text NOT NULL,
	`url` text NOT NULL,
	`tells` text NOT NULL,
	`gift_from` integer NOT NULL,
	`locale` text NOT NULL,
	`state` text NOT NULL,
	`failures` integer DEFAULT 0 NOT NULL,
	`last_at` integer,
	`last_problem` text,
	`created_at` integer NOT NULL,
	`created_by` integer NOT NULL,
	`deleted_at` integer,
	PRIMARY KEY(`group_no`, `chat_no`)
) WITHOUT ROWID;
