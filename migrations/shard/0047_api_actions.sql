-- Actions that API clients made: what they said of them, in the words of the API. NULL for those made here.
ALTER TABLE `actions` ADD COLUMN `api` text;
--> statement-breakpoint
-- The API lists what was published, kind by kind, the newest first.
CREATE INDEX `actions_by_kind` ON `actions` (`group_no`, `kind`, `action_no`) WHERE `published_at` IS NOT NULL;
--> statement-breakpoint
-- A browser that posts without a key names an action and nothing else.
CREATE INDEX `actions_by_uuid` ON `actions` (`id`);
