import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RESOURCE_TYPES, seedId } from '../../src/shared/ids.js';
import { parseReference } from '../../src/shared/reference.js';
import { SLUG_PATTERN } from '../../src/shared/text.js';

const type = fc.constantFrom(...RESOURCE_TYPES);
const slug = fc.stringMatching(/^[a-z0-9]+(-[a-z0-9]+){0,4}$/);

describe('parseReference', () => {
  it('knows ids of every type', () => {
    fc.assert(
      fc.property(type, slug, (of, name) => {
        const id = seedId(of, name);
        expect(parseReference(id)).toEqual({ form: 'id', id });
      }),
    );
  });

  it('takes what only looks like an id for a slug', () => {
    const id = seedId('event', 'x');
    for (const text of [`${id}0`, id.slice(0, -1), id.toUpperCase(), `nothing_${id.slice(6)}`, `event_8${id.slice(7)}`])
      expect(parseReference(text)).toEqual({ form: 'slug', slug: text });
  });

  it('knows slugs, bare and with their collection', () => {
    fc.assert(
      fc.property(type, slug, (of, name) => {
        expect(name).toMatch(SLUG_PATTERN);
        expect(parseReference(name)).toEqual({ form: 'slug', slug: name });
        expect(parseReference(`${of}s/${name}`)).toEqual({ form: 'slug', slug: name, type: of });
      }),
    );
  });

  it('takes an unknown collection for a part of the slug, which no record has', () => {
    for (const text of ['event/x', 'Events/x', 'people/x', '/x', 'events', 'events\\x'])
      expect(parseReference(text)).toEqual({ form: 'slug', slug: text });
  });

  it('takes a path with more parts for nothing that is there', () => {
    expect(parseReference('events/x/y')).not.toEqual({ form: 'slug', slug: 'x', type: 'event' });
  });

  it('parts external ids at the first colon', () => {
    fc.assert(
      fc.property(slug, fc.string({ maxLength: 50 }), (scheme, value) => {
        expect(parseReference(`${scheme}:${value}`)).toEqual({ form: 'external', scheme, value });
      }),
    );
    expect(parseReference('doi:10.1000/182:x')).toEqual({ form: 'external', scheme: 'doi', value: '10.1000/182:x' });
  });

  it('takes a text that begins with a colon for a slug', () => {
    expect(parseReference(':Q1')).toEqual({ form: 'slug', slug: ':Q1' });
  });

  it('reads any text without failing', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(['id', 'slug', 'external']).toContain(parseReference(text).form);
      }),
    );
  });
});
