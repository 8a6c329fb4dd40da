import type { Body } from '../../src/journal/kind.js';
import type { Resource } from '../../src/resources/resource.js';

/** What cannot be read off the definition of a resource. */
export interface Fixture {
  /** Sets the date that the list is sorted by; nothing for resources without dates. */
  dated(date: string): Body;
  /** Sets a typed reference of this resource, and where in the body it then stands. */
  reference(ref: string): Body;
  pointer: string;
  /** Slug of a seed that such a reference may name. */
  target: string;
}

const position = (key: string, claims: string[]): Body => ({ key, statement: key, claims, citations: [] });

export const FIXTURES: Readonly<Record<Resource['collection'], Fixture>> = {
  events: {
    dated: (date) => ({ date }),
    reference: (ref) => ({ areas: [ref] }),
    pointer: '/areas/0',
    target: 'cyber-security',
  },
  actors: {
    dated: (date) => ({ existence: `${date}/..` }),
    reference: (ref) => ({ partOf: ref }),
    pointer: '/partOf',
    target: 'ukraine',
  },
  agreements: {
    dated: (date) => ({ milestones: [{ stage: 'signed', on: date }] }),
    reference: (ref) => ({ milestones: [{ stage: 'signed', on: '2025', event: ref }] }),
    pointer: '/milestones/0/event',
    target: 'us-ua-consultations-2025-01',
  },
  commitments: {
    dated: (date) => ({ dueOn: date }),
    reference: (ref) => ({ agreement: ref }),
    pointer: '/agreement',
    target: 'uk-ua-2024',
  },
  areas: {
    dated: () => ({}),
    reference: (ref) => ({ broader: ref }),
    pointer: '/broader',
    target: 'military-equipment',
  },
  sources: {
    dated: (date) => ({ publishedOn: date }),
    reference: (ref) => ({ citations: [{ source: ref }] }),
    pointer: '/citations/0/source',
    target: 'seed-article',
  },
  claims: {
    dated: (date) => ({ claimedOn: date }),
    reference: (ref) => ({ attributedTo: [ref] }),
    pointer: '/attributedTo/0',
    target: 'dmytro-kuleba',
  },
  disputes: {
    dated: () => ({}),
    reference: (ref) => ({ positions: [position('a', [ref]), position('b', [])] }),
    pointer: '/positions/0/claims/0',
    target: 'art-event-consultations',
  },
};
