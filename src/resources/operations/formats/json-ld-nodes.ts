import type { Document, Json } from '../../../journal/kind.js';
import { isoAsKnown } from '../../../shared/edtf-words.js';
import { compact, type Linked, type Node, nodesOf, placeNode, renamed, spanOf } from './json-ld-parts.js';
import { entriesOf, textOf, textsOf } from './rendering.js';

const ACTOR_TYPES: Readonly<Record<string, string>> = {
  state: 'Country',
  'government-body': 'GovernmentOrganization',
  office: 'Occupation',
  person: 'Person',
  territory: 'AdministrativeArea',
  group: 'Thing',
};

export function actorNode(actor: Document, linked: Linked): Node {
  const type = ACTOR_TYPES[textOf(actor, 'kind') ?? ''] ?? 'Organization';
  const existence = textOf(actor, 'existence');
  const country = textOf(actor, 'country');
  const partOf = linked.node(actor.partOf) as Json | undefined;
  const node: Node = {
    '@type': type,
    ...renamed(actor, { name: 'name', description: 'description' }),
    alternateName: [...new Set(entriesOf(actor, 'names').map(({ value }) => value as string))],
    memberOf: nodesOf([...new Set(entriesOf(actor, 'memberships').map(({ of }) => of))], linked),
  };
  const inCountry = country === undefined ? undefined : { '@type': 'Country', identifier: country };
  if (type === 'Person') {
    const hasOccupation = entriesOf(actor, 'terms').map((term) => roleNode(term, linked));
    return { ...node, ...spanOf(existence, 'birthDate', 'deathDate'), nationality: inCountry, hasOccupation };
  }
  if (type === 'AdministrativeArea') return { ...node, containedInPlace: partOf ?? inCountry };
  if (type === 'Occupation') return { ...node, occupationLocation: inCountry };
  if (!type.endsWith('Organization')) return node;
  const address = country === undefined ? undefined : { '@type': 'PostalAddress', addressCountry: country };
  return { ...node, ...spanOf(existence, 'foundingDate', 'dissolutionDate'), parentOrganization: partOf, address };
}

/** An office held for some time. */
function roleNode({ office, validity }: { [field: string]: Json }, linked: Linked): Json {
  const span = spanOf(validity as string | undefined, 'startDate', 'endDate');
  return compact({ '@type': 'Role', hasOccupation: linked.node(office) as Json | undefined, ...span });
}

/** Forms of agreement that are law; the others are works. */
const LAW = ['treaty', 'executive-agreement', 'resolution'];
const OVER = ['withdrawn', 'denounced', 'terminated', 'expired', 'superseded', 'abandoned', 'suspended'];

export function agreementNode(agreement: Document, linked: Linked): Node {
  const form = textOf(agreement, 'legalForm') ?? '';
  const signed = isoAsKnown(textOf(agreement, 'signedOn') ?? '');
  const isLaw = LAW.includes(form);
  return {
    '@type': isLaw ? 'Legislation' : 'CreativeWork',
    ...renamed(agreement, { name: 'title', description: 'summary' }),
    alternateName: [textOf(agreement, 'officialTitle') ?? [], textsOf(agreement, 'altTitles')].flat(),
    ...(isLaw
      ? { legislationType: form, legislationDate: signed, ...legalForce(textOf(agreement, 'status')) }
      : { genre: form, dateCreated: signed }),
    contributor: nodesOf([...new Set(entriesOf(agreement, 'parties').map(({ actor }) => actor))], linked),
    about: nodesOf(textsOf(agreement, 'areas'), linked),
    locationCreated: placeNode(agreement),
  };
}

function legalForce(status: string | undefined): Node {
  if (status === 'in-force') return { legislationLegalForce: 'https://schema.org/InForce' };
  return OVER.includes(status ?? '') ? { legislationLegalForce: 'https://schema.org/NotInForce' } : {};
}

const ACTION_STATUS: Readonly<Record<string, string>> = {
  'partially-delivered': 'ActiveActionStatus',
  delivered: 'CompletedActionStatus',
  withdrawn: 'FailedActionStatus',
  expired: 'FailedActionStatus',
};

export function commitmentNode(commitment: Document, linked: Linked): Node {
  const amount = commitment.amount as { value: string; currency: string } | undefined;
  const status = ACTION_STATUS[textOf(commitment, 'stage') ?? ''] ?? 'PotentialActionStatus';
  const money = amount && { '@type': 'MonetaryAmount', value: amount.value, currency: amount.currency };
  return {
    '@type': 'Action',
    ...renamed(commitment, { name: 'statement', additionalType: 'kind' }),
    ...spanOf(textOf(commitment, 'period'), 'startTime', 'endTime'),
    actionStatus: `https://schema.org/${status}`,
    agent: nodesOf(textsOf(commitment, 'promisors'), linked),
    participant: nodesOf(textsOf(commitment, 'beneficiaries'), linked),
    object: [...(money ? [money] : []), ...nodesOf(textsOf(commitment, 'areas'), linked)],
    instrument: linked.node(commitment.agreement) as Json | undefined,
  };
}

export function areaNode(area: Document): Node {
  return {
    '@type': 'DefinedTerm',
    ...renamed(area, { name: 'label', description: 'definition', termCode: 'notation' }),
    alternateName: textsOf(area, 'altLabels'),
  };
}

const WORK_TYPES: Readonly<Record<string, string>> = {
  agency: 'NewsArticle',
  news: 'NewsArticle',
  academic: 'ScholarlyArticle',
  dataset: 'Dataset',
  social: 'SocialMediaPosting',
};

export function sourceNode(source: Document): Node {
  const publisher = textOf(source, 'publisher');
  return {
    '@type': WORK_TYPES[textOf(source, 'kind') ?? ''] ?? 'CreativeWork',
    ...renamed(source, { name: 'title', url: 'url', inLanguage: 'language', license: 'licence' }),
    datePublished: isoAsKnown(textOf(source, 'publishedOn') ?? ''),
    publisher: publisher === undefined ? undefined : { '@type': 'Organization', name: publisher },
  };
}

export function claimNode(claim: Document, linked: Linked): Node {
  const authors = nodesOf(textsOf(claim, 'attributedTo'), linked);
  const attribution = textOf(claim, 'attribution');
  return {
    '@type': 'Claim',
    ...renamed(claim, { text: 'statement', genre: 'kind' }),
    author: authors.length > 0 || attribution === undefined ? authors : { '@type': 'Thing', name: attribution },
    about: nodesOf([claim.about], linked),
    dateCreated: isoAsKnown(textOf(claim, 'claimedOn') ?? ''),
  };
}

export function disputeNode(dispute: Document, linked: Linked): Node {
  const preferred = textOf(dispute, 'preferred');
  const positions = entriesOf(dispute, 'positions');
  const answers = (isPreferred: boolean) =>
    positions
      .filter(({ key }) => (key === preferred) === isPreferred)
      .map(({ statement }) => ({ '@type': 'Answer', text: statement ?? '' }));
  return {
    '@type': 'Question',
    ...renamed(dispute, { name: 'question', description: 'assessment' }),
    about: nodesOf(textsOf(dispute, 'about'), linked),
    acceptedAnswer: answers(true),
    suggestedAnswer: answers(false),
  };
}
