import type { Store } from '../db/store.js';
import { directAnalyst } from '../insight/analyst.js';
import { Findings } from '../insight/findings/findings.js';
import { countFindings, type FindingPosition, positionOf, readFindings } from '../insight/findings/ledger.js';
import { represent } from '../insight/findings/represent.js';
import { SEVERITIES, type Severity } from '../insight/findings/rule.js';
import { type Command, EXIT, UsageError } from './command.js';
import { withStore } from './database.js';

const AT_ONCE = 500;
const DEFAULT_LISTED = 1_000;
const ALL = Object.keys(SEVERITIES) as Severity[];

type Represented = Awaited<ReturnType<typeof represent>>[number];

export const checkCommand: Command = {
  name: 'check',
  summary: 'Checks every record for contradictions and doubts, and lists what is found and not acknowledged.',
  options: {
    'fail-on': {
      type: 'string',
      value: 'severity',
      description: `Exit with 1 for findings at least so grave: ${ALL.join(', ')}. Default: warning.`,
    },
    limit: { type: 'string', value: 'number', description: `List at most so many. Default: ${DEFAULT_LISTED}.` },
  },
  async run(terminal, { json, 'fail-on': failOn = 'warning', limit = String(DEFAULT_LISTED) }) {
    const least = ALL.indexOf(failOn as Severity);
    if (least === -1) throw new UsageError(`--fail-on must be one of ${ALL.join(', ')}`);
    if (!/^[0-9]{1,9}$/.test(String(limit))) throw new UsageError('--limit must be a whole number');
    return withStore(terminal, async (store) => {
      const findings = new Findings(store, directAnalyst(store));
      const corrected = await findings.checkAll();
      await findings.close();
      const open = await countOpen(store);
      const listed = await openFindings(store, Number(limit));
      if (json) terminal.out(JSON.stringify({ open, corrected, findings: listed }));
      else for (const line of [...listed.map(lineOf), summary(open, listed.length)]) terminal.err(line);
      return ALL.slice(0, least + 1).some((severity) => open[severity] > 0) ? EXIT.failed : EXIT.done;
    });
  },
};

type Counts = Record<Severity, number>;

async function countOpen(store: Store): Promise<Counts> {
  const counts = {} as Counts;
  for (const severity of ALL)
    counts[severity] = await countFindings(store, { acknowledged: false, severities: [severity] });
  return counts;
}

/** Those that nobody has acknowledged, the gravest first. */
async function openFindings(store: Store, limit: number): Promise<Represented[]> {
  const listed: Represented[] = [];
  for (let position: FindingPosition | undefined; listed.length < limit; ) {
    const kept = await readFindings(store, { acknowledged: false }, Math.min(AT_ONCE, limit - listed.length), position);
    listed.push(...(await represent(store, kept)));
    const last = kept.at(-1);
    if (last === undefined) break;
    position = positionOf(last);
  }
  return listed;
}

function summary(open: Counts, listed: number): string {
  const all = ALL.reduce((sum, severity) => sum + open[severity], 0);
  const counts = ALL.map((severity) => `${severity}s: ${open[severity]}`).join(', ');
  return `${counts}${listed < all ? `; ${listed} of them are listed` : ''}.`;
}

function lineOf({ severity, rule, message, records }: Represented): string {
  return `${severity} ${rule} ${records.map(({ type, slug }) => `${type}s/${slug}`).join(' ')}: ${message}`;
}
