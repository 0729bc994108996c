ALTER TABLE `mailing_recipients` ADD `cohort` integer;
--> statement-breakpoint
ALTER TABLE `mailings` ADD `cohorts_open` integer;
--> statement-breakpoint
ALTER TABLE `mailings` ADD `cohorts_shut` integer;
--> statement-breakpoint
ALTER TABLE `mailings` ADD `cohorts_send` integer;
--> statement-breakpoint
ALTER TABLE `mailings` ADD `cohorts_leave` integer;
