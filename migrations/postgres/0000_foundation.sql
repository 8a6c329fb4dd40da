CREATE TABLE "actors" (
	"revision" bigint PRIMARY KEY NOT NULL,
	"entity" text collate "C" NOT NULL,
	"until" bigint,
	"created" bigint NOT NULL,
	"label" text collate "C" NOT NULL,
	"method" text collate "C" NOT NULL,
	"date_from" bigint NOT NULL,
	"date_to" bigint NOT NULL,
	"kind" text collate "C" NOT NULL,
	"country" text collate "C"
);
--> statement-breakpoint
CREATE TABLE "agreements" (
	"revision" bigint PRIMARY KEY NOT NULL,
	"entity" text collate "C" NOT NULL,
	"until" bigint,
	"created" bigint NOT NULL,
	"label" text collate "C" NOT NULL,
	"method" text collate "C" NOT NULL,
	"date_from" bigint NOT NULL,
	"date_to" bigint NOT NULL,
	"legal_form" text collate "C" NOT NULL,
	"bindingness" text collate "C",
	"status" text collate "C"
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"secret_sha256" text collate "C" NOT NULL,
	"scopes" text collate "C" NOT NULL,
	"created_at" text collate "C" NOT NULL,
	"revoked_at" text collate "C"
);
--> statement-breakpoint
CREATE TABLE "areas" (
	"revision" bigint PRIMARY KEY NOT NULL,
	"entity" text collate "C" NOT NULL,
	"until" bigint,
	"created" bigint NOT NULL,
	"label" text collate "C" NOT NULL,
	"method" text collate "C" NOT NULL,
	"date_from" bigint NOT NULL,
	"date_to" bigint NOT NULL,
	"broader" text collate "C"
);
--> statement-breakpoint
CREATE TABLE "claims" (
	"revision" bigint PRIMARY KEY NOT NULL,
	"entity" text collate "C" NOT NULL,
	"until" bigint,
	"created" bigint NOT NULL,
	"label" text collate "C" NOT NULL,
	"method" text collate "C" NOT NULL,
	"date_from" bigint NOT NULL,
	"date_to" bigint NOT NULL,
	"kind" text collate "C" NOT NULL,
	"rank" text collate "C" NOT NULL,
	"standing" text collate "C" NOT NULL,
	"certainty" text collate "C" NOT NULL,
	"field" text collate "C"
);
--> statement-breakpoint
CREATE TABLE "commitments" (
	"revision" bigint PRIMARY KEY NOT NULL,
	"entity" text collate "C" NOT NULL,
	"until" bigint,
	"created" bigint NOT NULL,
	"label" text collate "C" NOT NULL,
	"method" text collate "C" NOT NULL,
	"date_from" bigint NOT NULL,
	"date_to" bigint NOT NULL,
	"kind" text collate "C" NOT NULL,
	"stage" text collate "C",
	"bindingness" text collate "C",
	"currency" text collate "C",
	"amount_key" text collate "C"
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"webhook" text collate "C" NOT NULL,
	"revision" bigint NOT NULL,
	"attempt" integer NOT NULL,
	"due_at" text collate "C" NOT NULL,
	"leased_until" text collate "C",
	"status" integer,
	"excerpt" text,
	"finished_at" text collate "C"
);
--> statement-breakpoint
CREATE TABLE "disputes" (
	"revision" bigint PRIMARY KEY NOT NULL,
	"entity" text collate "C" NOT NULL,
	"until" bigint,
	"created" bigint NOT NULL,
	"label" text collate "C" NOT NULL,
	"method" text collate "C" NOT NULL,
	"date_from" bigint NOT NULL,
	"date_to" bigint NOT NULL,
	"status" text collate "C" NOT NULL,
	"positions" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "entities" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"type" text collate "C" NOT NULL,
	"slug" text collate "C" NOT NULL,
	"label" text NOT NULL,
	"version" integer NOT NULL,
	"revision" bigint NOT NULL,
	"created" bigint NOT NULL,
	"deleted" boolean NOT NULL,
	"merged_into" text collate "C",
	"origin" text collate "C"
);
--> statement-breakpoint
CREATE TABLE "events" (
	"revision" bigint PRIMARY KEY NOT NULL,
	"entity" text collate "C" NOT NULL,
	"until" bigint,
	"created" bigint NOT NULL,
	"label" text collate "C" NOT NULL,
	"method" text collate "C" NOT NULL,
	"date_from" bigint NOT NULL,
	"date_to" bigint NOT NULL,
	"kind" text collate "C" NOT NULL,
	"status" text collate "C" NOT NULL,
	"country" text collate "C",
	"latitude" double precision,
	"longitude" double precision
);
--> statement-breakpoint
CREATE TABLE "external_ids" (
	"revision" bigint NOT NULL,
	"position" integer NOT NULL,
	"subject" text collate "C" NOT NULL,
	"subject_type" text collate "C" NOT NULL,
	"until" bigint,
	"scheme" text collate "C" NOT NULL,
	"value" text collate "C" NOT NULL,
	CONSTRAINT "external_ids_key" PRIMARY KEY("revision","position")
);
--> statement-breakpoint
CREATE TABLE "head" (
	"id" integer PRIMARY KEY NOT NULL,
	"revision" bigint NOT NULL,
	"recorded_at" text collate "C" NOT NULL,
	"epoch" text collate "C" NOT NULL,
	"instance" text collate "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"principal" text collate "C" NOT NULL,
	"key_sha256" text collate "C" NOT NULL,
	"fingerprint" text collate "C" NOT NULL,
	"status" integer NOT NULL,
	"headers" text NOT NULL,
	"body" text NOT NULL,
	"created_at" text collate "C" NOT NULL,
	CONSTRAINT "idempotency_keys_key" PRIMARY KEY("principal","key_sha256")
);
--> statement-breakpoint
CREATE TABLE "import_runs" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"format" text collate "C" NOT NULL,
	"started_at" text collate "C" NOT NULL,
	"finished_at" text collate "C",
	"by" text collate "C" NOT NULL,
	"outcome" text
);
--> statement-breakpoint
CREATE TABLE "links" (
	"revision" bigint NOT NULL,
	"position" integer NOT NULL,
	"subject" text collate "C" NOT NULL,
	"subject_type" text collate "C" NOT NULL,
	"until" bigint,
	"relation" text collate "C" NOT NULL,
	"role" text collate "C",
	"target" text collate "C" NOT NULL,
	"valid_from" bigint,
	"valid_to" bigint,
	"kind" text collate "C" NOT NULL,
	"date_from" bigint NOT NULL,
	"date_to" bigint NOT NULL,
	"rank" integer NOT NULL,
	CONSTRAINT "links_key" PRIMARY KEY("revision","position")
);
--> statement-breakpoint
CREATE TABLE "milestones" (
	"revision" bigint NOT NULL,
	"position" integer NOT NULL,
	"subject" text collate "C" NOT NULL,
	"subject_type" text collate "C" NOT NULL,
	"until" bigint,
	"stage" text collate "C" NOT NULL,
	"date_from" bigint NOT NULL,
	"date_to" bigint NOT NULL,
	"currency" text collate "C",
	"amount_key" text collate "C",
	CONSTRAINT "milestones_key" PRIMARY KEY("revision","position")
);
--> statement-breakpoint
CREATE TABLE "names" (
	"revision" bigint NOT NULL,
	"position" integer NOT NULL,
	"subject" text collate "C" NOT NULL,
	"subject_type" text collate "C" NOT NULL,
	"until" bigint,
	"kind" text collate "C" NOT NULL,
	"value" text NOT NULL,
	"folded" text collate "C" NOT NULL,
	"valid_from" bigint,
	"valid_to" bigint,
	CONSTRAINT "names_key" PRIMARY KEY("revision","position")
);
--> statement-breakpoint
CREATE TABLE "pulls" (
	"origin" text collate "C" PRIMARY KEY NOT NULL,
	"url" text NOT NULL,
	"cursor" text,
	"remote_revision" bigint,
	"pulled_at" text collate "C"
);
--> statement-breakpoint
CREATE TABLE "revisions" (
	"revision" bigint PRIMARY KEY NOT NULL,
	"entity" text collate "C" NOT NULL,
	"type" text collate "C" NOT NULL,
	"slug" text collate "C" NOT NULL,
	"label" text NOT NULL,
	"version" integer NOT NULL,
	"op" text collate "C" NOT NULL,
	"change_kind" text collate "C" NOT NULL,
	"doc" text,
	"recorded_at" text collate "C" NOT NULL,
	"by" text collate "C" NOT NULL,
	"note" text,
	"request_id" text collate "C"
);
--> statement-breakpoint
CREATE TABLE "rollups" (
	"type" text collate "C" NOT NULL,
	"dimension" text collate "C" NOT NULL,
	"value" text collate "C" NOT NULL,
	"count" integer NOT NULL,
	CONSTRAINT "rollups_key" PRIMARY KEY("type","dimension","value")
);
--> statement-breakpoint
CREATE TABLE "source_texts" (
	"entity" text collate "C" NOT NULL,
	"sha256" text collate "C" NOT NULL,
	"content" text NOT NULL,
	"length" integer NOT NULL,
	"stored_at" text collate "C" NOT NULL,
	CONSTRAINT "source_texts_key" PRIMARY KEY("entity","sha256")
);
--> statement-breakpoint
CREATE TABLE "sources" (
	"revision" bigint PRIMARY KEY NOT NULL,
	"entity" text collate "C" NOT NULL,
	"until" bigint,
	"created" bigint NOT NULL,
	"label" text collate "C" NOT NULL,
	"method" text collate "C" NOT NULL,
	"date_from" bigint NOT NULL,
	"date_to" bigint NOT NULL,
	"kind" text collate "C" NOT NULL,
	"language" text collate "C"
);
--> statement-breakpoint
CREATE TABLE "tags" (
	"revision" bigint NOT NULL,
	"position" integer NOT NULL,
	"subject" text collate "C" NOT NULL,
	"subject_type" text collate "C" NOT NULL,
	"until" bigint,
	"tag" text collate "C" NOT NULL,
	"date_from" bigint NOT NULL,
	"date_to" bigint NOT NULL,
	CONSTRAINT "tags_key" PRIMARY KEY("revision","position")
);
--> statement-breakpoint
CREATE TABLE "webhooks" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"url" text NOT NULL,
	"settings" text NOT NULL,
	"position" bigint NOT NULL,
	"enabled" boolean NOT NULL,
	"disabled_reason" text,
	"created_at" text collate "C" NOT NULL
);
--> statement-breakpoint
ALTER TABLE "actors" ADD CONSTRAINT "actors_revision_revisions_revision_fk" FOREIGN KEY ("revision") REFERENCES "public"."revisions"("revision") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "actors" ADD CONSTRAINT "actors_entity_entities_id_fk" FOREIGN KEY ("entity") REFERENCES "public"."entities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "agreements" ADD CONSTRAINT "agreements_revision_revisions_revision_fk" FOREIGN KEY ("revision") REFERENCES "public"."revisions"("revision") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "agreements" ADD CONSTRAINT "agreements_entity_entities_id_fk" FOREIGN KEY ("entity") REFERENCES "public"."entities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "areas" ADD CONSTRAINT "areas_revision_revisions_revision_fk" FOREIGN KEY ("revision") REFERENCES "public"."revisions"("revision") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "areas" ADD CONSTRAINT "areas_entity_entities_id_fk" FOREIGN KEY ("entity") REFERENCES "public"."entities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "claims" ADD CONSTRAINT "claims_revision_revisions_revision_fk" FOREIGN KEY ("revision") REFERENCES "public"."revisions"("revision") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "claims" ADD CONSTRAINT "claims_entity_entities_id_fk" FOREIGN KEY ("entity") REFERENCES "public"."entities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commitments" ADD CONSTRAINT "commitments_revision_revisions_revision_fk" FOREIGN KEY ("revision") REFERENCES "public"."revisions"("revision") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "commitments" ADD CONSTRAINT "commitments_entity_entities_id_fk" FOREIGN KEY ("entity") REFERENCES "public"."entities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_webhook_webhooks_id_fk" FOREIGN KEY ("webhook") REFERENCES "public"."webhooks"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "disputes" ADD CONSTRAINT "disputes_revision_revisions_revision_fk" FOREIGN KEY ("revision") REFERENCES "public"."revisions"("revision") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "disputes" ADD CONSTRAINT "disputes_entity_entities_id_fk" FOREIGN KEY ("entity") REFERENCES "public"."entities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_revision_revisions_revision_fk" FOREIGN KEY ("revision") REFERENCES "public"."revisions"("revision") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_entity_entities_id_fk" FOREIGN KEY ("entity") REFERENCES "public"."entities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "external_ids" ADD CONSTRAINT "external_ids_revision_revisions_revision_fk" FOREIGN KEY ("revision") REFERENCES "public"."revisions"("revision") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "external_ids" ADD CONSTRAINT "external_ids_subject_entities_id_fk" FOREIGN KEY ("subject") REFERENCES "public"."entities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "links" ADD CONSTRAINT "links_revision_revisions_revision_fk" FOREIGN KEY ("revision") REFERENCES "public"."revisions"("revision") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "links" ADD CONSTRAINT "links_subject_entities_id_fk" FOREIGN KEY ("subject") REFERENCES "public"."entities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "links" ADD CONSTRAINT "links_target_entities_id_fk" FOREIGN KEY ("target") REFERENCES "public"."entities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "milestones" ADD CONSTRAINT "milestones_revision_revisions_revision_fk" FOREIGN KEY ("revision") REFERENCES "public"."revisions"("revision") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "milestones" ADD CONSTRAINT "milestones_subject_entities_id_fk" FOREIGN KEY ("subject") REFERENCES "public"."entities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "names" ADD CONSTRAINT "names_revision_revisions_revision_fk" FOREIGN KEY ("revision") REFERENCES "public"."revisions"("revision") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "names" ADD CONSTRAINT "names_subject_entities_id_fk" FOREIGN KEY ("subject") REFERENCES "public"."entities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "revisions" ADD CONSTRAINT "revisions_entity_entities_id_fk" FOREIGN KEY ("entity") REFERENCES "public"."entities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "source_texts" ADD CONSTRAINT "source_texts_entity_entities_id_fk" FOREIGN KEY ("entity") REFERENCES "public"."entities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources" ADD CONSTRAINT "sources_revision_revisions_revision_fk" FOREIGN KEY ("revision") REFERENCES "public"."revisions"("revision") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources" ADD CONSTRAINT "sources_entity_entities_id_fk" FOREIGN KEY ("entity") REFERENCES "public"."entities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tags" ADD CONSTRAINT "tags_revision_revisions_revision_fk" FOREIGN KEY ("revision") REFERENCES "public"."revisions"("revision") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tags" ADD CONSTRAINT "tags_subject_entities_id_fk" FOREIGN KEY ("subject") REFERENCES "public"."entities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "actors_date" ON "actors" USING btree ("date_from","date_to","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "actors_date_as_of" ON "actors" USING btree ("date_from","date_to","entity","revision","until");--> statement-breakpoint
CREATE INDEX "actors_label" ON "actors" USING btree ("label","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "actors_label_as_of" ON "actors" USING btree ("label","entity","revision","until");--> statement-breakpoint
CREATE INDEX "actors_created" ON "actors" USING btree ("created","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "actors_created_as_of" ON "actors" USING btree ("created","entity","revision","until");--> statement-breakpoint
CREATE INDEX "actors_updated" ON "actors" USING btree ("revision","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "actors_entity" ON "actors" USING btree ("entity","revision");--> statement-breakpoint
CREATE INDEX "actors_kind" ON "actors" USING btree ("kind","label","entity") WHERE until is null;--> statement-breakpoint
CREATE INDEX "agreements_date" ON "agreements" USING btree ("date_from","date_to","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "agreements_date_as_of" ON "agreements" USING btree ("date_from","date_to","entity","revision","until");--> statement-breakpoint
CREATE INDEX "agreements_label" ON "agreements" USING btree ("label","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "agreements_label_as_of" ON "agreements" USING btree ("label","entity","revision","until");--> statement-breakpoint
CREATE INDEX "agreements_created" ON "agreements" USING btree ("created","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "agreements_created_as_of" ON "agreements" USING btree ("created","entity","revision","until");--> statement-breakpoint
CREATE INDEX "agreements_updated" ON "agreements" USING btree ("revision","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "agreements_entity" ON "agreements" USING btree ("entity","revision");--> statement-breakpoint
CREATE INDEX "agreements_status" ON "agreements" USING btree ("status","date_from","date_to","entity") WHERE until is null;--> statement-breakpoint
CREATE INDEX "areas_date" ON "areas" USING btree ("date_from","date_to","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "areas_date_as_of" ON "areas" USING btree ("date_from","date_to","entity","revision","until");--> statement-breakpoint
CREATE INDEX "areas_label" ON "areas" USING btree ("label","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "areas_label_as_of" ON "areas" USING btree ("label","entity","revision","until");--> statement-breakpoint
CREATE INDEX "areas_created" ON "areas" USING btree ("created","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "areas_created_as_of" ON "areas" USING btree ("created","entity","revision","until");--> statement-breakpoint
CREATE INDEX "areas_updated" ON "areas" USING btree ("revision","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "areas_entity" ON "areas" USING btree ("entity","revision");--> statement-breakpoint
CREATE INDEX "areas_broader" ON "areas" USING btree ("broader","entity");--> statement-breakpoint
CREATE INDEX "claims_date" ON "claims" USING btree ("date_from","date_to","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "claims_date_as_of" ON "claims" USING btree ("date_from","date_to","entity","revision","until");--> statement-breakpoint
CREATE INDEX "claims_label" ON "claims" USING btree ("label","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "claims_label_as_of" ON "claims" USING btree ("label","entity","revision","until");--> statement-breakpoint
CREATE INDEX "claims_created" ON "claims" USING btree ("created","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "claims_created_as_of" ON "claims" USING btree ("created","entity","revision","until");--> statement-breakpoint
CREATE INDEX "claims_updated" ON "claims" USING btree ("revision","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "claims_entity" ON "claims" USING btree ("entity","revision");--> statement-breakpoint
CREATE INDEX "commitments_date" ON "commitments" USING btree ("date_from","date_to","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "commitments_date_as_of" ON "commitments" USING btree ("date_from","date_to","entity","revision","until");--> statement-breakpoint
CREATE INDEX "commitments_label" ON "commitments" USING btree ("label","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "commitments_label_as_of" ON "commitments" USING btree ("label","entity","revision","until");--> statement-breakpoint
CREATE INDEX "commitments_created" ON "commitments" USING btree ("created","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "commitments_created_as_of" ON "commitments" USING btree ("created","entity","revision","until");--> statement-breakpoint
CREATE INDEX "commitments_updated" ON "commitments" USING btree ("revision","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "commitments_entity" ON "commitments" USING btree ("entity","revision");--> statement-breakpoint
CREATE INDEX "commitments_kind" ON "commitments" USING btree ("kind","date_from","date_to","entity") WHERE until is null;--> statement-breakpoint
CREATE INDEX "commitments_stage" ON "commitments" USING btree ("stage","date_from","date_to","entity") WHERE until is null;--> statement-breakpoint
CREATE INDEX "commitments_currency" ON "commitments" USING btree ("currency","date_from","date_to","entity") WHERE until is null;--> statement-breakpoint
CREATE INDEX "deliveries_due" ON "deliveries" USING btree ("due_at","webhook");--> statement-breakpoint
CREATE INDEX "deliveries_webhook" ON "deliveries" USING btree ("webhook","revision");--> statement-breakpoint
CREATE INDEX "disputes_date" ON "disputes" USING btree ("date_from","date_to","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "disputes_date_as_of" ON "disputes" USING btree ("date_from","date_to","entity","revision","until");--> statement-breakpoint
CREATE INDEX "disputes_label" ON "disputes" USING btree ("label","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "disputes_label_as_of" ON "disputes" USING btree ("label","entity","revision","until");--> statement-breakpoint
CREATE INDEX "disputes_created" ON "disputes" USING btree ("created","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "disputes_created_as_of" ON "disputes" USING btree ("created","entity","revision","until");--> statement-breakpoint
CREATE INDEX "disputes_updated" ON "disputes" USING btree ("revision","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "disputes_entity" ON "disputes" USING btree ("entity","revision");--> statement-breakpoint
CREATE UNIQUE INDEX "entities_live_slug" ON "entities" USING btree ("type","slug") WHERE not deleted;--> statement-breakpoint
CREATE INDEX "entities_slug" ON "entities" USING btree ("slug","type");--> statement-breakpoint
CREATE INDEX "events_date" ON "events" USING btree ("date_from","date_to","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "events_date_as_of" ON "events" USING btree ("date_from","date_to","entity","revision","until");--> statement-breakpoint
CREATE INDEX "events_label" ON "events" USING btree ("label","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "events_label_as_of" ON "events" USING btree ("label","entity","revision","until");--> statement-breakpoint
CREATE INDEX "events_created" ON "events" USING btree ("created","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "events_created_as_of" ON "events" USING btree ("created","entity","revision","until");--> statement-breakpoint
CREATE INDEX "events_updated" ON "events" USING btree ("revision","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "events_entity" ON "events" USING btree ("entity","revision");--> statement-breakpoint
CREATE INDEX "events_kind" ON "events" USING btree ("kind","date_from","date_to","entity") WHERE until is null;--> statement-breakpoint
CREATE INDEX "events_status" ON "events" USING btree ("status","date_from","date_to","entity") WHERE until is null;--> statement-breakpoint
CREATE INDEX "events_country" ON "events" USING btree ("country","date_from","date_to","entity") WHERE until is null;--> statement-breakpoint
CREATE UNIQUE INDEX "external_ids_live" ON "external_ids" USING btree ("subject_type","scheme","value") WHERE until is null;--> statement-breakpoint
CREATE INDEX "external_ids_value" ON "external_ids" USING btree ("value","scheme","revision");--> statement-breakpoint
CREATE INDEX "idempotency_keys_created" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "links_target" ON "links" USING btree ("target","subject_type","date_from","date_to","subject") WHERE until is null;--> statement-breakpoint
CREATE INDEX "links_target_kind" ON "links" USING btree ("target","subject_type","kind","date_from","date_to","subject") WHERE until is null;--> statement-breakpoint
CREATE INDEX "links_target_as_of" ON "links" USING btree ("target","subject_type","date_from","date_to","subject","revision","until");--> statement-breakpoint
CREATE INDEX "links_subject" ON "links" USING btree ("subject","revision");--> statement-breakpoint
CREATE INDEX "milestones_stage" ON "milestones" USING btree ("subject_type","stage","date_from","subject") WHERE until is null;--> statement-breakpoint
CREATE INDEX "names_folded" ON "names" USING btree ("folded","subject_type","subject") WHERE until is null;--> statement-breakpoint
CREATE UNIQUE INDEX "revisions_entity" ON "revisions" USING btree ("entity","revision");--> statement-breakpoint
CREATE INDEX "revisions_slug" ON "revisions" USING btree ("type","slug","revision");--> statement-breakpoint
CREATE INDEX "revisions_recorded_at" ON "revisions" USING btree ("recorded_at","revision");--> statement-breakpoint
CREATE INDEX "sources_date" ON "sources" USING btree ("date_from","date_to","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "sources_date_as_of" ON "sources" USING btree ("date_from","date_to","entity","revision","until");--> statement-breakpoint
CREATE INDEX "sources_label" ON "sources" USING btree ("label","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "sources_label_as_of" ON "sources" USING btree ("label","entity","revision","until");--> statement-breakpoint
CREATE INDEX "sources_created" ON "sources" USING btree ("created","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "sources_created_as_of" ON "sources" USING btree ("created","entity","revision","until");--> statement-breakpoint
CREATE INDEX "sources_updated" ON "sources" USING btree ("revision","entity","until") WHERE until is null;--> statement-breakpoint
CREATE INDEX "sources_entity" ON "sources" USING btree ("entity","revision");--> statement-breakpoint
CREATE INDEX "tags_tag" ON "tags" USING btree ("tag","subject_type","date_from","date_to","subject") WHERE until is null;--> statement-breakpoint
CREATE INDEX "tags_tag_as_of" ON "tags" USING btree ("tag","subject_type","date_from","date_to","subject","revision","until");