ALTER TABLE `mailings` ADD `pause_note` text DEFAULT '' NOT NULL;
--> statement-breakpoint
ALTER TABLE `mailings` ADD `test_ends_at` integer;
--> statement-breakpoint
ALTER TABLE `mailings` ADD `verdict` text;
