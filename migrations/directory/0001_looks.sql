CREATE TABLE `group_looks` (
	`group_no` integer PRIMARY KEY NOT NULL,
	`draft` text,
	`live` text,
	`previous` text
);
