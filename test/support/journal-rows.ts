import { openRaw } from './raw.js';

export interface JournalRow {
  revision: number;
  entity: string;
  version: number;
  op: string;
  doc: string | null;
}

/** The whole journal with its head, read from outside. */
export interface JournalRows {
  rows: JournalRow[];
  head: number;
  /** Records that have no version. */
  unnamed: number;
}

export async function readJournal(url: string): Promise<JournalRows> {
  const raw = await openRaw(url, { readonly: true });
  try {
    const { rows } = await raw.query<JournalRow>(
      'select revision, entity, version, op, doc from revisions order by revision',
    );
    const { rows: heads } = await raw.query<{ revision: number }>('select revision from head');
    const { rows: unnamed } = await raw.query<{ n: number }>('select count(*) as n from entities where version = 0');
    return { rows, head: heads[0]?.revision ?? 0, unnamed: unnamed[0]?.n ?? 0 };
  } finally {
    await raw.close();
  }
}

/** What is wrong with the numbers of the journal: gaps in revisions or in the versions of a record, a head elsewhere. */
export function journalGaps({ rows, head, unnamed }: JournalRows): string[] {
  const found: string[] = [];
  const versions = new Map<string, number>();
  for (const [index, { revision, entity, version }] of rows.entries()) {
    if (revision !== index + 1) found.push(`revision ${revision} in place ${index + 1}`);
    if (version !== (versions.get(entity) ?? 0) + 1) found.push(`${entity} has version ${version} out of turn`);
    versions.set(entity, version);
  }
  if (head !== rows.length) found.push(`head says ${head}, the journal has ${rows.length}`);
  if (unnamed !== 0) found.push(`${unnamed} records without a version`);
  return found;
}
