CREATE TABLE `actors` (
	`revision` integer PRIMARY KEY NOT NULL,
	`entity` text NOT NULL,
	`until` integer,
	`created` integer NOT NULL,
	`label` text NOT NULL,
	`method` text NOT NULL,
	`date_from` integer NOT NULL,
	`date_to` integer NOT NULL,
	`kind` text NOT NULL,
	`country` text,
	FOREIGN KEY (`revision`) REFERENCES `revisions`(`revision`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`entity`) REFERENCES `entities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `actors_date` ON `actors` (`date_from`,`date_to`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `actors_date_as_of` ON `actors` (`date_from`,`date_to`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `actors_label` ON `actors` (`label`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `actors_label_as_of` ON `actors` (`label`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `actors_created` ON `actors` (`created`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `actors_created_as_of` ON `actors` (`created`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `actors_updated` ON `actors` (`revision`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `actors_entity` ON `actors` (`entity`,`revision`);--> statement-breakpoint
CREATE INDEX `actors_kind` ON `actors` (`kind`,`label`,`entity`) WHERE until is null;--> statement-breakpoint
CREATE TABLE `agreements` (
	`revision` integer PRIMARY KEY NOT NULL,
	`entity` text NOT NULL,
	`until` integer,
	`created` integer NOT NULL,
	`label` text NOT NULL,
	`method` text NOT NULL,
	`date_from` integer NOT NULL,
	`date_to` integer NOT NULL,
	`legal_form` text NOT NULL,
	`bindingness` text,
	`status` text,
	FOREIGN KEY (`revision`) REFERENCES `revisions`(`revision`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`entity`) REFERENCES `entities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `agreements_date` ON `agreements` (`date_from`,`date_to`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `agreements_date_as_of` ON `agreements` (`date_from`,`date_to`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `agreements_label` ON `agreements` (`label`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `agreements_label_as_of` ON `agreements` (`label`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `agreements_created` ON `agreements` (`created`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `agreements_created_as_of` ON `agreements` (`created`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `agreements_updated` ON `agreements` (`revision`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `agreements_entity` ON `agreements` (`entity`,`revision`);--> statement-breakpoint
CREATE INDEX `agreements_status` ON `agreements` (`status`,`date_from`,`date_to`,`entity`) WHERE until is null;--> statement-breakpoint
CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`secret_sha256` text NOT NULL,
	`scopes` text NOT NULL,
	`created_at` text NOT NULL,
	`revoked_at` text
);
--> statement-breakpoint
CREATE TABLE `areas` (
	`revision` integer PRIMARY KEY NOT NULL,
	`entity` text NOT NULL,
	`until` integer,
	`created` integer NOT NULL,
	`label` text NOT NULL,
	`method` text NOT NULL,
	`date_from` integer NOT NULL,
	`date_to` integer NOT NULL,
	`broader` text,
	FOREIGN KEY (`revision`) REFERENCES `revisions`(`revision`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`entity`) REFERENCES `entities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `areas_date` ON `areas` (`date_from`,`date_to`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `areas_date_as_of` ON `areas` (`date_from`,`date_to`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `areas_label` ON `areas` (`label`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `areas_label_as_of` ON `areas` (`label`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `areas_created` ON `areas` (`created`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `areas_created_as_of` ON `areas` (`created`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `areas_updated` ON `areas` (`revision`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `areas_entity` ON `areas` (`entity`,`revision`);--> statement-breakpoint
CREATE INDEX `areas_broader` ON `areas` (`broader`,`entity`);--> statement-breakpoint
CREATE TABLE `claims` (
	`revision` integer PRIMARY KEY NOT NULL,
	`entity` text NOT NULL,
	`until` integer,
	`created` integer NOT NULL,
	`label` text NOT NULL,
	`method` text NOT NULL,
	`date_from` integer NOT NULL,
	`date_to` integer NOT NULL,
	`kind` text NOT NULL,
	`rank` text NOT NULL,
	`standing` text NOT NULL,
	`certainty` text NOT NULL,
	`field` text,
	FOREIGN KEY (`revision`) REFERENCES `revisions`(`revision`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`entity`) REFERENCES `entities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `claims_date` ON `claims` (`date_from`,`date_to`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `claims_date_as_of` ON `claims` (`date_from`,`date_to`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `claims_label` ON `claims` (`label`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `claims_label_as_of` ON `claims` (`label`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `claims_created` ON `claims` (`created`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `claims_created_as_of` ON `claims` (`created`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `claims_updated` ON `claims` (`revision`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `claims_entity` ON `claims` (`entity`,`revision`);--> statement-breakpoint
CREATE TABLE `commitments` (
	`revision` integer PRIMARY KEY NOT NULL,
	`entity` text NOT NULL,
	`until` integer,
	`created` integer NOT NULL,
	`label` text NOT NULL,
	`method` text NOT NULL,
	`date_from` integer NOT NULL,
	`date_to` integer NOT NULL,
	`kind` text NOT NULL,
	`stage` text,
	`bindingness` text,
	`currency` text,
	`amount_key` text,
	FOREIGN KEY (`revision`) REFERENCES `revisions`(`revision`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`entity`) REFERENCES `entities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `commitments_date` ON `commitments` (`date_from`,`date_to`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `commitments_date_as_of` ON `commitments` (`date_from`,`date_to`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `commitments_label` ON `commitments` (`label`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `commitments_label_as_of` ON `commitments` (`label`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `commitments_created` ON `commitments` (`created`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `commitments_created_as_of` ON `commitments` (`created`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `commitments_updated` ON `commitments` (`revision`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `commitments_entity` ON `commitments` (`entity`,`revision`);--> statement-breakpoint
CREATE INDEX `commitments_kind` ON `commitments` (`kind`,`date_from`,`date_to`,`entity`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `commitments_stage` ON `commitments` (`stage`,`date_from`,`date_to`,`entity`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `commitments_currency` ON `commitments` (`currency`,`date_from`,`date_to`,`entity`) WHERE until is null;--> statement-breakpoint
CREATE TABLE `deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`webhook` text NOT NULL,
	`revision` integer NOT NULL,
	`attempt` integer NOT NULL,
	`due_at` text NOT NULL,
	`leased_until` text,
	`status` integer,
	`excerpt` text,
	`finished_at` text,
	FOREIGN KEY (`webhook`) REFERENCES `webhooks`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `deliveries_due` ON `deliveries` (`due_at`,`webhook`);--> statement-breakpoint
CREATE INDEX `deliveries_webhook` ON `deliveries` (`webhook`,`revision`);--> statement-breakpoint
CREATE TABLE `disputes` (
	`revision` integer PRIMARY KEY NOT NULL,
	`entity` text NOT NULL,
	`until` integer,
	`created` integer NOT NULL,
	`label` text NOT NULL,
	`method` text NOT NULL,
	`date_from` integer NOT NULL,
	`date_to` integer NOT NULL,
	`status` text NOT NULL,
	`positions` integer NOT NULL,
	FOREIGN KEY (`revision`) REFERENCES `revisions`(`revision`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`entity`) REFERENCES `entities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `disputes_date` ON `disputes` (`date_from`,`date_to`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `disputes_date_as_of` ON `disputes` (`date_from`,`date_to`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `disputes_label` ON `disputes` (`label`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `disputes_label_as_of` ON `disputes` (`label`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `disputes_created` ON `disputes` (`created`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `disputes_created_as_of` ON `disputes` (`created`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `disputes_updated` ON `disputes` (`revision`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `disputes_entity` ON `disputes` (`entity`,`revision`);--> statement-breakpoint
CREATE TABLE `entities` (
	`id` text PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`slug` text NOT NULL,
	`label` text NOT NULL,
	`version` integer NOT NULL,
	`revision` integer NOT NULL,
	`created` integer NOT NULL,
	`deleted` integer NOT NULL,
	`merged_into` text,
	`origin` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `entities_live_slug` ON `entities` (`type`,`slug`) WHERE not deleted;--> statement-breakpoint
CREATE INDEX `entities_slug` ON `entities` (`slug`,`type`);--> statement-breakpoint
CREATE TABLE `events` (
	`revision` integer PRIMARY KEY NOT NULL,
	`entity` text NOT NULL,
	`until` integer,
	`created` integer NOT NULL,
	`label` text NOT NULL,
	`method` text NOT NULL,
	`date_from` integer NOT NULL,
	`date_to` integer NOT NULL,
	`kind` text NOT NULL,
	`status` text NOT NULL,
	`country` text,
	`latitude` real,
	`longitude` real,
	FOREIGN KEY (`revision`) REFERENCES `revisions`(`revision`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`entity`) REFERENCES `entities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `events_date` ON `events` (`date_from`,`date_to`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `events_date_as_of` ON `events` (`date_from`,`date_to`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `events_label` ON `events` (`label`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `events_label_as_of` ON `events` (`label`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `events_created` ON `events` (`created`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `events_created_as_of` ON `events` (`created`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `events_updated` ON `events` (`revision`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `events_entity` ON `events` (`entity`,`revision`);--> statement-breakpoint
CREATE INDEX `events_kind` ON `events` (`kind`,`date_from`,`date_to`,`entity`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `events_status` ON `events` (`status`,`date_from`,`date_to`,`entity`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `events_country` ON `events` (`country`,`date_from`,`date_to`,`entity`) WHERE until is null;--> statement-breakpoint
CREATE TABLE `external_ids` (
	`revision` integer NOT NULL,
	`position` integer NOT NULL,
	`subject` text NOT NULL,
	`subject_type` text NOT NULL,
	`until` integer,
	`scheme` text NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`revision`, `position`),
	FOREIGN KEY (`revision`) REFERENCES `revisions`(`revision`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`subject`) REFERENCES `entities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `external_ids_live` ON `external_ids` (`subject_type`,`scheme`,`value`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `external_ids_value` ON `external_ids` (`value`,`scheme`,`revision`);--> statement-breakpoint
CREATE TABLE `head` (
	`id` integer PRIMARY KEY NOT NULL,
	`revision` integer NOT NULL,
	`recorded_at` text NOT NULL,
	`epoch` text NOT NULL,
	`instance` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`principal` text NOT NULL,
	`key_sha256` text NOT NULL,
	`fingerprint` text NOT NULL,
	`status` integer NOT NULL,
	`headers` text NOT NULL,
	`body` text NOT NULL,
	`created_at` text NOT NULL,
	PRIMARY KEY(`principal`, `key_sha256`)
);
--> statement-breakpoint
CREATE INDEX `idempotency_keys_created` ON `idempotency_keys` (`created_at`);--> statement-breakpoint
CREATE TABLE `import_runs` (
	`id` text PRIMARY KEY NOT NULL,
	`format` text NOT NULL,
	`started_at` text NOT NULL,
	`finished_at` text,
	`by` text NOT NULL,
	`outcome` text
);
--> statement-breakpoint
CREATE TABLE `links` (
	`revision` integer NOT NULL,
	`position` integer NOT NULL,
	`subject` text NOT NULL,
	`subject_type` text NOT NULL,
	`until` integer,
	`relation` text NOT NULL,
	`role` text,
	`target` text NOT NULL,
	`valid_from` integer,
	`valid_to` integer,
	`kind` text NOT NULL,
	`date_from` integer NOT NULL,
	`date_to` integer NOT NULL,
	`rank` integer NOT NULL,
	PRIMARY KEY(`revision`, `position`),
	FOREIGN KEY (`revision`) REFERENCES `revisions`(`revision`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`subject`) REFERENCES `entities`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`target`) REFERENCES `entities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `links_target` ON `links` (`target`,`subject_type`,`date_from`,`date_to`,`subject`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `links_target_kind` ON `links` (`target`,`subject_type`,`kind`,`date_from`,`date_to`,`subject`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `links_target_as_of` ON `links` (`target`,`subject_type`,`date_from`,`date_to`,`subject`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `links_subject` ON `links` (`subject`,`revision`);--> statement-breakpoint
CREATE TABLE `milestones` (
	`revision` integer NOT NULL,
	`position` integer NOT NULL,
	`subject` text NOT NULL,
	`subject_type` text NOT NULL,
	`until` integer,
	`stage` text NOT NULL,
	`date_from` integer NOT NULL,
	`date_to` integer NOT NULL,
	`currency` text,
	`amount_key` text,
	PRIMARY KEY(`revision`, `position`),
	FOREIGN KEY (`revision`) REFERENCES `revisions`(`revision`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`subject`) REFERENCES `entities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `milestones_stage` ON `milestones` (`subject_type`,`stage`,`date_from`,`subject`) WHERE until is null;--> statement-breakpoint
CREATE TABLE `names` (
	`revision` integer NOT NULL,
	`position` integer NOT NULL,
	`subject` text NOT NULL,
	`subject_type` text NOT NULL,
	`until` integer,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`folded` text NOT NULL,
	`valid_from` integer,
	`valid_to` integer,
	PRIMARY KEY(`revision`, `position`),
	FOREIGN KEY (`revision`) REFERENCES `revisions`(`revision`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`subject`) REFERENCES `entities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `names_folded` ON `names` (`folded`,`subject_type`,`subject`) WHERE until is null;--> statement-breakpoint
CREATE TABLE `pulls` (
	`origin` text PRIMARY KEY NOT NULL,
	`url` text NOT NULL,
	`cursor` text,
	`remote_revision` integer,
	`pulled_at` text
);
--> statement-breakpoint
CREATE TABLE `revisions` (
	`revision` integer PRIMARY KEY NOT NULL,
	`entity` text NOT NULL,
	`type` text NOT NULL,
	`slug` text NOT NULL,
	`label` text NOT NULL,
	`version` integer NOT NULL,
	`op` text NOT NULL,
	`change_kind` text NOT NULL,
	`doc` text,
	`recorded_at` text NOT NULL,
	`by` text NOT NULL,
	`note` text,
	`request_id` text,
	FOREIGN KEY (`entity`) REFERENCES `entities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `revisions_entity` ON `revisions` (`entity`,`revision`);--> statement-breakpoint
CREATE INDEX `revisions_slug` ON `revisions` (`type`,`slug`,`revision`);--> statement-breakpoint
CREATE INDEX `revisions_recorded_at` ON `revisions` (`recorded_at`,`revision`);--> statement-breakpoint
CREATE TABLE `rollups` (
	`type` text NOT NULL,
	`dimension` text NOT NULL,
	`value` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`type`, `dimension`, `value`)
);
--> statement-breakpoint
CREATE TABLE `source_texts` (
	`entity` text NOT NULL,
	`sha256` text NOT NULL,
	`content` text NOT NULL,
	`length` integer NOT NULL,
	`stored_at` text NOT NULL,
	PRIMARY KEY(`entity`, `sha256`),
	FOREIGN KEY (`entity`) REFERENCES `entities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `sources` (
	`revision` integer PRIMARY KEY NOT NULL,
	`entity` text NOT NULL,
	`until` integer,
	`created` integer NOT NULL,
	`label` text NOT NULL,
	`method` text NOT NULL,
	`date_from` integer NOT NULL,
	`date_to` integer NOT NULL,
	`kind` text NOT NULL,
	`language` text,
	FOREIGN KEY (`revision`) REFERENCES `revisions`(`revision`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`entity`) REFERENCES `entities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `sources_date` ON `sources` (`date_from`,`date_to`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `sources_date_as_of` ON `sources` (`date_from`,`date_to`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `sources_label` ON `sources` (`label`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `sources_label_as_of` ON `sources` (`label`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `sources_created` ON `sources` (`created`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `sources_created_as_of` ON `sources` (`created`,`entity`,`revision`,`until`);--> statement-breakpoint
CREATE INDEX `sources_updated` ON `sources` (`revision`,`entity`,`until`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `sources_entity` ON `sources` (`entity`,`revision`);--> statement-breakpoint
CREATE TABLE `tags` (
	`revision` integer NOT NULL,
	`position` integer NOT NULL,
	`subject` text NOT NULL,
	`subject_type` text NOT NULL,
	`until` integer,
	`tag` text NOT NULL,
	`date_from` integer NOT NULL,
	`date_to` integer NOT NULL,
	PRIMARY KEY(`revision`, `position`),
	FOREIGN KEY (`revision`) REFERENCES `revisions`(`revision`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`subject`) REFERENCES `entities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `tags_tag` ON `tags` (`tag`,`subject_type`,`date_from`,`date_to`,`subject`) WHERE until is null;--> statement-breakpoint
CREATE INDEX `tags_tag_as_of` ON `tags` (`tag`,`subject_type`,`date_from`,`date_to`,`subject`,`revision`,`until`);--> statement-breakpoint
CREATE TABLE `webhooks` (
	`id` text PRIMARY KEY NOT NULL,
	`url` text NOT NULL,
	`settings` text NOT NULL,
	`position` integer NOT NULL,
	`enabled` integer NOT NULL,
	`disabled_reason` text,
	`created_at` text NOT NULL
);
