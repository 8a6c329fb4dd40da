import { describe, expect, it } from 'vitest';
import { resources } from '../../src/resources/index.js';
import { columnsOf } from '../../src/resources/operations/formats/columns.js';
import { FORMATS } from '../../src/resources/operations/formats/format.js';
import { readText, rowsUnder, unquoted } from './project.js';

const page = readText('docs/formats.md');
const quotedIn = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

describe('docs/formats.md', () => {
  it('names every format with its media type', () => {
    const listed = rowsUnder(page, '`format=`').map(([name, type]) => [unquoted(name), unquoted(type)]);
    expect(listed).toEqual(Object.entries(FORMATS));
  });

  it('names the columns of every list, in their order', () => {
    const around = page.match(/^Every table begins with (.*) and ends with (.*)\. Between them:$/m) ?? [];
    const first = quotedIn(around[1] ?? '');
    const last = quotedIn((around[2] ?? '').replace(/\([^)]*\)/g, ''));
    const listed = rowsUnder(page, 'list').map(([list, columns = '']) => [
      list,
      [...first, ...quotedIn(columns), ...last],
    ]);
    expect(listed).toEqual(
      resources.map(({ collection }) => [collection, columnsOf(collection).map(({ name }) => name)]),
    );
  });
});

describe('columns', () => {
  it.each(resources.map((resource) => [resource.collection, resource] as const))(
    'of %s have a name each, and every field of a record is in one',
    (collection, { representation }) => {
      const columns = columnsOf(collection);
      expect(new Set(columns.map(({ name }) => name)).size).toBe(columns.length);
      expect([...new Set(columns.map(({ field }) => field))].sort()).toEqual(Object.keys(representation.shape).sort());
    },
  );
});
