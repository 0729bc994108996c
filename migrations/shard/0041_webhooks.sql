CREATE TABLE `webhooks` (
	`group_no` integer NOT NULL,
	`webhook_no` integer NOT NULL,
	`id` blob NOT NULL,
	`name` text NOT NULL,
	`url` text NOT NULL,
	`trigger` text NOT NULL,
	`action_no` integer,
	`filters` text NOT NULL,
	`secret_key` text,
	`state` text NOT NULL,
	`from_cursor` text,
	`failures` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`created_by` integer NOT NULL,
	`removed_at` integer,
	PRIMARY KEY(`group_no`, `webhook_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `webhooks_by_id` ON `webhooks` (`group_no`,`id`);
--> statement-breakpoint
CREATE TABLE `webhook_deliveries` (
	`group_no` integer NOT NULL,
	`webhook_no` integer NOT NULL,
	`id` text NOT NULL,
	`person_no` integer,
	`at` integer NOT NULL,
	`state` integer NOT NULL,
	`due_at` integer,
	`tries` integer DEFAULT 0 NOT NULL,
	`body` text NOT NULL,
	`tried_at` integer,
	`status` integer,
	`took_ms` integer,
	`answer` text,
	PRIMARY KEY(`group_no`, `webhook_no`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `webhook_deliveries_due` ON `webhook_deliveries` (`group_no`,`webhook_no`,`due_at`) WHERE due_at IS NOT NULL;
--> statement-breakpoint
CREATE INDEX `webhook_deliveries_by_time` ON `webhook_deliveries` (`group_no`,`webhook_no`,`at`);
--> statement-breakpoint
CREATE INDEX `webhook_deliveries_by_person` ON `webhook_deliveries` (`group_no`,`person_no`) WHERE person_no IS NOT NULL;
