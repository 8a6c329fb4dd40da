import { sqliteKit } from './columns.js';
import { defineTables } from './tables/index.js';

/** The tables of this dialect, named one by one because drizzle-kit reads a module's exports. */
export const tables = defineTables(sqliteKit);
export const {
  head,
  entities,
  revisions,
  events,
  actors,
  agreements,
  commitments,
  areas,
  sources,
  claims,
  disputes,
  links,
  milestones,
  names,
  externalIds,
  tags,
  searchTexts,
  sourceTexts,
  rollups,
  findings,
  findingRecords,
  findingsState,
  apiKeys,
  idempotencyKeys,
  webhooks,
  webhookDeliveries,
  pulls,
  pullConflicts,
} = tables;
