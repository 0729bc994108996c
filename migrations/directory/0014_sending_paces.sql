CREATE TABLE `sending_paces` (
	`group_no` integer NOT NULL,
	`domain` text NOT NULL,
	`mailbox` text NOT NULL,
	`hourly_max` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY (`group_no`, `domain`, `mailbox`)
) WITHOUT ROWID;
