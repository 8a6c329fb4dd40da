ALTER TABLE `actors` ADD `supported` text DEFAULT 'none' NOT NULL;--> statement-breakpoint
CREATE INDEX `actors_supported` ON `actors` (`supported`,`date_from`,`date_to`,`entity`) WHERE until is null;--> statement-breakpoint
ALTER TABLE `agreements` ADD `supported` text DEFAULT 'none' NOT NULL;--> statement-breakpoint
CREATE INDEX `agreements_supported` ON `agreements` (`supported`,`date_from`,`date_to`,`entity`) WHERE until is null;--> statement-breakpoint
ALTER TABLE `areas` ADD `supported` text DEFAULT 'none' NOT NULL;--> statement-breakpoint
CREATE INDEX `areas_supported` ON `areas` (`supported`,`date_from`,`date_to`,`entity`) WHERE until is null;--> statement-breakpoint
ALTER TABLE `claims` ADD `supported` text DEFAULT 'none' NOT NULL;--> statement-breakpoint
CREATE INDEX `claims_supported` ON `claims` (`supported`,`date_from`,`date_to`,`entity`) WHERE until is null;--> statement-breakpoint
ALTER TABLE `commitments` ADD `supported` text DEFAULT 'none' NOT NULL;--> statement-breakpoint
CREATE INDEX `commitments_supported` ON `commitments` (`supported`,`date_from`,`date_to`,`entity`) WHERE until is null;--> statement-breakpoint
ALTER TABLE `disputes` ADD `supported` text DEFAULT 'none' NOT NULL;--> statement-breakpoint
CREATE INDEX `disputes_supported` ON `disputes` (`supported`,`date_from`,`date_to`,`entity`) WHERE until is null;--> statement-breakpoint
ALTER TABLE `events` ADD `supported` text DEFAULT 'none' NOT NULL;--> statement-breakpoint
CREATE INDEX `events_supported` ON `events` (`supported`,`date_from`,`date_to`,`entity`) WHERE until is null;--> statement-breakpoint
ALTER TABLE `sources` ADD `supported` text DEFAULT 'none' NOT NULL;--> statement-breakpoint
ALTER TABLE `sources` ADD `reliability` text;--> statement-breakpoint
ALTER TABLE `sources` ADD `standing` text DEFAULT 'standing' NOT NULL;--> statement-breakpoint
CREATE INDEX `sources_supported` ON `sources` (`supported`,`date_from`,`date_to`,`entity`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `sources_standing` ON `sources` (`standing`,`entity`,`revision`,`until`);