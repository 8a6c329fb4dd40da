import { and, eq, gte, lt, sql } from 'drizzle-orm';
import { holds, isOfOpenDispute, valuesAt, type When, whenOf } from '../db/conditions.js';
import type { Reader } from '../db/store.js';
import { idRange } from '../shared/ids.js';

/** That an open dispute is about a record, and what the claims of its positions are about. */
export interface OpenDispute {
  dispute: string;
  about: string;
  /** Fields that the claims on its positions name, null for a claim that names none; empty without claims. */
  fields: (string | null)[];
}

/** The open disputes about commitments, present or as of a revision. */
export async function openDisputesAboutCommitments(reader: Reader, asOf: number | undefined): Promise<OpenDispute[]> {
  const when = whenOf(asOf);
  const at = valuesAt(asOf);
  const pairs = await reader.all(
    `open disputes about commitments ${when}`,
    (db, t) =>
      db
        .selectDistinct({ dispute: t.links.subject, about: t.links.target })
        .from(t.links)
        .where(
          and(
            gte(t.links.target, sql.placeholder('lowest')),
            lt(t.links.target, sql.placeholder('beyond')),
            isOfOpenDispute(t, 'about'),
            holds(when, t.links),
          ),
        ),
    { ...at, ...idRange('commitment') },
  );
  const claimed = pairs.length === 0 ? [] : await fieldsOfPositions(reader, when, at);
  const fields = new Map<string, (string | null)[]>();
  for (const { dispute, field } of claimed) fields.set(dispute, [...(fields.get(dispute) ?? []), field]);
  return pairs.map((pair) => ({ ...pair, fields: fields.get(pair.dispute) ?? [] }));
}

/** Of every open dispute the fields that the claims on its positions name. */
function fieldsOfPositions(reader: Reader, when: When, at: { asOf?: number }) {
  return reader.all(
    `fields of positions ${when}`,
    (db, t) =>
      db
        .select({ dispute: t.links.subject, field: t.claims.field })
        .from(t.links)
        .innerJoin(t.claims, eq(t.claims.entity, t.links.target))
        .where(and(isOfOpenDispute(t, 'position'), holds(when, t.links), holds(when, t.claims))),
    at,
  );
}
