ALTER TABLE `abuse_reports` ADD `mailing_no` integer;
