import { RESOURCE_TYPES } from '../../../shared/ids.js';
import { sourcesOf } from '../cited.js';
import type { Rule } from '../rule.js';
import { type SourceShape, shapeOf } from '../shapes.js';

/** Records of whose sources none stands any longer. */
export const restsOnRetractedSource: Rule = {
  name: 'rests-on-retracted-source',
  title: 'Rests on retracted sources only',
  description: 'Every source that a record cites was retracted, so nothing that stands supports it.',
  severities: ['warning'],
  of: RESOURCE_TYPES,
  dependencies: [{ on: 'source', fields: ['standing'], path: [{ direction: 'in' }] }],
  async check(records, world) {
    const cited = records.map((record) => ({ id: record.id, sources: sourcesOf(record) }));
    const documents = await world.documents(cited.flatMap(({ sources }) => sources));
    const isRetracted = (source: string) => {
      const document = documents.get(source);
      return document !== undefined && shapeOf<SourceShape>(document).standing === 'retracted';
    };
    return cited.flatMap(({ id, sources }) => {
      if (sources.length === 0 || !sources.every(isRetracted)) return [];
      const which = sources.length === 1 ? 'The only source' : `All ${sources.length} sources`;
      return [
        {
          severity: 'warning',
          owners: [id],
          involves: sources.filter((source) => source !== id),
          key: '/citations',
          message: `${which} that this cites ${sources.length === 1 ? 'was' : 'were'} retracted.`,
          details: { sources },
        },
      ];
    });
  },
};
