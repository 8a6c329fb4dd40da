ALTER TABLE "actors" ADD COLUMN "valid_from" bigint;--> statement-breakpoint
ALTER TABLE "actors" ADD COLUMN "valid_to" bigint;--> statement-breakpoint
ALTER TABLE "actors" ADD COLUMN "certain_from" bigint;--> statement-breakpoint
ALTER TABLE "actors" ADD COLUMN "certain_to" bigint;--> statement-breakpoint
ALTER TABLE "commitments" ADD COLUMN "valid_from" bigint;--> statement-breakpoint
ALTER TABLE "commitments" ADD COLUMN "valid_to" bigint;--> statement-breakpoint
ALTER TABLE "commitments" ADD COLUMN "certain_from" bigint;--> statement-breakpoint
ALTER TABLE "commitments" ADD COLUMN "certain_to" bigint;--> statement-breakpoint
ALTER TABLE "links" ADD COLUMN "certain_from" bigint;--> statement-breakpoint
ALTER TABLE "links" ADD COLUMN "certain_to" bigint;