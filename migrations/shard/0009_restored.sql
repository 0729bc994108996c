ALTER TABLE `participations` ADD `restored_at` integer;
