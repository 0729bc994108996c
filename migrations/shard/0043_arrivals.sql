CREATE TABLE `event_arrivals` (
	`group_no` integer NOT NULL,
	`action_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`shift` text DEFAULT '' NOT NULL,
	`arrived_at` integer NOT NULL,
	`account_no` integer NOT NULL,
	PRIMARY KEY(`group_no`, `action_no`, `person_no`, `shift`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT OR IGNORE INTO `event_arrivals` (`group_no`, `action_no`, `person_no`, `shift`, `arrived_at`, `account_no`)
SELECT e.`group_no`, e.`action_no`, e.`person_no`, coalesce(slot.key, ''), e.`arrived_at`, e.`account_no`
FROM `event_attendances` e
LEFT JOIN `participations` p ON p.`group_no` = e.`group_no` AND p.`person_no` = e.`person_no` AND p.`action_no` = e.`action_no`
LEFT JOIN json_each(p.`slots`) slot ON slot.value = 1;
--> statement-breakpoint
DROP TABLE `event_attendances`;
--> statement-breakpoint
ALTER TABLE `event_arrivals` RENAME TO `event_attendances`;
