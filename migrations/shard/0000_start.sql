CREATE TABLE `action_edits` (
	`group_no` integer NOT NULL,
	`action_no` integer NOT NULL,
	`version` integer NOT NULL,
	`account_no` integer NOT NULL,
	`edited_at` integer NOT NULL,
	`act` text NOT NULL,
	`changes` text NOT NULL,
	PRIMARY KEY(`group_no`, `action_no`, `version`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `action_slugs` (
	`group_no` integer NOT NULL,
	`kind` text NOT NULL,
	`slug` text NOT NULL,
	`action_no` integer NOT NULL,
	PRIMARY KEY(`group_no`, `kind`, `slug`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `actions` (
	`group_no` integer NOT NULL,
	`action_no` integer NOT NULL,
	`id` blob NOT NULL,
	`kind` text NOT NULL,
	`slug` text NOT NULL,
	`status` text NOT NULL,
	`title` text NOT NULL,
	`internal_title` text DEFAULT '' NOT NULL,
	`locale` text NOT NULL,
	`settings` text NOT NULL,
	`version` integer NOT NULL,
	`page_version` integer DEFAULT 1 NOT NULL,
	`limited_at` integer,
	`created_by` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`published_at` integer,
	`closed_at` integer,
	PRIMARY KEY(`group_no`, `action_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `actions_by_id` ON `actions` (`group_no`,`id`);--> statement-breakpoint
CREATE TABLE `participations` (
	`group_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`action_no` integer NOT NULL,
	`nth` integer NOT NULL,
	`id` blob NOT NULL,
	`acted_at` integer NOT NULL,
	`revised_at` integer NOT NULL,
	`answer` text NOT NULL,
	`comment` text,
	`comment_status` integer DEFAULT 0 NOT NULL,
	`is_named` integer NOT NULL,
	`source` text,
	`referrer` text,
	`removal_no` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`group_no`, `person_no`, `action_no`, `nth`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `participations_by_action` ON `participations` (`group_no`,`action_no`,`id`);--> statement-breakpoint
CREATE INDEX `participations_with_comment` ON `participations` (`group_no`,`action_no`,`comment_status`,`id`) WHERE comment_status > 0;--> statement-breakpoint
CREATE TABLE `removals` (
	`group_no` integer NOT NULL,
	`action_no` integer NOT NULL,
	`removal_no` integer NOT NULL,
	`cause` text NOT NULL,
	`criteria` text NOT NULL,
	`participation_count` integer NOT NULL,
	`removed_by` integer,
	`removed_at` integer NOT NULL,
	`undone_by` integer,
	`undone_at` integer,
	PRIMARY KEY(`group_no`, `action_no`, `removal_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `consent_events` (
	`group_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`acted_at` integer NOT NULL,
	`action_no` integer NOT NULL,
	`wording_hash` blob NOT NULL,
	`answer` integer NOT NULL,
	PRIMARY KEY(`group_no`, `person_no`, `acted_at`, `action_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `consent_wordings` (
	`group_no` integer NOT NULL,
	`hash` blob NOT NULL,
	`mode` text NOT NULL,
	`locale` text NOT NULL,
	`wording` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `hash`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `identities` (
	`group_no` integer NOT NULL,
	`kind` integer NOT NULL,
	`value` text NOT NULL,
	`person_no` integer NOT NULL,
	`acted_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `kind`, `value`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `numbers` (
	`group_no` integer NOT NULL,
	`noun` text NOT NULL,
	`last` integer NOT NULL,
	PRIMARY KEY(`group_no`, `noun`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `people` (
	`group_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`id` blob NOT NULL,
	`email` text,
	`phone` text,
	`given_name` text,
	`family_name` text,
	`street` text,
	`locality` text,
	`region` text,
	`postal_code` text,
	`country` text,
	`language` text,
	`given_name_at` integer,
	`family_name_at` integer,
	`street_at` integer,
	`locality_at` integer,
	`region_at` integer,
	`postal_code_at` integer,
	`country_at` integer,
	`phone_at` integer,
	`language_at` integer,
	`email_status` integer DEFAULT 0 NOT NULL,
	`email_status_at` integer,
	`email_status_cause` text,
	`mobile_status` integer DEFAULT 0 NOT NULL,
	`mobile_status_at` integer,
	`mobile_status_cause` text,
	`first_action_no` integer,
	`created_at` integer NOT NULL,
	`erased_at` integer,
	`merged_into` integer,
	PRIMARY KEY(`group_no`, `person_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `people_by_id` ON `people` (`group_no`,`id`);--> statement-breakpoint
CREATE TABLE `taggings` (
	`group_no` integer NOT NULL,
	`tag_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`tagged_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `tag_no`, `person_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `taggings_by_person` ON `taggings` (`group_no`,`person_no`);--> statement-breakpoint
CREATE TABLE `tags` (
	`group_no` integer NOT NULL,
	`tag_no` integer NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `tag_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `tags_by_name` ON `tags` (`group_no`,`name`);--> statement-breakpoint
CREATE TABLE `receipts` (
	`group_no` integer NOT NULL,
	`action_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`state` integer NOT NULL,
	`claimed_at` integer NOT NULL,
	`settled_at` integer,
	`attempts` integer DEFAULT 1 NOT NULL,
	`reason` text,
	PRIMARY KEY(`group_no`, `action_no`, `person_no`)
) WITHOUT ROWID;
