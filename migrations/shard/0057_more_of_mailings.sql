-- Tags of mailings that are out of the way of lists and choices.
CREATE TABLE `hidden_mailing_tags` (
	`group_no` integer NOT NULL,
	`tag` text NOT NULL,
	`hidden_by` integer NOT NULL,
	`hidden_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `tag`)
) WITHOUT ROWID;
