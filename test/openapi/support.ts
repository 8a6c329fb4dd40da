import { z } from 'zod';

/** What the tests of the API description read from the document, with references followed. */

export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  pattern?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  [keyword: string]: unknown;
}

interface Example {
  value: unknown;
}

export interface Parameter {
  name: string;
  in: 'query' | 'path' | 'header';
  description: string;
  required?: boolean;
  schema: Schema;
  example?: unknown;
  examples?: Record<string, Example>;
}

export interface Media {
  schema: Schema;
  example?: unknown;
}

export interface Response {
  description: string;
  headers?: Record<string, { $ref?: string; description?: string; schema?: Schema }>;
  content?: Record<string, Media>;
}

export interface Operation {
  method: string;
  path: string;
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  security: Record<string, unknown>[];
  parameters: Parameter[];
  requestBody?: { required: boolean; content: Record<string, Media> };
  responses: Record<string, Response>;
}

export interface Document {
  openapi: string;
  info: { license: object; contact: { url?: string } };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Omit<Operation, 'method' | 'path'>>>;
  components: { schemas: Record<string, Schema>; [kind: string]: Record<string, unknown> };
}

/** Every operation of the document, with parameters and responses in place of references to them. */
export function operationsOf(document: Document): Operation[] {
  const follow = <T>(item: T): T => {
    const pointer = (item as { $ref?: string }).$ref;
    if (pointer === undefined) return item;
    const [kind = '', name = ''] = pointer.split('/').slice(2);
    return document.components[kind]?.[name] as T;
  };
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      ...operation,
      method,
      path,
      parameters: (operation.parameters ?? []).map(follow),
      responses: Object.fromEntries(
        Object.entries(operation.responses).map(([status, response]) => [status, follow(response)]),
      ),
    })),
  );
}

/** What Swagger UI fills in for a parameter: its example, or the first of its examples. */
export function prefilled({ example, examples }: Parameter): string | undefined {
  const value = example ?? Object.values(examples ?? {})[0]?.value;
  return value === undefined ? undefined : String(value);
}

export interface PreparedRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
}

/** The request that Swagger UI sends when nothing but "Execute" is pressed, without its body. */
export function prefilledRequest(operation: Operation): PreparedRequest {
  const headers: Record<string, string> = {};
  const query = new URLSearchParams();
  let url = operation.path;
  for (const parameter of operation.parameters) {
    const value = prefilled(parameter);
    if (value === undefined) continue;
    if (parameter.in === 'path') url = url.replace(`{${parameter.name}}`, encodeURIComponent(value));
    else if (parameter.in === 'query') query.set(parameter.name, value);
    else headers[parameter.name] = value;
  }
  return { method: operation.method.toUpperCase(), url: query.size > 0 ? `${url}?${query}` : url, headers };
}

/** Calls `visit` for every schema object of the document, examples left out. */
export function everySchema(document: Document, visit: (schema: Schema, pointer: string) => void): void {
  const walk = (node: unknown, pointer: string): void => {
    if (typeof node !== 'object' || node === null) return;
    visit(node as Schema, pointer);
    for (const [key, value] of Object.entries(node)) {
      if (key !== 'example' && key !== 'examples' && key !== 'default') walk(value, `${pointer}/${key}`);
    }
  };
  walk(document, '');
}

/**
 * Checks values against schemas of the document, closed: a field that the document does not name is an error. Of an
 * `allOf` only the first part counts, as the second says what is added on request.
 */
export function validatorOf(document: Document): (schema: Schema, value: unknown, told: string) => void {
  const close = (_key: string, node: unknown): unknown => {
    const schema = node as (Schema & { allOf?: Schema[] }) | null;
    if (typeof schema?.$ref === 'string') return { $ref: schema.$ref.replace('#/components/schemas/', '#/$defs/') };
    if (Array.isArray(schema?.allOf)) return schema.allOf[0];
    const isOpenObject =
      schema?.type === 'object' && schema.properties !== undefined && schema.additionalProperties === undefined;
    return isOpenObject ? { ...schema, additionalProperties: false } : node;
  };
  const { Problem, Included, ...rest } = document.components.schemas;
  const $defs = { ...(JSON.parse(JSON.stringify(rest), close) as object), Problem, Included };
  const known = new Map<string, z.ZodType>();
  return (schema, value, told) => {
    const text = JSON.stringify(schema);
    const validator = known.get(text) ?? z.fromJSONSchema({ ...(JSON.parse(text, close) as object), $defs } as never);
    known.set(text, validator);
    const { success, error } = validator.safeParse(value);
    if (!success) throw new Error(`${told} answered what its schema does not allow: ${z.prettifyError(error)}`);
  };
}
