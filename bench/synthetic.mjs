// Synthetic events between the seeded actors. Event `n` is the same in each run and whatever the number of events, so
// that a database can be continued and two of them compared.
import { readFileSync } from 'node:fs';

const SEED = 20250120;
/** Words made of syllables beside the real ones; the rarest come a few times in a million events. */
const INVENTED = 60_000;
const FIRST_YEAR = 1994;
const YEARS = 32;

const SYLLABLES = 'ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu bra cle dri flo gru'.split(' ');
const ADJECTIVES =
  'high-level bilateral trilateral joint regional informal emergency annual expert technical ministerial closed'.split(
    ' ',
  );
const SUBJECTS = [
  ...['security', 'security guarantees', 'air defence', 'grain exports', 'prisoner exchange', 'cyber security'],
  ...['energy supplies', 'border crossing', 'nuclear safety', 'humanitarian aid', 'sanctions', 'reconstruction'],
  ...[
    'maritime routes',
    'arms control',
    'trade',
    'visa rules',
    'fisheries',
    'water rights',
    'air traffic',
    'debt relief',
  ],
];
const PROSE = `the parties agreed to continue talks and set up a working group delegations discussed progress of earlier
commitments without naming figures both sides stressed respect for international law a further round is expected
ministers welcomed the report officials declined to comment on details of implementation funding remains open support
was pledged for training equipment and reform monitoring by observers begins next month`.split(/\s+/);
const PLACES = [
  ...[place('Kyiv', 'UA', 50.45, 30.52), place('Washington', 'US', 38.9, -77.04), place('Brussels', 'BE', 50.85, 4.35)],
  ...[place('Geneva', 'CH', 46.2, 6.15), place('Vienna', 'AT', 48.21, 16.37), place('Vilnius', 'LT', 54.687, 25.28)],
  ...[place('Warsaw', 'PL', 52.23, 21.01), place('Berlin', 'DE', 52.52, 13.4), place('Paris', 'FR', 48.86, 2.35)],
  ...[place('London', 'GB', 51.51, -0.13), place('Rome', 'IT', 41.9, 12.5), place('Ankara', 'TR', 39.93, 32.86)],
  ...[place('Riyadh', 'SA', 24.71, 46.68), place('Ottawa', 'CA', 45.42, -75.7), place('Tokyo', 'JP', 35.68, 139.69)],
  ...[
    place('Chisinau', 'MD', 47.01, 28.86),
    place('Tallinn', 'EE', 59.44, 24.75),
    place('Reykjavik', 'IS', 64.15, -21.94),
  ],
  ...[place('Bucharest', 'RO', 44.43, 26.1), place('Suva', 'FJ', -18.14, 178.44)],
];
const STATUSES = { concluded: 80, announced: 6, scheduled: 4, unconfirmed: 4, cancelled: 3, postponed: 2, ongoing: 1 };
const ROLES = { participant: 60, host: 12, guest: 12, announcer: 6, recipient: 4, observer: 3, mediator: 2, voter: 1 };
const METHODS = { 'machine-coded': 70, imported: 25, curated: 5 };
const TAGS = 20;

/** Those that most events of the seeds are about. */
const FOREMOST = ['ukraine', 'united-states'];

function place(name, country, latitude, longitude) {
  return { name, country, latitude, longitude };
}

/** What the seeds give the events to refer to, by slug. */
export function seededReferences() {
  const [actors, areas, sources] = ['actors', 'areas', 'sources'].map(slugsOf);
  return { actors: [...FOREMOST, ...actors.filter((slug) => !FOREMOST.includes(slug))], areas, sources };
}

/** Slugs of the seeds of a collection, in an order that does not follow the alphabet, so that all sorts come often. */
export function slugsOf(collection) {
  const text = readFileSync(new URL(`../seeds/${collection}.ndjson`, import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line).slug).toSorted((a, b) => (a.at(-1) + a < b.at(-1) + b ? -1 : 1));
}

/**
 * Gives the function from a number to the body of an event. `kinds` are the codes of event kinds; `actors`, `areas` and
 * `sources` are references, those first that are to come most often.
 */
