import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readHead } from '../db/head.js';
import { mirrorStatuses } from '../db/pulls.js';
import type { Store } from '../db/store.js';
import { problemResponses } from './describe.js';
import { readQuery } from './query.js';

/** The text format of Prometheus, which every monitor reads. */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

interface Metric {
  name: string;
  help: string;
  type: 'gauge' | 'counter';
  samples: { labels?: Readonly<Record<string, string>>; value: number }[];
}

/** `GET /metrics`. */
export function registerMetrics(app: FastifyInstance, store: Store): void {
  app.get('/metrics', { schema: metricsOperation, config: { scope: 'none' } }, async (request, reply) => {
    readQuery(request, []);
    const text = metricsText(await readMetrics(store));
    return reply.type(CONTENT_TYPE).header('cache-control', 'no-store').send(text);
  });
}

async function readMetrics(store: Store): Promise<Metric[]> {
  const { revision } = await readHead(store);
  const mirrors = await mirrorStatuses(store);
  const seconds = (instant: string | null) => (instant === null ? 0 : Date.parse(instant) / 1_000);
  const ofMirrors = (name: string, help: string, value: (mirror: (typeof mirrors)[number]) => number): Metric => ({
    ...{ name: `chancery_mirror_${name}`, help, type: 'gauge' },
    samples: mirrors.map((mirror) => ({ labels: { origin: mirror.origin }, value: value(mirror) })),
  });
  const conflicts = mirrors.flatMap(({ origin, conflicts: counts }) =>
    Object.entries(counts).map(([reason, value]) => ({ labels: { origin, reason }, value })),
  );
  const { user, system } = process.cpuUsage();
  return [
    single('chancery_head_revision', 'Last revision of the journal.', 'gauge', revision),
    single('chancery_statements_total', 'Statements run by this process.', 'counter', store.statementsRun),
    ofMirrors('lag_revisions', 'Revisions that the instance had beyond what is held.', (each) => each.lagRevisions),
    ofMirrors('pulled_timestamp_seconds', 'When the instance last answered; 0 for never.', (each) =>
      seconds(each.pulledAt),
    ),
    ofMirrors('level_timestamp_seconds', 'When all it had was held; 0 for never.', (each) => seconds(each.levelAt)),
    ofMirrors('failing', '1 while something is wrong with pulling it.', (each) => (each.error === null ? 0 : 1)),
    {
      ...{ name: 'chancery_mirror_conflicts', help: 'Records not held as they are there.', type: 'gauge' },
      samples: conflicts,
    },
    single('process_cpu_seconds_total', 'Time of processors used.', 'counter', (user + system) / 1e6),
    single('process_resident_memory_bytes', 'Memory held.', 'gauge', process.memoryUsage.rss()),
    single('process_start_time_seconds', 'When the process began.', 'gauge', performance.timeOrigin / 1_000),
  ];
}

function single(name: string, help: string, type: Metric['type'], value: number): Metric {
  return { name, help, type, samples: [{ value }] };
}

/** Those without a sample are left out. */
export function metricsText(metrics: readonly Metric[]): string {
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, help, type, samples }) => {
      const lines = samples.map(({ labels = {}, value }) => `${name}${labelsText(labels)} ${value}\n`);
      return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
    })
    .join('');
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join()}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

const metricsOperation = {
  operationId: 'getMetrics',
  summary: 'Measurements for monitoring',
  description:
    'In the text format of Prometheus: the head of the journal, how far mirrors are behind, statements, memory and processor time of this process.',
  tags: ['service'],
  security: [{}],
  response: {
    200: { description: 'The measurements.', content: { 'text/plain': { schema: z.string() } } },
    ...problemResponses('unknown-parameter'),
  },
};
