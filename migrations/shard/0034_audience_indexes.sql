CREATE INDEX `participations_out` ON `participations` (`group_no`,`action_no`) WHERE removal_no <> 0 OR standing = 3;
--> statement-breakpoint
CREATE INDEX `participations_with_gift` ON `participations` (`group_no`,`person_no`,`acted_at`,`amount`,`currency`,`removal_no`,`standing`,`id`) WHERE amount IS NOT NULL;
