-- Tables of facts that mailings merge by something of the person. Rows are of a version, so that a mailing under way keeps those it began with.
CREATE TABLE `merge_files` (
	`group_no` integer NOT NULL,
	`file_no` integer NOT NULL,
	`id` blob NOT NULL,
	`name` text NOT NULL,
	`version_no` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_by` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`removed_at` integer,
	PRIMARY KEY(`group_no`, `file_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `merge_files_by_id` ON `merge_files` (`group_no`,`id`);
--> statement-breakpoint
CREATE TABLE `merge_versions` (
	`group_no` integer NOT NULL,
	`file_no` integer NOT NULL,
	`version_no` integer NOT NULL,
	`upload_name` text NOT NULL,
	`bytes` integer NOT NULL,
	`kind` text,
	`field_no` integer,
	`key_heading` text DEFAULT '' NOT NULL,
	`columns` text DEFAULT '[]' NOT NULL,
	`row_count` integer DEFAULT 0 NOT NULL,
	`problem_count` integer DEFAULT 0 NOT NULL,
	`problems` text DEFAULT '[]' NOT NULL,
	`created_by` integer NOT NULL,
	`created_at` integer NOT NULL,
	`taken_at` integer,
	PRIMARY KEY(`group_no`, `file_no`, `version_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `merge_rows` (
	`group_no` integer NOT NULL,
	`file_no` integer NOT NULL,
	`version_no` integer NOT NULL,
	`key` text NOT NULL,
	`cells` text NOT NULL,
	PRIMARY KEY(`group_no`, `file_no`, `version_no`, `key`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `merge_uses` (
	`group_no` integer NOT NULL,
	`mailing_no` integer NOT NULL,
	`file_no` integer NOT NULL,
	`version_no` integer NOT NULL,
	PRIMARY KEY(`group_no`, `mailing_no`)
) WITHOUT ROWID;
