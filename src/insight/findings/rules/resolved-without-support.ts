import type { Rule } from '../rule.js';
import { type ClaimShape, type DisputeShape, type SourceShape, shapeOf } from '../shapes.js';

/** Disputes that prefer a position for which nothing speaks that can be looked up. */
export const resolvedWithoutSupport: Rule = {
  name: 'resolved-without-support',
  title: 'Dispute resolved without support',
  description:
    'The preferred position of a dispute has neither a citation of a source that stands, nor a claim that stands and is not deprecated.',
  severities: ['warning'],
  of: ['dispute'],
  dependencies: [
    {
      on: 'claim',
      fields: ['standing', 'rank'],
      path: [{ direction: 'in', relations: ['position'], type: 'dispute' }],
    },
    { on: 'source', fields: ['standing'], path: [{ direction: 'in', type: 'dispute' }] },
  ],
  async check(records, world) {
    const preferred = records.flatMap((record) => {
      const { id, positions, preferred: key } = shapeOf<DisputeShape>(record);
      const index = positions.findIndex((position) => position.key === key);
      const position = positions[index];
      return position === undefined ? [] : [{ id, pointer: `/positions/${index}`, position }];
    });
    const documents = await world.documents(
      preferred.flatMap(({ position }) => [
        ...(position.claims ?? []),
        ...position.citations.map(({ source }) => source),
      ]),
    );
    const claimStands = (id: string) => {
      const claim = documents.get(id);
      if (claim === undefined) return false;
      const { standing, rank } = shapeOf<ClaimShape>(claim);
      return standing !== 'retracted' && rank !== 'deprecated';
    };
    const sourceStands = (id: string) => {
      const source = documents.get(id);
      return source !== undefined && shapeOf<SourceShape>(source).standing !== 'retracted';
    };
    return preferred.flatMap(({ id, pointer, position: { key, claims = [], citations } }) => {
      const sources = [...new Set(citations.map(({ source }) => source))];
      if (claims.some(claimStands) || sources.some(sourceStands)) return [];
      const names = [...new Set([...claims, ...sources])];
      return [
        {
          severity: 'warning',
          owners: [id],
          involves: names,
          key,
          message: `The preferred position, ${key}, rests on no source and no claim that stands.`,
          details: { pointer, preferred: key, claims, sources },
        },
      ];
    });
  },
};
