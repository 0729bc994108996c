-- Days of which each person gets one mailing: that of those they match which comes first. The order is the mailings' numbers.
CREATE TABLE `ranked_days` (
	`group_no` integer NOT NULL,
	`day` text NOT NULL,
	`ranking` text NOT NULL,
	`version` integer NOT NULL,
	`changed_by` integer NOT NULL,
	`changed_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `day`)
) WITHOUT ROWID;
--> statement-breakpoint
-- How many tests of a mailing somebody asked its writers for and by when, and how many were sent.
CREATE TABLE `mailing_proofs` (
	`group_no` integer NOT NULL,
	`mailing_no` integer NOT NULL,
	`wanted` integer,
	`wanted_by` text,
	`sent` integer DEFAULT 0 NOT NULL,
	`sent_at` integer,
	PRIMARY KEY(`group_no`, `mailing_no`)
) WITHOUT ROWID;
