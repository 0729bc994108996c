ALTER TABLE `letters` ADD `message_key` integer;
--> statement-breakpoint
CREATE INDEX `letters_by_message` ON `letters` (`message_key`) WHERE message_key IS NOT NULL;
--> statement-breakpoint
ALTER TABLE `letter_targets` ADD `bounces` integer DEFAULT 0 NOT NULL;
--> statement-breakpoint
ALTER TABLE `letter_targets` ADD `bounce_reason` text;
