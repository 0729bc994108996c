-- What API clients asked to be done after the reply (`background_request`). A row is there until it is done.
CREATE TABLE `api_requests` (
	`group_no` integer NOT NULL,
	`id` blob NOT NULL,
	`asked_at` integer NOT NULL,
	`access` text NOT NULL,
	`key_no` integer NOT NULL,
	`key_name` text NOT NULL,
	`method` text NOT NULL,
	`url` text NOT NULL,
	`body` text NOT NULL,
	`tries` integer DEFAULT 0 NOT NULL,
	`due_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `api_requests_due` ON `api_requests` (`due_at`);
