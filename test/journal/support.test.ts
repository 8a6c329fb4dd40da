import { describe, expect, it } from 'vitest';
import type { Document } from '../../src/journal/kind.js';
import { placedCitations, statedFields, supportedOf, supportOf } from '../../src/journal/support.js';
import { actors } from '../../src/resources/actors/index.js';
import { resources } from '../../src/resources/index.js';
import { naiveSupported } from '../support/naive-support.js';

const source = 'source_01jgfjjz00ezxbm99dgjrz019w';
const person = (extra: object): Document =>
  ({
    ...{ kind: 'person', name: 'Somebody', names: [], memberships: [], terms: [], relations: [] },
    ...{ citations: [], method: 'curated', tags: [], externalIds: [{ scheme: 'a', value: '1' }] },
    ...extra,
  }) as unknown as Document;
const term = (office: string, supports?: string[]) => ({
  office,
  validity: '2020/2024',
  ...(supports && { citations: [{ source, supports }] }),
});
const supportsOf = (doc: Document) => {
  const targets = new Set(placedCitations(actors.kind, doc).flatMap((placed) => placed.targets));
  return Object.fromEntries(statedFields(actors.kind, doc).map((field) => [field.field, supportOf(field, targets)]));
};

describe('support of fields', () => {
  it.each([
    ['no citation', {}, { kind: 'none', name: 'none' }, 'none'],
    ['the record', { citations: [{ source }] }, { kind: 'record', name: 'record' }, 'all'],
    ['no name', { citations: [{ source, supports: [] }] }, { kind: 'record', name: 'record' }, 'all'],
    ['a field', { citations: [{ source, supports: ['name'] }] }, { kind: 'none', name: 'field' }, 'some'],
    [
      'a field and the record',
      { citations: [{ source }, { source, supports: ['name'] }] },
      { kind: 'record', name: 'field' },
      'all',
    ],
    [
      'what is not there or says nothing of the world',
      { citations: [{ source, supports: ['place.country', 'externalIds', 'existence', 'constructor'] }] },
      { kind: 'none', name: 'none' },
      'none',
    ],
    [
      'each entry of a list',
      { terms: [term('a', []), term('b', [])] },
      { kind: 'none', name: 'none', terms: 'field' },
      'some',
    ],
    ['one entry of two', { terms: [term('a', []), term('b')] }, { kind: 'none', name: 'none', terms: 'part' }, 'some'],
    [
      'each member of an entry',
      { terms: [term('a', ['office', 'validity'])] },
      { kind: 'none', name: 'none', terms: 'field' },
      'some',
    ],
    [
      'one member of an entry',
      { terms: [term('a', ['validity'])] },
      { kind: 'none', name: 'none', terms: 'part' },
      'some',
    ],
    [
      'a part, and the record',
      { terms: [term('a', ['validity'])], citations: [{ source }] },
      { kind: 'record', name: 'record', terms: 'record' },
      'all',
    ],
    [
      'a part by its way',
      { names: [{ value: 'A', kind: 'alias' }], citations: [{ source, supports: ['names.0.value'] }] },
      { kind: 'none', name: 'none', names: 'part' },
      'some',
    ],
  ] as const)('by citations of %s', (_what, extra, supports, supported) => {
    const doc = person(extra);
    expect(supportsOf(doc)).toEqual(supports);
    expect(supportedOf(actors.kind, doc)).toBe(supported);
    expect(naiveSupported('actors', doc)).toBe(supported);
  });

  it('takes every field that clients write but those about the record itself', () => {
    const leftOut = Object.fromEntries(
      resources.map(({ collection, fields, kind }) => [
        collection,
        Object.keys(fields).filter((field) => !kind.stated.includes(field)),
      ]),
    );
    const common = ['slug', 'externalIds', 'citations', 'method', 'tags', 'notes'];
    const own = {
      events: ['coding'],
      sources: ['reliability', 'standing'],
      claims: ['credibility', 'rank', 'standing'],
    };
    const ofDisputes = ['question', 'about', 'assessment', 'preferred', 'confidence'];
    for (const [collection, fields] of Object.entries(leftOut)) {
      const expected = [...common, ...({ ...own, disputes: ofDisputes }[collection] ?? [])];
      expect({ collection, fields: [...fields].sort() }).toEqual({ collection, fields: expected.sort() });
    }
  });
});
