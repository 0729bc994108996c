CREATE TABLE `hook_tokens` (
	`hash` blob PRIMARY KEY NOT NULL,
	`group_no` integer NOT NULL,
	`hook_no` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `hook_tokens_by_hook` ON `hook_tokens` (`group_no`,`hook_no`);
