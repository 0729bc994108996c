ALTER TABLE `tags` ADD `name_key` text;
--> statement-breakpoint
ALTER TABLE `tags` ADD `note` text DEFAULT '' NOT NULL;
--> statement-breakpoint
ALTER TABLE `tags` ADD `hidden_at` integer;
--> statement-breakpoint
ALTER TABLE `tags` ADD `former_name` text;
--> statement-breakpoint
ALTER TABLE `tags` ADD `merged_into` integer;
--> statement-breakpoint
ALTER TABLE `tags` ADD `deleted_at` integer;
--> statement-breakpoint
ALTER TABLE `tags` ADD `emptied_at` integer;
--> statement-breakpoint
ALTER TABLE `tags` ADD `person_count` integer;
--> statement-breakpoint
ALTER TABLE `tags` ADD `counted_at` integer;
--> statement-breakpoint
UPDATE `tags` SET `name_key` = replace(lower(`name`), ' ', '-') || CASE WHEN EXISTS (SELECT 1 FROM `tags` other WHERE other.`group_no` = `tags`.`group_no` AND other.`tag_no` < `tags`.`tag_no` AND replace(lower(other.`name`), ' ', '-') = replace(lower(`tags`.`name`), ' ', '-')) THEN '~' || `tag_no` ELSE '' END;
--> statement-breakpoint
CREATE UNIQUE INDEX `tags_by_key` ON `tags` (`group_no`,`name_key`) WHERE name_key IS NOT NULL;
--> statement-breakpoint
CREATE TABLE `tag_aliases` (
	`group_no` integer NOT NULL,
	`name_key` text NOT NULL,
	`tag_no` integer NOT NULL,
	PRIMARY KEY(`group_no`, `name_key`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `custom_fields` ADD `labels` text DEFAULT '{}' NOT NULL;
--> statement-breakpoint
ALTER TABLE `custom_fields` ADD `rules` text DEFAULT '{}' NOT NULL;
--> statement-breakpoint
ALTER TABLE `custom_fields` ADD `note` text DEFAULT '' NOT NULL;
--> statement-breakpoint
ALTER TABLE `custom_fields` ADD `former_key` text;
--> statement-breakpoint
ALTER TABLE `custom_fields` ADD `merged_into` integer;
--> statement-breakpoint
ALTER TABLE `custom_fields` ADD `deleted_at` integer;
--> statement-breakpoint
ALTER TABLE `custom_fields` ADD `emptied_at` integer;
--> statement-breakpoint
ALTER TABLE `custom_fields` ADD `value_count` integer;
--> statement-breakpoint
ALTER TABLE `custom_fields` ADD `misfit_count` integer;
--> statement-breakpoint
ALTER TABLE `custom_fields` ADD `counted_at` integer;
--> statement-breakpoint
CREATE TABLE `works` (
	`group_no` integer NOT NULL,
	`work_no` integer NOT NULL,
	`sort` text NOT NULL,
	`subject` integer NOT NULL,
	`detail` text NOT NULL,
	`cursor` integer NOT NULL,
	`done_count` integer NOT NULL,
	`total_count` integer,
	`due_at` integer NOT NULL,
	`started_by` integer,
	`started_at` integer NOT NULL,
	`finished_at` integer,
	PRIMARY KEY(`group_no`, `work_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `works_open` ON `works` (`due_at`) WHERE finished_at IS NULL;
--> statement-breakpoint
CREATE TABLE `sources` (
	`group_no` integer NOT NULL,
	`code` text NOT NULL,
	`label` text NOT NULL,
	`note` text NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`group_no`, `code`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `source_counts` (
	`group_no` integer NOT NULL,
	`count_no` integer NOT NULL,
	`code` text NOT NULL,
	`action_no` integer NOT NULL,
	`participation_count` integer NOT NULL,
	`new_count` integer NOT NULL,
	PRIMARY KEY(`group_no`, `count_no`, `code`, `action_no`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `retention_rules` (
	`group_no` integer NOT NULL,
	`rule` text NOT NULL,
	`months` integer NOT NULL,
	`is_on` integer NOT NULL,
	`options` text NOT NULL,
	`saved_by` integer NOT NULL,
	`saved_at` integer NOT NULL,
	`last_at` integer,
	`last_count` integer,
	PRIMARY KEY(`group_no`, `rule`)
) WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `question_library` ADD `note` text DEFAULT '' NOT NULL;
