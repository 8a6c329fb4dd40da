ALTER TABLE "actors" ADD COLUMN "supported" text collate "C" DEFAULT 'none' NOT NULL;--> statement-breakpoint
ALTER TABLE "agreements" ADD COLUMN "supported" text collate "C" DEFAULT 'none' NOT NULL;--> statement-breakpoint
ALTER TABLE "areas" ADD COLUMN "supported" text collate "C" DEFAULT 'none' NOT NULL;--> statement-breakpoint
ALTER TABLE "claims" ADD COLUMN "supported" text collate "C" DEFAULT 'none' NOT NULL;--> statement-breakpoint
ALTER TABLE "commitments" ADD COLUMN "supported" text collate "C" DEFAULT 'none' NOT NULL;--> statement-breakpoint
ALTER TABLE "disputes" ADD COLUMN "supported" text collate "C" DEFAULT 'none' NOT NULL;--> statement-breakpoint
ALTER TABLE "events" ADD COLUMN "supported" text collate "C" DEFAULT 'none' NOT NULL;--> statement-breakpoint
ALTER TABLE "sources" ADD COLUMN "supported" text collate "C" DEFAULT 'none' NOT NULL;--> statement-breakpoint
ALTER TABLE "sources" ADD COLUMN "reliability" text collate "C";--> statement-breakpoint
ALTER TABLE "sources" ADD COLUMN "standing" text collate "C" DEFAULT 'standing' NOT NULL;--> statement-breakpoint
CREATE INDEX "actors_supported" ON "actors" USING btree ("supported","date_from","date_to","entity") WHERE until is null;--> statement-breakpoint
CREATE INDEX "agreements_supported" ON "agreements" USING btree ("supported","date_from","date_to","entity") WHERE until is null;--> statement-breakpoint
CREATE INDEX "areas_supported" ON "areas" USING btree ("supported","date_from","date_to","entity") WHERE until is null;--> statement-breakpoint
CREATE INDEX "claims_supported" ON "claims" USING btree ("supported","date_from","date_to","entity") WHERE until is null;--> statement-breakpoint
CREATE INDEX "commitments_supported" ON "commitments" USING btree ("supported","date_from","date_to","entity") WHERE until is null;--> statement-breakpoint
CREATE INDEX "disputes_supported" ON "disputes" USING btree ("supported","date_from","date_to","entity") WHERE until is null;--> statement-breakpoint
CREATE INDEX "events_supported" ON "events" USING btree ("supported","date_from","date_to","entity") WHERE until is null;--> statement-breakpoint
CREATE INDEX "sources_supported" ON "sources" USING btree ("supported","date_from","date_to","entity") WHERE until is null;--> statement-breakpoint
CREATE INDEX "sources_standing" ON "sources" USING btree ("standing","entity","revision","until");