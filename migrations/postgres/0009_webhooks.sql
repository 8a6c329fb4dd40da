CREATE TABLE "webhook_deliveries" (
	"webhook" text collate "C" NOT NULL,
	"number" bigint NOT NULL,
	"message_id" text collate "C" NOT NULL,
	"type" text collate "C" NOT NULL,
	"revision" bigint,
	"attempt" integer NOT NULL,
	"at" text collate "C" NOT NULL,
	"delivered" boolean NOT NULL,
	"status" integer,
	"latency_ms" integer NOT NULL,
	"excerpt" text,
	"error" text,
	CONSTRAINT "webhook_deliveries_key" PRIMARY KEY("webhook","number")
);
--> statement-breakpoint
CREATE TABLE "webhooks" (
	"id" text collate "C" PRIMARY KEY NOT NULL,
	"url" text NOT NULL,
	"description" text,
	"filters" text NOT NULL,
	"documents" boolean NOT NULL,
	"enabled" boolean NOT NULL,
	"version" integer NOT NULL,
	"secret" text NOT NULL,
	"previous_secret" text,
	"previous_secret_until" text collate "C",
	"position" bigint NOT NULL,
	"base" bigint NOT NULL,
	"failures" integer NOT NULL,
	"failing_since" text collate "C",
	"next_attempt_at" text collate "C",
	"last_error" text,
	"last_success_at" text collate "C",
	"disabled_reason" text,
	"disabled_at" text collate "C",
	"deliveries" bigint NOT NULL,
	"lease_by" text collate "C",
	"lease_until" text collate "C",
	"created_at" text collate "C" NOT NULL,
	"created_by" text collate "C" NOT NULL,
	"updated_at" text collate "C" NOT NULL
);
--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_webhook_webhooks_id_fk" FOREIGN KEY ("webhook") REFERENCES "public"."webhooks"("id") ON DELETE no action ON UPDATE no action;