import type { Reader } from '../../db/store.js';
import { readNames } from '../../journal/names.js';
import { typeOfId } from '../../shared/ids.js';
import type { Kept } from './ledger.js';

/** Findings as they are answered, with the present names of their records; one query for 500 records. */
export async function represent(reader: Reader, findings: readonly Kept[]) {
  const ids = new Set(findings.flatMap(({ owners, involves }) => [...owners, ...involves]));
  const names = await readNames(reader, [...ids], undefined);
  return findings.map(({ id, rule, severity, message, owners, involves, details, fingerprint, acknowledgement }) => ({
    ...{ id, rule, severity, message },
    records: [...owners, ...involves].flatMap((record) => {
      const name = names.get(record);
      // A record may be gone already, and the finding not yet.
      return name === undefined ? [] : [{ id: record, type: typeOfId(record), ...name }];
    }),
    ...{ details, fingerprint },
    acknowledgement: acknowledgement === undefined ? null : withoutNames(acknowledgement),
  }));
}

function withoutNames({ reason, by, at }: NonNullable<Kept['acknowledgement']>) {
  return { reason, by, at };
}
