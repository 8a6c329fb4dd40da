CREATE TABLE "finding_records" (
	"finding" text collate "C" NOT NULL,
	"position" integer NOT NULL,
	"record" text collate "C" NOT NULL,
	"is_owner" boolean NOT NULL,
	CONSTRAINT "finding_records_key" PRIMARY KEY("finding","position")
);
--> statement-breakpoint
CREATE TABLE "findings" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"rule" text collate "C" NOT NULL,
	"rank" integer NOT NULL,
	"type" text collate "C" NOT NULL,
	"fingerprint" text collate "C" NOT NULL,
	"message" text NOT NULL,
	"details" text NOT NULL,
	"acknowledgement" text
);
--> statement-breakpoint
CREATE TABLE "findings_state" (
	"id" integer PRIMARY KEY NOT NULL,
	"checked" bigint NOT NULL,
	"serial" bigint NOT NULL,
	"ruleset" integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE "finding_records" ADD CONSTRAINT "finding_records_finding_findings_id_fk" FOREIGN KEY ("finding") REFERENCES "public"."findings"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "finding_records" ADD CONSTRAINT "finding_records_record_entities_id_fk" FOREIGN KEY ("record") REFERENCES "public"."entities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "finding_records_record" ON "finding_records" USING btree ("record","finding");--> statement-breakpoint
CREATE INDEX "findings_order" ON "findings" USING btree ("rank","rule","id");--> statement-breakpoint
CREATE INDEX "findings_rule" ON "findings" USING btree ("rule","rank","id");