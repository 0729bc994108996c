CREATE TABLE `people_brief` (
	`group_no` integer NOT NULL,
	`person_no` integer NOT NULL,
	`email_status` integer NOT NULL,
	`mobile_status` integer NOT NULL,
	`created_at` integer NOT NULL,
	`country` text,
	`region` text,
	`postal_code` text,
	`language` text,
	PRIMARY KEY(`group_no`, `person_no`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO people_brief (group_no, person_no, email_status, mobile_status, created_at, country, region, postal_code, language) SELECT group_no, person_no, email_status, mobile_status, created_at, country, region, postal_code, language FROM people WHERE erased_at IS NULL AND merged_into IS NULL;
--> statement-breakpoint
CREATE TRIGGER `people_brief_comes` AFTER INSERT ON `people` WHEN new.erased_at IS NULL AND new.merged_into IS NULL BEGIN INSERT INTO people_brief (group_no, person_no, email_status, mobile_status, created_at, country, region, postal_code, language) VALUES (new.group_no, new.person_no, new.email_status, new.mobile_status, new.created_at, new.country, new.region, new.postal_code, new.language) ON CONFLICT (group_no, person_no) DO UPDATE SET email_status = excluded.email_status, mobile_status = excluded.mobile_status, created_at = excluded.created_at, country = excluded.country, region = excluded.region, postal_code = excluded.postal_code, language = excluded.language; END;
--> statement-breakpoint
CREATE TRIGGER `people_brief_changes` AFTER UPDATE ON `people` WHEN new.erased_at IS NULL AND new.merged_into IS NULL AND (old.email_status IS NOT new.email_status OR old.mobile_status IS NOT new.mobile_status OR old.created_at IS NOT new.created_at OR old.country IS NOT new.country OR old.region IS NOT new.region OR old.postal_code IS NOT new.postal_code OR old.language IS NOT new.language OR old.erased_at IS NOT new.erased_at OR old.merged_into IS NOT new.merged_into) BEGIN INSERT INTO people_brief (group_no, person_no, email_status, mobile_status, created_at, country, region, postal_code, language) VALUES (new.group_no, new.person_no, new.email_status, new.mobile_status, new.created_at, new.country, new.region, new.postal_code, new.language) ON CONFLICT (group_no, person_no) DO UPDATE SET email_status = excluded.email_status, mobile_status = excluded.mobile_status, created_at = excluded.created_at, country = excluded.country, region = excluded.region, postal_code = excluded.postal_code, language = excluded.language; END;
--> statement-breakpoint
CREATE TRIGGER `people_brief_goes` AFTER UPDATE ON `people` WHEN (new.erased_at IS NOT NULL OR new.merged_into IS NOT NULL) AND old.erased_at IS NULL AND old.merged_into IS NULL BEGIN DELETE FROM people_brief WHERE group_no = new.group_no AND person_no = new.person_no; END;
--> statement-breakpoint
CREATE TRIGGER `people_brief_ends` AFTER DELETE ON `people` BEGIN DELETE FROM people_brief WHERE group_no = old.group_no AND person_no = old.person_no; END;
