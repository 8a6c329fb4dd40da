import { afterAll, beforeAll, expect } from 'vitest';
import { findOn } from '../../src/insight/findings/finding.js';
import type { Rule } from '../../src/insight/findings/rule.js';
import { World } from '../../src/insight/findings/world.js';
import type { ResourceType } from '../../src/shared/ids.js';
import { typeOfId } from '../../src/shared/ids.js';
import { openTestJournal, type TestJournal } from '../journal/journal.js';

/** A finding with slugs in place of ids. */
export interface FoundHere {
  severity: string;
  owners: string[];
  involves: string[];
  message: string;
  details: Record<string, unknown>;
}

/** What a record needs to be accepted, beside its slug and what a test is about. */
const NEEDED: Readonly<Record<ResourceType, object>> = {
  event: { kind: 'meeting', title: 'An event', date: '2024-01-10', status: 'concluded' },
  actor: { kind: 'person', name: 'An actor' },
  agreement: { title: 'An agreement', legalForm: 'treaty' },
  commitment: { statement: 'A promise', kind: 'financial' },
  area: { label: 'An area' },
  source: { title: 'A report', kind: 'news' },
  claim: { statement: 'A claim', kind: 'fact', certainty: 'asserted' },
  dispute: { question: 'What is so?' },
};

export interface Knowledge {
  journal: TestJournal;
  /** Creates a record with the least that it needs and what is given; gives its slug. */
  add(type: ResourceType, given?: Record<string, unknown>): Promise<string>;
  /** Puts fields in place of those that a record has. */
  change(type: ResourceType, slug: string, given: Record<string, unknown>): Promise<void>;
  /**
   * What a rule finds on records, written `type/slug`. Whatever record of them it is checked on, alone or with others, it
   * finds the same.
   */
  find(rule: Rule, ...records: string[]): Promise<FoundHere[]>;
}

/** A knowledge base of its own for the tests of one file, empty before the first. */
export function useKnowledge(): Knowledge {
  const knowledge = {} as Knowledge;
  let count = 0;
  beforeAll(async () => {
    const journal = await openTestJournal();
    const idOf = async (record: string) => {
      const [type, slug] = record.split('/') as [ResourceType, string];
      return (await journal.current(type, slug)).id;
    };
    Object.assign(knowledge, {
      journal,
      async add(type, given = {}) {
        count += 1;
        const { slug } = await journal.create(type, { slug: `${type}-${count}`, ...NEEDED[type], ...given });
        return slug;
      },
      async change(type, slug, given) {
        const { id, doc } = await journal.current(type, slug);
        await journal.replace(type, id, { ...JSON.parse(doc ?? '{}'), ...given });
      },
      find: async (rule, ...records) => findingsOn(journal, rule, await Promise.all(records.map(idOf))),
    } satisfies Knowledge);
  });
  afterAll(() => knowledge.journal.close());
  return knowledge;
}

/** What a rule finds on some records, the gravest first and then in the order of the records. */
async function findingsOn({ store, query }: TestJournal, rule: Rule, ids: string[]): Promise<FoundHere[]> {
  const documents = await new World(store).documents(ids);
  const records = [...documents.values()];
  const found = await findOn(rule, records, new World(store));
  for (const record of records) {
    const alone = await findOn(rule, [record], new World(store));
    expect(alone).toEqual(found.filter(({ owners }) => owners.includes(record.id)));
    expect(alone.every(({ owners }) => owners.includes(record.id))).toBe(true);
  }
  for (const { severity, owners } of found) {
    expect(rule.severities).toContain(severity);
    expect(rule.of).toContain(typeOfId(owners[0]));
  }
  const { rows } = await query<{ id: string; slug: string }>('select id, slug from entities');
  const withSlugs = rows.reduce((text, { id, slug }) => text.replaceAll(id, slug), JSON.stringify(found));
  return (JSON.parse(withSlugs) as FoundHere[]).map(({ severity, owners, involves, message, details }) => {
    return { severity, owners, involves, message, details };
  });
}
