DROP TABLE `import_runs`;--> statement-breakpoint
ALTER TABLE `idempotency_keys` ADD `claimed_by` text;--> statement-breakpoint
ALTER TABLE `idempotency_keys` ADD `claimed_until` text;