import { RESOURCE_TYPES, type ResourceType, typeOfId } from './ids.js';

/** A reference taken apart: `event_…`, `some-slug`, `events/some-slug` or `wikidata:Q212`. */
export type Reference =
  | { form: 'id'; id: string }
  | { form: 'slug'; slug: string; type?: ResourceType }
  | { form: 'external'; scheme: string; value: string };

export function parseReference(text: string): Reference {
  if (typeOfId(text) !== undefined) return { form: 'id', id: text };
  const colon = text.indexOf(':');
  if (colon > 0) return { form: 'external', scheme: text.slice(0, colon), value: text.slice(colon + 1) };
  const slash = text.indexOf('/');
  const type = RESOURCE_TYPES.find((candidate) => `${candidate}s` === text.slice(0, slash));
  if (slash > 0 && type !== undefined) return { form: 'slug', slug: text.slice(slash + 1), type };
  return { form: 'slug', slug: text };
}
