CREATE TABLE `pull_conflicts` (
	`instance` text NOT NULL,
	`record` text NOT NULL,
	`reason` text NOT NULL,
	`detail` text NOT NULL,
	`noticed_at` text NOT NULL,
	PRIMARY KEY(`instance`, `record`)
);
--> statement-breakpoint
CREATE TABLE `pulls` (
	`instance` text PRIMARY KEY NOT NULL,
	`url` text NOT NULL,
	`types` text,
	`phase` text NOT NULL,
	`cursor` text,
	`epoch` text,
	`revision` integer NOT NULL,
	`run` integer NOT NULL,
	`count` integer NOT NULL,
	`digest` text NOT NULL,
	`step` integer NOT NULL,
	`head` integer NOT NULL,
	`pulled_at` text,
	`level_at` text,
	`error` text
);
--> statement-breakpoint
ALTER TABLE `entities` ADD `via` text;--> statement-breakpoint
ALTER TABLE `entities` ADD `seen` integer;--> statement-breakpoint
CREATE INDEX `entities_awaited` ON `entities` (`via`,`id`) WHERE version = 0;--> statement-breakpoint
ALTER TABLE `revisions` ADD `origin` text;