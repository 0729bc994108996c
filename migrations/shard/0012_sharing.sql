CREATE TABLE `share_tallies` (
	`group_no` integer NOT NULL,
	`action_no` integer NOT NULL,
	`variant` text NOT NULL,
	`way` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`group_no`, `action_no`, `variant`, `way`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `participations_by_link` ON `participations` (`group_no`,`action_no`,`source`) WHERE source >= 'r-' AND source < 'r.' AND removal_no = 0;
