import { sql } from 'drizzle-orm';
import type { Kit } from '../columns.js';

/** The journal and what names its records. */
export function defineCore(kit: Kit) {
  const entities = defineEntities(kit);
  return { head: defineHead(kit), entities, revisions: defineRevisions(kit, entities) };
}

function defineHead({ table, key, integer, big, flag }: Kit) {
  /** One row: where the journal stands. Updated inside each write, so revisions are gapless and in commit order. */
  return table('head', {
    id: integer('id').primaryKey(),
    revision: big('revision').notNull(),
    /** `recorded_at` of that revision; never goes backwards. */
    recordedAt: key('recorded_at').notNull(),
    /** Changed by a restore; part of every cursor. */
    epoch: key('epoch').notNull(),
    instance: key('instance').notNull(),
    /** Which projections the query tables hold: `PROJECTIONS` of the program that made them last. */
    projections: integer('projections').notNull().default(1),
    /** Whether the stored texts of sources are searched. */
    indexesTexts: flag('indexes_texts').notNull().default(false),
  });
}

function defineEntities({ table, key, text, integer, big, flag, index, uniqueIndex }: Kit) {
  return table(
    'entities',
    {
      id: key('id').primaryKey(),
      type: key('type').notNull(),
      slug: key('slug').notNull(),
      label: text('label').notNull(),
      version: integer('version').notNull(),
      /** Revision of the current version. */
      revision: big('revision').notNull(),
      /** Revision of version 1. */
      created: big('created').notNull(),
      deleted: flag('deleted').notNull(),
      /** The survivor after a merge. */
      mergedInto: key('merged_into'),
      /** Instance it is mirrored from; null for our own. */
      origin: key('origin'),
      /** Instance that it is pulled from, which may itself mirror it; null for our own. */
      via: key('via'),
      /** Which snapshot of that instance it was last in; null for our own. */
      seen: integer('seen'),
    },
    (t) => [
      uniqueIndex('entities_live_slug').on(t.type, t.slug).where(sql`not deleted`),
      index('entities_slug').on(t.slug, t.type),
      // Those that a mirrored record refers to and that have not come yet.
      index('entities_awaited').on(t.via, t.id).where(sql`version = 0`),
    ],
  );
}

function defineRevisions(
  { table, key, text, integer, big, index, uniqueIndex }: Kit,
  entities: ReturnType<typeof defineEntities>,
) {
  return table(
    'revisions',
    {
      revision: big('revision').primaryKey(),
      entity: key('entity')
        .notNull()
        .references(() => entities.id),
      type: key('type').notNull(),
      slug: key('slug').notNull(),
      label: text('label').notNull(),
      version: integer('version').notNull(),
      op: key('op').notNull(),
      changeKind: key('change_kind').notNull(),
      /** The whole representation after the change as JSON text; null for a deletion. */
      doc: text('doc'),
      recordedAt: key('recorded_at').notNull(),
      /** Id of the API key, or the name of the command that wrote. */
      by: key('by').notNull(),
      note: text('note'),
      requestId: key('request_id'),
      /** The record that this one was merged into by this change; null for other changes. */
      mergedInto: key('merged_into'),
      /**
       * With a merge the first of the revisions that it caused, which are all those from there to the one before this;
       * null where it caused none, and for other changes.
       */
      causedFrom: big('caused_from'),
      /** Instance that the version was mirrored from; null for our own. */
      origin: key('origin'),
    },
    (t) => [
      uniqueIndex('revisions_entity').on(t.entity, t.revision),
      index('revisions_slug').on(t.type, t.slug, t.revision),
      index('revisions_recorded_at').on(t.recordedAt, t.revision),
      index('revisions_merged_into').on(t.mergedInto).where(sql`merged_into is not null`),
    ],
  );
}

export type CoreTables = ReturnType<typeof defineCore>;
