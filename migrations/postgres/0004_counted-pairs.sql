DROP INDEX "events_kind";--> statement-breakpoint
DROP INDEX "events_status";--> statement-breakpoint
DROP INDEX "events_country";--> statement-breakpoint
CREATE INDEX "rollups_value" ON "rollups" USING btree ("type","value","dimension");--> statement-breakpoint
CREATE INDEX "events_kind" ON "events" USING btree ("kind","date_from","date_to","entity","status","country","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "events_status" ON "events" USING btree ("status","date_from","date_to","entity","kind","country","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "events_country" ON "events" USING btree ("country","date_from","date_to","entity","kind","status","until") WHERE until is null;