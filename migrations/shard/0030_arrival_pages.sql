CREATE TABLE `arrival_pages` (
	`group_no` integer PRIMARY KEY NOT NULL,
	`page` blob NOT NULL
);
