DROP TABLE "import_runs" CASCADE;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD COLUMN "claimed_by" text collate "C";--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD COLUMN "claimed_until" text collate "C";