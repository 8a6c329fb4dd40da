import type { Task } from '../../journal/analysis.js';
import type { Acknowledgement } from '../../resources/common.schema.js';
import { type Finding, findOn } from './finding.js';
import { type Difference, type Kept, readOwned, readState } from './ledger.js';
import { RULES } from './rules/index.js';
import { World } from './world.js';

/** A rule, and the records that it is to be checked on. */
export interface Check {
  rule: string;
  ids: string[];
}

/** Checks some records by some rules, and compares what is found with what is kept; the caller bounds their number. */
export const CHECK: Task<readonly Check[], Difference> = {
  name: 'check',
  async run(reader, checks) {
    const { serial } = await readState(reader);
    const world = new World(reader);
    const difference: Difference = { serial, put: [], remove: [] };
    const owned = await readOwned(reader, [...new Set(checks.flatMap(({ ids }) => ids))]);
    for (const { rule: name, ids } of checks) {
      const rule = RULES.find((each) => each.name === name);
      if (rule === undefined) throw new Error(`no rule is called ${name}`);
      const records = await world.documents(ids);
      const found = await acknowledged(world, await findOn(rule, [...records.values()], world));
      const kept = keptOn(owned, name, ids);
      for (const finding of found) {
        if (!isSame(finding, kept.get(finding.id))) difference.put.push(finding);
        kept.delete(finding.id);
      }
      difference.remove.push(...kept.keys());
    }
    return difference;
  },
};

/** Those of a rule that are kept on some records, by id. */
function keptOn(owned: readonly Kept[], rule: string, ids: readonly string[]): Map<string, Kept> {
  const among = new Set(ids);
  const those = owned.filter((each) => each.rule === rule && each.owners.some((owner) => among.has(owner)));
  return new Map(those.map((each) => [each.id, each]));
}

/** Adds the acknowledgements, which the first owners keep; one of what a finding rested on before does not count. */
async function acknowledged(world: World, findings: readonly Finding[]): Promise<Kept[]> {
  const owners = await world.documents(findings.map(({ owners: [first] }) => first));
  return findings.map(({ key: _, ...finding }) => {
    const { acknowledgements = [] } = owners.get(finding.owners[0]) as { acknowledgements?: Acknowledgement[] };
    const acknowledgement = acknowledgements.find(
      (each) => each.finding === finding.id && each.fingerprint === finding.fingerprint,
    );
    return { ...finding, ...(acknowledgement && { acknowledgement }) };
  });
}

function isSame(finding: Kept, kept: Kept | undefined): boolean {
  return kept !== undefined && contentOf(finding) === contentOf(kept);
}

/** The fingerprint stands for what it rests on, the owners and the severity. */
function contentOf({ fingerprint, message, acknowledgement }: Kept): string {
  return JSON.stringify([fingerprint, message, acknowledgement ?? null]);
}
