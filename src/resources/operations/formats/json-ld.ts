import type { Document, Json } from '../../../journal/kind.js';
import type { Resource } from '../../resource.js';
import { eventNode } from './json-ld-events.js';
import {
  actorNode,
  agreementNode,
  areaNode,
  claimNode,
  commitmentNode,
  disputeNode,
  sourceNode,
} from './json-ld-nodes.js';
import type { Linked, Node } from './json-ld-parts.js';
import { addressOf, entriesOf, textsOf } from './rendering.js';

type Describe = (document: Document, linked: Linked) => Node;

const DESCRIBE: Readonly<Record<Resource['collection'], Describe>> = {
  events: eventNode,
  actors: actorNode,
  agreements: agreementNode,
  commitments: commitmentNode,
  areas: areaNode,
  sources: sourceNode,
  claims: claimNode,
  disputes: disputeNode,
};

/** Where identifiers of a scheme lead, for those that have the form of one. */
const SAME_AS: Readonly<Record<string, { form: RegExp; address: string }>> = {
  wikidata: { form: /^Q[1-9][0-9]*$/, address: 'https://www.wikidata.org/entity/' },
  viaf: { form: /^[0-9]+$/, address: 'https://viaf.org/viaf/' },
  gnd: { form: /^[0-9X-]+$/, address: 'https://d-nb.info/gnd/' },
  isni: { form: /^[0-9]{15}[0-9X]$/, address: 'https://isni.org/isni/' },
  orcid: { form: /^(?:[0-9]{4}-){3}[0-9]{3}[0-9X]$/, address: 'https://orcid.org/' },
  ror: { form: /^0[a-z0-9]{8}$/, address: 'https://ror.org/' },
  geonames: { form: /^[1-9][0-9]*$/, address: 'https://sws.geonames.org/' },
  doi: { form: /^10\.[0-9]{4,9}\/[!-~]+$/, address: 'https://doi.org/' },
};

/** A record as JSON-LD in the vocabulary of schema.org. The context is named, never fetched. */
export function jsonLdText(collection: Resource['collection'], document: Document, linked: Linked): string {
  const citations = entriesOf(document, 'citations').map(({ source }) => linked.node(source));
  const node: Node = {
    '@context': 'https://schema.org',
    '@id': addressOf(linked.base, document.id),
    ...DESCRIBE[collection](document, linked),
    identifier: [propertyValue('chancery', document.id), ...externalIds(document)],
    sameAs: entriesOf(document, 'externalIds').flatMap(sameAs),
    keywords: textsOf(document, 'tags'),
    subjectOf: collection === 'claims' ? undefined : uniqueNodes(citations),
    ...(collection === 'claims' && { appearance: uniqueNodes(citations) }),
  };
  return JSON.stringify(withoutEmpty(node));
}

/** The type of a record in schema.org, as its own node says it. */
export function typeOf(collection: Resource['collection'], document: Document): Json | undefined {
  const linked: Linked = { base: '', node: () => undefined };
  return DESCRIBE[collection](document, linked)['@type'];
}

function externalIds(document: Document): Json[] {
  return entriesOf(document, 'externalIds').map(({ scheme, value }) => propertyValue(scheme, value));
}

function propertyValue(propertyID: Json | undefined, value: Json | undefined): Json {
  return { '@type': 'PropertyValue', propertyID: propertyID ?? '', value: value ?? '' };
}

function sameAs({ scheme, value }: { [field: string]: Json }): string[] {
  const known = Object.hasOwn(SAME_AS, String(scheme)) ? SAME_AS[String(scheme)] : undefined;
  return known?.form.test(String(value)) ? [known.address + encodeURI(String(value))] : [];
}

function uniqueNodes(nodes: readonly (Node | undefined)[]): Json[] {
  const byId = new Map(nodes.flatMap((node) => (node === undefined ? [] : [[node['@id'], node as Json] as const])));
  return [...byId.values()];
}

function withoutEmpty(node: Node): Json {
  const full = Object.entries(node).filter(([, value]) => !isEmpty(value));
  return Object.fromEntries(full) as Json;
}

function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
