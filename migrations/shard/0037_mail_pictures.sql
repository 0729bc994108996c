-- The pictures a group keeps for its mailings. The file is in R2 under `file`; what was sent goes on showing it after it left the list.
CREATE TABLE `mail_pictures` (
	`group_no` integer NOT NULL,
	`picture_no` integer NOT NULL,
	`id` blob NOT NULL,
	`file` text NOT NULL,
	`alt` text NOT NULL,
	`width` integer NOT NULL,
	`height` integer NOT NULL,
	`bytes` integer NOT NULL,
	`created_by` integer NOT NULL,
	`created_at` integer NOT NULL,
	`removed_at` integer,
	PRIMARY KEY(`group_no`, `picture_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `mail_pictures_by_id` ON `mail_pictures` (`group_no`,`id`);
