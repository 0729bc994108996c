ALTER TABLE `mailing_builds` ADD `sign_off` text;
--> statement-breakpoint
ALTER TABLE `mailings` ADD `approved_words` text;