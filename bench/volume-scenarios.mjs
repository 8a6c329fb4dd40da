// What is asked at volume, each in many wordings, so that no answer that was kept can stand in for the reading.
import { inventedWord } from './synthetic.mjs';

/** What all others are compared with. */
export const PLAIN = 'list of 50';
const FILTERED = '/v1/events?actor=ukraine&status=concluded&limit=20';
const FIRST_PAGE = 'two filters, page 1';
const DEEP_PAGE = 10_000;
const PAGE_SIZE = 20;
const STRIDE = 200;
/** How many times as long as the plain list it may take, or as page 1. */
const MOST = 10;
const MOST_DEEP = 2;

const KINDS = ['consultation', 'negotiation', 'meeting', 'summit', 'conference', 'visit', 'call', 'statement'];
const COUNTRIES = ['UA', 'US', 'BE', 'CH', 'AT', 'LT', 'PL', 'DE', 'FR', 'GB', 'IT', 'TR', 'SA', 'CA', 'JP', 'FJ'];
const ACTORS = ['ukraine', 'united-states', 'germany', 'france', 'poland', 'albania', 'canada', 'united-kingdom'];
const SPARSE = ['ongoing', 'postponed', 'cancelled'];
/** In a tenth of all titles or summaries and more. */
const COMMON = ['security', 'consultation', 'high-level', 'parties', 'talks', 'commitments', 'support', 'delegations'];
const PLACES = ['vilnius', 'geneva', 'suva', 'tokyo', 'ottawa', 'rome', 'riyadh', 'chisinau'];
const BEGINNINGS = ['zel', 'ukr', 'sec', 'consul', 'high', 'vil', 'pres', 'gen', 'rec', 'mar', 'vol', 'euro'];

const numbers = (count) => Array.from({ length: count }, (_, index) => index);
const days = numbers(28).map((day) => String(day + 1).padStart(2, '0'));
const rare = numbers(200).map((step) => inventedWord(20_000 + step * 199));
const inPlaces = PLACES.flatMap((place) => COMMON.slice(0, 4).map((word) => `${word}+${place}`));
const searches = (words) => words.map((word) => `/v1/search?q=${word}&limit=20`);
const lists = (words) => words.map((word) => `/v1/events?q=${word}`);
const pairs = (one, other) => one.flatMap((a) => other.map((b) => [a, b]));

/** In the order of measuring; `to` is what it is compared with, `most` its target. */
const SCENARIOS = {
  [PLAIN]: { paths: ['/v1/events?limit=50'] },
  [FIRST_PAGE]: { paths: [FILTERED] },
  'two filters, page 10,000': { paths: undefined, to: FIRST_PAGE, most: MOST_DEEP },
  'facets, all records': {
    paths: ['kind,status,year', 'status,kind,year', 'year,kind,status', 'year,status,kind'].map(
      (names) => `/v1/events?facets=${names}`,
    ),
    most: MOST,
  },
  'facets, one country': {
    paths: COUNTRIES.map((country) => `/v1/events?facets=kind,status,year&country=${country}`),
    most: MOST,
  },
  'facets, one actor': {
    paths: ACTORS.map((actor) => `/v1/events?facets=kind,status,year&actor=${actor}`),
    most: MOST,
  },
  'facets, two filters': {
    paths: pairs(KINDS, COUNTRIES.slice(0, 4)).map(
      ([kind, country]) => `/v1/events?facets=status,year&kind=${kind}&country=${country}`,
    ),
  },
  'count=capped, many fit': {
    paths: pairs(KINDS, ['concluded', 'announced']).map(
      ([kind, status]) => `/v1/events?count=capped&kind=${kind}&status=${status}`,
    ),
    most: MOST,
  },
  'count=capped, few fit': {
    paths: pairs(COUNTRIES.slice(-6), SPARSE).map(
      ([country, status]) => `/v1/events?count=capped&country=${country}&status=${status}`,
    ),
    most: MOST,
  },
  'count=capped, three filters': {
    paths: pairs(ACTORS, KINDS.slice(0, 4)).map(
      ([actor, kind]) => `/v1/events?count=capped&actor=${actor}&kind=${kind}&status=concluded`,
    ),
  },
  'search, rare word': { paths: searches(rare), most: MOST },
  'search, common word': { paths: searches(COMMON), most: MOST },
  'search, two words': { paths: searches(inPlaces), most: MOST },
  'q on the list, rare word': { paths: lists(rare), most: MOST },
  'q on the list, common word': { paths: lists(COMMON), most: MOST },
  'q on the list, two words': { paths: lists(inPlaces), most: MOST },
  suggest: { paths: BEGINNINGS.map((typed) => `/v1/suggest?q=${typed}`) },
  'timeline by year': { paths: days.map((day) => `/v1/timeline?by=year&from=1990-01-${day}`) },
  'timeline by year, one actor': { paths: ACTORS.map((actor) => `/v1/timeline?by=year&actor=${actor}`) },
  totals: {
    paths: ['promisor', 'area', 'year', 'kind', 'stage', 'agreement'].map(
      (group) => `/v1/commitments/totals?beneficiary=ukraine&group=${group}`,
    ),
  },
  'graph, depth 2': { paths: numbers(200).map((n) => `/v1/graph?of=events/synthetic-${n}&depth=2`) },
  validOn: { paths: days.map((day) => `/v1/actors?kind=person&validOn=2024-03-${day}`) },
};

