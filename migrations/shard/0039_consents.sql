ALTER TABLE `participations` ADD `consent` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `participations` ADD `wording_hash` blob;--> statement-breakpoint
CREATE VIEW `consents` AS
SELECT `group_no`, `person_no`, `acted_at`, `action_no`, `wording_hash`, `answer` FROM `consent_events`
UNION ALL
SELECT `group_no`, `person_no`, `acted_at`, `action_no`, `wording_hash`, `consent` FROM `participations` WHERE `consent` > 0;
