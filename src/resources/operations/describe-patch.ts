import { z } from 'zod';
import type { Resource } from '../resource.js';

const patches = new Map<string, z.ZodType>();

/**
 * What a JSON Merge Patch of a record may hold: every writable field, none required; null where a body may leave the
 * field out. One schema object for each resource, so that it is one component.
 */
export function patchSchema(resource: Resource): z.ZodType {
  const fields = resource.fields as Record<string, z.ZodType>;
  const input = resource.input.shape as Record<string, z.ZodType>;
  const shape = Object.fromEntries(
    Object.entries(fields).map(([field, schema]) => [
      field,
      mayBeLeftOut(input[field]) ? removable(schema) : part(schema).optional(),
    ]),
  );
  return once(
    `${resource.name}Patch`,
    `JSON Merge Patch of a record: what is left out stays, null removes a field.`,
    shape,
  );
}

function mayBeLeftOut(schema: z.ZodType | undefined): boolean {
  return schema?.safeParse(undefined).success === true;
}

function removable(schema: z.ZodType): z.ZodType {
  const { description } = unwrap(schema).meta() ?? {};
  return part(schema)
    .nullable()
    .optional()
    .meta({ description: schema.meta()?.description ?? description });
}

/** Objects are merged in their turn, so each of their fields may be left out as well; lists are replaced. */
function part(schema: z.ZodType): z.ZodType {
  const inner = unwrap(schema);
  const id = inner.meta()?.id;
  if (!(inner instanceof z.ZodObject) || id === undefined) return inner;
  const fields = Object.entries(inner.shape as Record<string, z.ZodType>);
  const shape = Object.fromEntries(
    fields.map(([field, member]) => [field, mayBeLeftOut(member) ? removable(member) : part(member).optional()]),
  );
  return once(`${id}Patch`, `Part of ${id} in a merge patch.`, shape);
}

function once(id: string, description: string, shape: z.ZodRawShape): z.ZodType {
  const known = patches.get(id);
  if (known !== undefined) return known;
  const schema = z.strictObject(shape).meta({ id, description });
  patches.set(id, schema);
  return schema;
}

function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap() as z.ZodType) : schema;
}
