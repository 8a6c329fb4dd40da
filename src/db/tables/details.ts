import type { Kit } from '../columns.js';
import { isCurrent } from '../columns.js';
import type { CoreTables } from './core.js';

/** Rows that hang on a version of a record: edges, milestones, names, external ids, tags. Versioned as records are. */
export function defineDetails(kit: Kit, core: CoreTables) {
  const common = detailColumns(kit, core);
  return {
    ...defineEdges(kit, core, common),
    ...defineWords(kit, common),
    ...defineSearch(kit, common),
    ...defineStores(kit, core),
  };
}

type DetailColumns = ReturnType<typeof detailColumns>;

/** Columns that every detail has. */
function detailColumns({ big, integer, key }: Kit, core: CoreTables) {
  return () => ({
    revision: big('revision')
      .notNull()
      .references(() => core.revisions.revision),
    position: integer('position').notNull(),
    subject: key('subject')
      .notNull()
      .references(() => core.entities.id),
    subjectType: key('subject_type').notNull(),
    until: big('until'),
  });
}

function defineEdges({ table, key, integer, big, index, primaryKey }: Kit, core: CoreTables, common: DetailColumns) {
  const links = table(
    'links',
    {
      ...common(),
      relation: key('relation').notNull(),
      role: key('role'),
      target: key('target')
        .notNull()
        .references(() => core.entities.id),
      /** Day numbers between which the edge may hold; null without a bound, or without a validity of its own. */
      validFrom: big('valid_from'),
      validTo: big('valid_to'),
      /** Kind (or status) and sort date of the subject, so that combined filters need one index. */
      kind: key('kind').notNull(),
      dateFrom: big('date_from').notNull(),
      dateTo: big('date_to').notNull(),
      /**
       * How often the subject already pointed at the target: 0 for the first edge at all, 1 for the first of its
       * relation, 2 for the first of its relation and role, 3 for others. Lets a list driven by edges show each
       * record once.
       */
      rank: integer('rank').notNull(),
      /** Day numbers between which the edge surely holds, sentinels for open ends; null without a validity of its own. */
      certainFrom: big('certain_from'),
      certainTo: big('certain_to'),
    },
    (t) => [
      primaryKey({ name: 'links_key', columns: [t.revision, t.position] }),
      index('links_target').on(t.target, t.subjectType, t.dateFrom, t.dateTo, t.subject).where(isCurrent),
      index('links_target_kind').on(t.target, t.subjectType, t.kind, t.dateFrom, t.dateTo, t.subject).where(isCurrent),
      index('links_target_as_of').on(t.target, t.subjectType, t.dateFrom, t.dateTo, t.subject, t.revision, t.until),
      index('links_subject').on(t.subject, t.revision),
    ],
  );

  const milestones = table(
    'milestones',
    {
      ...common(),
      stage: key('stage').notNull(),
      dateFrom: big('date_from').notNull(),
      dateTo: big('date_to').notNull(),
      currency: key('currency'),
      amountKey: key('amount_key'),
    },
    (t) => [
      primaryKey({ name: 'milestones_key', columns: [t.revision, t.position] }),
      index('milestones_stage').on(t.subjectType, t.stage, t.dateFrom, t.subject).where(isCurrent),
    ],
  );

  return { links, milestones };
}

function defineWords({ table, key, text, big, index, uniqueIndex, primaryKey }: Kit, common: DetailColumns) {
  const names = table(
    'names',
    {
      ...common(),
      kind: key('kind').notNull(),
      value: text('value').notNull(),
      folded: key('folded').notNull(),
      validFrom: big('valid_from'),
      validTo: big('valid_to'),
    },
    (t) => [
      primaryKey({ name: 'names_key', columns: [t.revision, t.position] }),
      index('names_folded').on(t.folded, t.subjectType, t.subject).where(isCurrent),
    ],
  );

  const externalIds = table(
    'external_ids',
    { ...common(), scheme: key('scheme').notNull(), value: key('value').notNull() },
    (t) => [
      primaryKey({ name: 'external_ids_key', columns: [t.revision, t.position] }),
      uniqueIndex('external_ids_live').on(t.subjectType, t.scheme, t.value).where(isCurrent),
      index('external_ids_value').on(t.value, t.scheme, t.revision),
    ],
  );

  const tags = table(
    'tags',
    {
      ...common(),
      tag: key('tag').notNull(),
      /** Sort date of the subject. */
      dateFrom: big('date_from').notNull(),
      dateTo: big('date_to').notNull(),
    },
    (t) => [
      primaryKey({ name: 'tags_key', columns: [t.revision, t.position] }),
      index('tags_tag').on(t.tag, t.subjectType, t.dateFrom, t.dateTo, t.subject).where(isCurrent),
      index('tags_tag_as_of').on(t.tag, t.subjectType, t.dateFrom, t.dateTo, t.subject, t.revision, t.until),
    ],
  );

  return { names, externalIds, tags };
}

/**
 * The words of each version, folded and separated by spaces: what the search index of each engine is made of, by a
 * trigger or a generated column in its migrations.
 */
function defineSearch({ table, text, big, primaryKey }: Kit, common: DetailColumns) {
  const searchTexts = table(
    'search_texts',
    {
      ...common(),
      label: text('label').notNull(),
      names: text('names').notNull(),
      body: text('body').notNull(),
      /** A word for the type, one for the year and one for each actor it points at; see `typeWord` and its like. */
      refs: text('refs').notNull(),
      /** Sort date of the subject. */
      dateFrom: big('date_from').notNull(),
      dateTo: big('date_to').notNull(),
    },
    (t) => [primaryKey({ name: 'search_texts_key', columns: [t.revision] })],
  );
  return { searchTexts };
}

function defineStores({ table, key, text, integer, index, primaryKey }: Kit, core: CoreTables) {
  /** Stored texts of sources; a text stays as long as a revision of its source names it. */
  const sourceTexts = table(
    'source_texts',
    {
      entity: key('entity')
        .notNull()
        .references(() => core.entities.id),
      sha256: key('sha256').notNull(),
      content: text('content').notNull(),
      /** Unicode code points. */
      length: integer('length').notNull(),
      storedAt: key('stored_at').notNull(),
    },
    (t) => [primaryKey({ name: 'source_texts_key', columns: [t.entity, t.sha256] })],
  );

  /**
   * Counts of current records by type and one value of one dimension: `total`, `kind`, `status`, `country`, `year`,
   * `actor`, and each of these within a value of another, written `kind=signing/status`. The value is empty for those
   * without one.
   */
  const rollups = table(
    'rollups',
    {
      type: key('type').notNull(),
      dimension: key('dimension').notNull(),
      value: key('value').notNull(),
      count: integer('count').notNull(),
    },
    (t) => [
      primaryKey({ name: 'rollups_key', columns: [t.type, t.dimension, t.value] }),
      index('rollups_value').on(t.type, t.value, t.dimension),
    ],
  );

  return { sourceTexts, rollups };
}

export type DetailTables = ReturnType<typeof defineDetails>;
