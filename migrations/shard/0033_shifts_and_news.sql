ALTER TABLE `participations` ADD COLUMN `slots` text;
--> statement-breakpoint
ALTER TABLE `petition_updates` ADD COLUMN `mailing_no` integer;
