import { z } from 'zod';
import type { ReferencePath } from '../journal/kind.js';
import { Citation, references } from './common.schema.js';

/** Where references and citations stand in documents of a schema, read off the schema itself. */
export function schemaPaths(schema: z.ZodType): { references: ReferencePath[]; citations: string[][] } {
  const found = { references: [] as ReferencePath[], citations: [] as string[][] };
  walk(schema, [], found);
  return found;
}

function walk(schema: z.ZodType, path: string[], found: { references: ReferencePath[]; citations: string[][] }): void {
  const reference = references.get(schema);
  if (reference !== undefined) found.references.push({ path, to: reference.to });
  if (schema === Citation) found.citations.push(path);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    walk(schema.unwrap() as z.ZodType, path, found);
  } else if (schema instanceof z.ZodArray) {
    walk(schema.element as z.ZodType, [...path, '*'], found);
  } else if (schema instanceof z.ZodObject) {
    for (const [key, value] of Object.entries(schema.shape as Record<string, z.ZodType>))
      walk(value, [...path, key], found);
  }
}
