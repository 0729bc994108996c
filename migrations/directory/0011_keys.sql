CREATE TABLE `api_keys` (
	`key_no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` blob NOT NULL,
	`group_no` integer NOT NULL,
	`name` text NOT NULL,
	`access` text NOT NULL,
	`hash` blob NOT NULL,
	`ending` text NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` integer NOT NULL,
	`last_used_at` integer,
	`revoked_at` integer,
	`revoked_by` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_id_unique` ON `api_keys` (`id`);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_hash_unique` ON `api_keys` (`hash`);
--> statement-breakpoint
CREATE INDEX `api_keys_by_group` ON `api_keys` (`group_no`,`key_no`);
