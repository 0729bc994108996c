CREATE VIRTUAL TABLE `people_search` USING fts5(terms, content='', contentless_delete=1, detail=none, prefix='1 2 3', tokenize="ascii tokenchars '~=@._+-'");
--> statement-breakpoint
CREATE TABLE `search_progress` (
	`group_no` integer NOT NULL,
	`indexed_to` integer DEFAULT 0 NOT NULL,
	`swept_to` integer DEFAULT 0 NOT NULL,
	`sweep_began_at` integer DEFAULT 0 NOT NULL,
	`swept_since` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`group_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `other_addresses` (
	`group_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`kind` integer NOT NULL,
	`value` text NOT NULL,
	`added_at` integer NOT NULL,
	`left_at` integer,
	PRIMARY KEY(`group_no`, `person_no`, `kind`, `value`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `person_edits` (
	`group_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`id` blob NOT NULL,
	`edited_at` integer NOT NULL,
	`account_no` integer,
	`act` text NOT NULL,
	`changes` text NOT NULL,
	`undone_at` integer,
	`undone_by` integer,
	PRIMARY KEY(`group_no`, `person_no`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `subscription_changes` (
	`group_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`id` blob NOT NULL,
	`changed_at` integer NOT NULL,
	`channel` integer NOT NULL,
	`status` integer NOT NULL,
	`cause` text NOT NULL,
	`reason` text NOT NULL,
	`account_no` integer,
	PRIMARY KEY(`group_no`, `person_no`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `person_notes` (
	`group_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`id` blob NOT NULL,
	`kind` text NOT NULL,
	`text` text NOT NULL,
	`is_pinned` integer DEFAULT 0 NOT NULL,
	`created_by` integer NOT NULL,
	`created_at` integer NOT NULL,
	`trail` text DEFAULT '[]' NOT NULL,
	`deleted_by` integer,
	`deleted_at` integer,
	PRIMARY KEY(`group_no`, `person_no`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `merges` (
	`group_no` integer NOT NULL,
	`id` blob NOT NULL,
	`kept` integer NOT NULL,
	`lost` integer NOT NULL,
	`merged_at` integer NOT NULL,
	`account_no` integer,
	`cause` text NOT NULL,
	`kept_email` text,
	`lost_email` text,
	`removal_no` integer,
	`before` text,
	`after` text,
	`undone_at` integer,
	`undone_by` integer,
	PRIMARY KEY(`group_no`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `merges_by_kept` ON `merges` (`group_no`,`kept`);
--> statement-breakpoint
CREATE INDEX `merges_by_lost` ON `merges` (`group_no`,`lost`);
--> statement-breakpoint
CREATE TABLE `duplicates` (
	`group_no` integer NOT NULL,
	`first_no` integer NOT NULL,
	`second_no` integer NOT NULL,
	`reason` text NOT NULL,
	`found_at` integer NOT NULL,
	`dismissed_at` integer,
	`dismissed_by` integer,
	PRIMARY KEY(`group_no`, `first_no`, `second_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `address_changes` (
	`group_no` integer NOT NULL,
	`id` blob NOT NULL,
	`person_no` integer NOT NULL,
	`old_email` text NOT NULL,
	`new_email` text NOT NULL,
	`locale` text NOT NULL,
	`asked_at` integer NOT NULL,
	`old_confirmed_at` integer,
	`new_confirmed_at` integer,
	`done_at` integer,
	PRIMARY KEY(`group_no`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `address_changes_by_person` ON `address_changes` (`group_no`,`person_no`);
