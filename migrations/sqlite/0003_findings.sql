CREATE TABLE `finding_records` (
	`finding` text NOT NULL,
	`position` integer NOT NULL,
	`record` text NOT NULL,
	`is_owner` integer NOT NULL,
	PRIMARY KEY(`finding`, `position`),
	FOREIGN KEY (`finding`) REFERENCES `findings`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`record`) REFERENCES `entities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `finding_records_record` ON `finding_records` (`record`,`finding`);--> statement-breakpoint
CREATE TABLE `findings` (
	`id` text PRIMARY KEY NOT NULL,
	`rule` text NOT NULL,
	`rank` integer NOT NULL,
	`type` text NOT NULL,
	`fingerprint` text NOT NULL,
	`message` text NOT NULL,
	`details` text NOT NULL,
	`acknowledgement` text
);
--> statement-breakpoint
CREATE INDEX `findings_order` ON `findings` (`rank`,`rule`,`id`);--> statement-breakpoint
CREATE INDEX `findings_rule` ON `findings` (`rule`,`rank`,`id`);--> statement-breakpoint
CREATE TABLE `findings_state` (
	`id` integer PRIMARY KEY NOT NULL,
	`checked` integer NOT NULL,
	`serial` integer NOT NULL,
	`ruleset` integer NOT NULL
);