export function syntheticEvents({ kinds, actors, areas, sources }) {
  return (n) => {
    const random = generator(SEED ^ Math.imul(n + 1, 0x9e3779b1));
    const kind = ranked(kinds, random);
    const where = random() < 0.7 ? PLACES[skewed(PLACES.length, random)] : undefined;
    const year = FIRST_YEAR + Math.floor(YEARS * random() ** 0.6);
    return {
      slug: `synthetic-${n}`,
      kind,
      title: titleOf(kind, where, random),
      ...(random() < 0.6 && { summary: summaryOf(random) }),
      date: dateOf(year, random),
      status: weighted(STATUSES, random),
      ...(where !== undefined && { place: where }),
      participants: distinct(1 + Math.floor(4 * random() ** 1.5), actors, random).map((actor) => ({
        actor,
        role: weighted(ROLES, random),
      })),
      areas: distinct(Math.floor(3 * random()), areas, random),
      citations: random() < 0.6 ? [{ source: ranked(sources, random), supports: ['date'] }] : [],
      method: weighted(METHODS, random),
      tags: random() < 0.5 ? [`tag-${n % TAGS}`] : [],
      externalIds: random() < 0.25 ? [{ scheme: 'synthetic', value: String(n) }] : [],
    };
  };
}

/** The invented word of a rank: the higher, the rarer. */
export function inventedWord(rank) {
  let rest = rank;
  let word = '';
  for (let syllable = 0; syllable < 4; syllable += 1) {
    word += SYLLABLES[rest % SYLLABLES.length];
    rest = Math.floor(rest / SYLLABLES.length);
  }
  return word;
}

function titleOf(kind, where, random) {
  const name = kind.replaceAll('-', ' ');
  const words = [ranked(ADJECTIVES, random), name, 'on', ranked(SUBJECTS, random)];
  if (where !== undefined) words.push('in', where.name);
  const title = words.join(' ');
  const marked = random() < 0.4 ? `${title}: ${inventedWord(zipf(INVENTED, random))}` : title;
  return marked[0].toUpperCase() + marked.slice(1);
}

function summaryOf(random) {
  const length = 8 + Math.floor(24 * random());
  const words = Array.from({ length }, () =>
    random() < 0.15 ? inventedWord(zipf(INVENTED, random)) : PROSE[Math.floor(PROSE.length * random())],
  );
  return `${words.join(' ')}.`;
}

/** Seven in ten are days; the others are as imprecise as sources are. */
function dateOf(year, random) {
  const month = `${year}-${twoDigits(1 + Math.floor(12 * random()))}`;
  const day = `${month}-${twoDigits(1 + Math.floor(28 * random()))}`;
  const part = random();
  if (part < 0.7) return day;
  if (part < 0.8) return month;
  if (part < 0.84) return String(year);
  if (part < 0.9) return `${day}/${month}-28`;
  if (part < 0.93) return `${month}-XX`;
  if (part < 0.95) return `${day}?`;
  if (part < 0.97) return `${month}~`;
  if (part < 0.985) return `${year}-2${1 + Math.floor(4 * random())}`;
  if (part < 0.995) return `${month}/..`;
  return `${Math.floor(year / 10)}X`;
}

function twoDigits(number) {
  return String(number).padStart(2, '0');
}

function distinct(count, from, random) {
  const found = new Set();
  while (found.size < Math.min(count, from.length)) found.add(from[skewed(from.length, random, 3.5)]);
  return [...found];
}

function ranked(from, random) {
  return from[skewed(from.length, random)];
}

/** An index, small ones more often the higher the power, all of them some of the time. */
function skewed(length, random, power = 2.5) {
  return Math.floor(length * random() ** power);
}

/** A rank below `count` with a chance of about 1 to the rank. */
function zipf(count, random) {
  return Math.floor(count ** random());
}

function weighted(weights, random) {
  let rest = random() * Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  for (const [value, weight] of Object.entries(weights)) {
    rest -= weight;
    if (rest < 0) return value;
  }
  return Object.keys(weights)[0];
}

/** Numbers from 0 to below 1 that depend on the seed alone (mulberry32). */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
