DROP TABLE `deliveries`;--> statement-breakpoint
DROP TABLE `pulls`;--> statement-breakpoint
DROP TABLE `webhooks`;--> statement-breakpoint
ALTER TABLE `revisions` ADD `merged_into` text;--> statement-breakpoint
CREATE INDEX `revisions_merged_into` ON `revisions` (`merged_into`) WHERE merged_into is not null;