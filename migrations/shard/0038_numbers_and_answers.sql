CREATE TABLE `merged_people` (
	`group_no` integer NOT NULL,
	`root_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	PRIMARY KEY(`group_no`, `root_no`, `person_no`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO merged_people (group_no, root_no, person_no)
WITH RECURSIVE up (group_no, person_no, root_no, depth) AS (
  SELECT m.group_no, m.lost, m.kept, 0 FROM merges m WHERE m.undone_at IS NULL AND m.kept IS NOT NULL
  UNION ALL
  SELECT up.group_no, up.person_no, m.kept, up.depth + 1 FROM up
  CROSS JOIN merges m ON m.group_no = up.group_no AND m.lost = up.root_no AND m.undone_at IS NULL
  WHERE up.depth < 10
)
SELECT DISTINCT group_no, root_no, person_no FROM up
WHERE NOT EXISTS (SELECT 1 FROM merges m WHERE m.group_no = up.group_no AND m.lost = up.root_no AND m.undone_at IS NULL);
--> statement-breakpoint
CREATE UNIQUE INDEX `merged_people_by_person` ON `merged_people` (`group_no`,`person_no`);
--> statement-breakpoint
CREATE TABLE `mail_answers` (
	`group_no` integer NOT NULL,
	`reply_no` integer NOT NULL,
	`id` blob NOT NULL,
	`text` text NOT NULL,
	`account_no` integer NOT NULL,
	`at` integer NOT NULL,
	`sent_at` integer,
	PRIMARY KEY(`group_no`, `reply_no`, `id`)
) WITHOUT ROWID;
