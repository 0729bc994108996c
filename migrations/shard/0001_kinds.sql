ALTER TABLE `actions` ADD `extra` text;--> statement-breakpoint
ALTER TABLE `participations` ADD `standing` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `participations` ADD `amount` integer;--> statement-breakpoint
ALTER TABLE `participations` ADD `currency` text;
