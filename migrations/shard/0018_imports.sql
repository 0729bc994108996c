CREATE TABLE `imports` (
	`group_no` integer NOT NULL,
	`import_no` integer NOT NULL,
	`id` blob NOT NULL,
	`status` text NOT NULL,
	`file_name` text NOT NULL,
	`file_bytes` integer NOT NULL,
	`upload_id` text,
	`file_forgotten_at` integer,
	`account_no` integer NOT NULL,
	`account_name` text NOT NULL,
	`locale` text NOT NULL,
	`format` text,
	`headings` text,
	`headings_hash` text,
	`mapping` text,
	`options` text,
	`statement` text,
	`statement_hash` text,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`finished_at` integer,
	`next_byte` integer DEFAULT 0 NOT NULL,
	`next_line` integer DEFAULT 1 NOT NULL,
	`row_count` integer DEFAULT 0 NOT NULL,
	`new_count` integer DEFAULT 0 NOT NULL,
	`updated_count` integer DEFAULT 0 NOT NULL,
	`unchanged_count` integer DEFAULT 0 NOT NULL,
	`rejected_count` integer DEFAULT 0 NOT NULL,
	`noted_count` integer DEFAULT 0 NOT NULL,
	`worked_ms` integer DEFAULT 0 NOT NULL,
	`moved_at` integer,
	`undone_up_to` integer DEFAULT 0 NOT NULL,
	`removed_count` integer DEFAULT 0 NOT NULL,
	`restored_count` integer DEFAULT 0 NOT NULL,
	`undone_at` integer,
	`mailed_at` integer,
	`trouble` text,
	PRIMARY KEY(`group_no`, `import_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `import_parts` (
	`group_no` integer NOT NULL,
	`import_no` integer NOT NULL,
	`part_no` integer NOT NULL,
	`etag` text NOT NULL,
	`bytes` integer NOT NULL,
	PRIMARY KEY(`group_no`, `import_no`, `part_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `import_people` (
	`group_no` integer NOT NULL,
	`import_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`is_new` integer NOT NULL,
	`acted_at` integer NOT NULL,
	`before` text,
	PRIMARY KEY(`group_no`, `import_no`, `person_no`)
) WITHOUT ROWID;
