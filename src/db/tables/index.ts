import type { Kit } from '../columns.js';
import { defineCore } from './core.js';
import { defineDetails } from './details.js';
import { defineFindings } from './findings.js';
import { defineRecords } from './records.js';
import { defineService } from './service.js';

/** Every table of the database, built once by each dialect's kit. */
export function defineTables(kit: Kit) {
  const core = defineCore(kit);
  return {
    ...core,
    ...defineRecords(kit, core),
    ...defineDetails(kit, core),
    ...defineFindings(kit, core),
    ...defineService(kit),
  };
}

export type Tables = ReturnType<typeof defineTables>;
export type TableName = keyof Tables;
export type { RecordTables } from './records.js';
export type RecordTable = import('./records.js').RecordTables[keyof import('./records.js').RecordTables];
