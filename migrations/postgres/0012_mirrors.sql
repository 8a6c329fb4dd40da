CREATE TABLE "pull_conflicts" (
	"instance" text collate "C" NOT NULL,
	"record" text collate "C" NOT NULL,
	"reason" text collate "C" NOT NULL,
	"detail" text NOT NULL,
	"noticed_at" text collate "C" NOT NULL,
	CONSTRAINT "pull_conflicts_key" PRIMARY KEY("instance","record")
);
--> statement-breakpoint
CREATE TABLE "pulls" (
	"instance" text collate "C" PRIMARY KEY NOT NULL,
	"url" text collate "C" NOT NULL,
	"types" text collate "C",
	"phase" text collate "C" NOT NULL,
	"cursor" text,
	"epoch" text collate "C",
	"revision" bigint NOT NULL,
	"run" integer NOT NULL,
	"count" integer NOT NULL,
	"digest" text collate "C" NOT NULL,
	"step" bigint NOT NULL,
	"head" bigint NOT NULL,
	"pulled_at" text collate "C",
	"level_at" text collate "C",
	"error" text
);
--> statement-breakpoint
ALTER TABLE "entities" ADD COLUMN "via" text collate "C";--> statement-breakpoint
ALTER TABLE "entities" ADD COLUMN "seen" integer;--> statement-breakpoint
ALTER TABLE "revisions" ADD COLUMN "origin" text collate "C";--> statement-breakpoint
CREATE INDEX "entities_awaited" ON "entities" USING btree ("via","id") WHERE version = 0;