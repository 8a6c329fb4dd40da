CREATE TABLE "search_texts" (
	"revision" bigint NOT NULL,
	"position" integer NOT NULL,
	"subject" text collate "C" NOT NULL,
	"subject_type" text collate "C" NOT NULL,
	"until" bigint,
	"label" text NOT NULL,
	"names" text NOT NULL,
	"body" text NOT NULL,
	"refs" text NOT NULL,
	"date_from" bigint NOT NULL,
	"date_to" bigint NOT NULL,
	CONSTRAINT "search_texts_key" PRIMARY KEY("revision")
);
--> statement-breakpoint
ALTER TABLE "head" ADD COLUMN "projections" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "search_texts" ADD CONSTRAINT "search_texts_revision_revisions_revision_fk" FOREIGN KEY ("revision") REFERENCES "public"."revisions"("revision") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "search_texts" ADD CONSTRAINT "search_texts_subject_entities_id_fk" FOREIGN KEY ("subject") REFERENCES "public"."entities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
-- From here on by hand: what the tool does not know of. The words come folded already, so the dictionary keeps them as they are.
ALTER TABLE "search_texts" ADD COLUMN "vector" tsvector GENERATED ALWAYS AS (
	setweight(to_tsvector('simple', "label"), 'A') || setweight(to_tsvector('simple', "names"), 'B') ||
	setweight(to_tsvector('simple', "body"), 'C') || setweight(to_tsvector('simple', "refs"), 'D')
) STORED NOT NULL;
--> statement-breakpoint
CREATE INDEX "search_texts_vector" ON "search_texts" USING gin ("vector");
