ALTER TABLE "deliveries" DISABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "pulls" DISABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "webhooks" DISABLE ROW LEVEL SECURITY;--> statement-breakpoint
DROP TABLE "deliveries" CASCADE;--> statement-breakpoint
DROP TABLE "pulls" CASCADE;--> statement-breakpoint
DROP TABLE "webhooks" CASCADE;--> statement-breakpoint
ALTER TABLE "revisions" ADD COLUMN "merged_into" text collate "C";--> statement-breakpoint
CREATE INDEX "revisions_merged_into" ON "revisions" USING btree ("merged_into") WHERE merged_into is not null;