export const VOLUME_SCENARIO_NAMES = Object.keys(SCENARIOS);
/** What is measured beside the scenarios. */
export const EXPORT = 'export';

/** What is asked while the delay of the event loop is measured. */
export function phasesOf(scenarios) {
  const of = (...words) =>
    scenarios.filter(({ name }) => words.some((word) => name.includes(word))).flatMap(({ paths }) => paths);
  return [
    { name: 'idle', paths: [] },
    { name: 'lists', paths: of(PLAIN, 'two filters') },
    { name: 'facets', paths: of('facets, one') },
    { name: 'searches', paths: of('search', 'q on the list', 'suggest') },
    { name: 'timelines, totals, graph', paths: of('timeline', 'totals', 'graph') },
    { name: 'counts', paths: of('count=capped') },
  ].filter(({ name, paths }) => name === 'idle' || paths.length > 0);
}

/** The named scenarios, and those they are compared with. */
export async function volumeScenarios(names, url) {
  const needed = new Set([PLAIN, ...names, ...names.flatMap((name) => SCENARIOS[name]?.to ?? [])]);
  const scenarios = [];
  for (const name of VOLUME_SCENARIO_NAMES.filter((each) => needed.has(each))) {
    const { paths = await deepPages(url), to = PLAIN, most } = SCENARIOS[name];
    if (paths.length > 0) scenarios.push({ name, paths, to, most });
  }
  return scenarios;
}

/**
 * Addresses of page 10,001 in pages of 20 and of some in the two hundred before it, reached by a walk in pages of 200: a
 * cursor does not depend on the size of pages. Of fewer records the last pages that there are.
 */
async function deepPages(url) {
  const found = [];
  let path = `${FILTERED.replace(/limit=.*/, '')}limit=${STRIDE}`;
  const first = path;
  for (let passed = 0; passed < DEEP_PAGE * PAGE_SIZE; passed += STRIDE) {
    const { page } = await (await fetch(url + path)).json();
    if (page.next === null) break;
    found.push(`${FILTERED}&cursor=${encodeURIComponent(page.next)}`);
    path = `${first}&cursor=${encodeURIComponent(page.next)}`;
  }
  if (found.length * STRIDE < DEEP_PAGE * PAGE_SIZE) {
    const last = (found.length * STRIDE) / PAGE_SIZE;
    console.error(`The list with two filters has no page ${DEEP_PAGE}; page ${last} stands for it.`);
  }
  return found.slice(-20);
}
