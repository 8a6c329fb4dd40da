ALTER TABLE `actors` ADD `valid_from` integer;--> statement-breakpoint
ALTER TABLE `actors` ADD `valid_to` integer;--> statement-breakpoint
ALTER TABLE `actors` ADD `certain_from` integer;--> statement-breakpoint
ALTER TABLE `actors` ADD `certain_to` integer;--> statement-breakpoint
ALTER TABLE `commitments` ADD `valid_from` integer;--> statement-breakpoint
ALTER TABLE `commitments` ADD `valid_to` integer;--> statement-breakpoint
ALTER TABLE `commitments` ADD `certain_from` integer;--> statement-breakpoint
ALTER TABLE `commitments` ADD `certain_to` integer;--> statement-breakpoint
ALTER TABLE `links` ADD `certain_from` integer;--> statement-breakpoint
ALTER TABLE `links` ADD `certain_to` integer;