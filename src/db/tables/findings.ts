import type { Kit } from '../columns.js';
import type { CoreTables } from './core.js';

/** What the knowledge base finds wrong with itself: a projection of the present records, kept by `insight/findings`. */
export function defineFindings({ table, key, text, integer, big, flag, index, primaryKey }: Kit, core: CoreTables) {
  const findings = table(
    'findings',
    {
      id: key('id').primaryKey(),
      rule: key('rule').notNull(),
      /** Place of the severity in its vocabulary, the gravest 0. */
      rank: integer('rank').notNull(),
      /** Type of the record that it is mainly about. */
      type: key('type').notNull(),
      fingerprint: key('fingerprint').notNull(),
      message: text('message').notNull(),
      /** What it rests on, as a JSON object. */
      details: text('details').notNull(),
      /** As a JSON object; null as long as nobody has acknowledged it as it is. */
      acknowledgement: text('acknowledgement'),
    },
    (t) => [index('findings_order').on(t.rank, t.rule, t.id), index('findings_rule').on(t.rule, t.rank, t.id)],
  );

  /** The records of each finding, those that it is found on first. */
  const findingRecords = table(
    'finding_records',
    {
      finding: key('finding')
        .notNull()
        .references(() => findings.id),
      position: integer('position').notNull(),
      record: key('record')
        .notNull()
        .references(() => core.entities.id),
      isOwner: flag('is_owner').notNull(),
    },
    (t) => [
      primaryKey({ name: 'finding_records_key', columns: [t.finding, t.position] }),
      index('finding_records_record').on(t.record, t.finding),
    ],
  );

  /** One row once something was checked. */
  const findingsState = table('findings_state', {
    id: integer('id').primaryKey(),
    /** All revisions up to this one are checked. */
    checked: big('checked').notNull(),
    /** One more with each change of findings, so that none is worked out from what is no longer there. */
    serial: big('serial').notNull(),
    /** `RULESET` of the program that checked last. */
    ruleset: integer('ruleset').notNull(),
  });

  return { findings, findingRecords, findingsState };
}
