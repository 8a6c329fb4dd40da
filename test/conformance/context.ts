import { afterAll, beforeAll, expect } from 'vitest';
import type { Body } from '../../src/journal/kind.js';
import type { ProblemCode } from '../../src/problems.js';
import { pageOf } from '../../src/resources/operations/describe-pages.js';
import type { Resource } from '../../src/resources/resource.js';
import { type Answer, type AnyJson, type Client, client, expectProblem, type Sent } from '../support/client.js';
import { type Inspection, inspect } from '../support/inspect.js';
import { startTestService, type TestService } from '../support/service.js';
import { FIXTURES, type Fixture } from './fixtures.js';

/** What the tests of one resource share: a service with the seeds loaded, and the means to talk to it. */
export interface Context {
  resource: Resource;
  fixture: Fixture;
  service: TestService;
  http: Client;
  db: Inspection;
  /** `/v1/{collection}`. */
  base: string;
  /** A body that can be created, with a slug and a label that no other has. */
  fresh(extra?: Body): Body;
  /** Creates a record and gives its representation. */
  create(extra?: Body): Promise<AnyJson>;
  /** Creates an area that refers to a record, and gives its representation. */
  refer(id: string, extra?: Body): Promise<AnyJson>;
  /** Sends a request that must be refused with a problem and must write nothing; gives the problem. */
  refused(code: ProblemCode, method: string, path: string, sent?: Sent): Promise<AnyJson>;
  /** Sends a request that must write exactly `revisions` journal entries. */
  writes(revisions: number, request: () => Promise<Answer>): Promise<Answer>;
  /** Checks a representation against the schema, unknown members included. */
  expectRecord(body: unknown): void;
  /** All live records of the resource now. */
  all(): Promise<AnyJson[]>;
}

let made = 0;

/** The context of a test file; filled before its first test. */
export function useContext(resource: Resource): Context {
  const context = { resource, fixture: FIXTURES[resource.collection], base: `/v1/${resource.collection}` } as Context;
  beforeAll(async () => {
    context.service = await startTestService({ seeds: true });
    context.http = client(context.service);
    context.db = await inspect(context.service);
  });
  afterAll(async () => {
    context.http.close();
    await context.db.close();
    await context.service.stop();
  });
  return Object.assign(context, helpers(context));
}

function helpers(context: Context): Partial<Context> {
  const { resource, base } = context;
  return {
    fresh(extra = {}) {
      made += 1;
      const label = `Conformance record ${made}`;
      return { ...resource.example.create, slug: `conformance-record-${made}`, [resource.label]: label, ...extra };
    },
    async create(extra = {}) {
      const answer = await context.http.post(base, context.fresh(extra));
      expect({ status: answer.status, text: answer.status === 201 ? '' : answer.text }).toEqual({
        status: 201,
        text: '',
      });
      return answer.body;
    },
    async refer(id, extra = {}) {
      made += 1;
      const relations = [{ kind: 'related', target: id }];
      const body = { slug: `referrer-${made}`, label: `Referrer ${made}`, relations, ...extra };
      const answer = await context.http.post('/v1/areas', body);
      expect(answer.status).toBe(201);
      return answer.body;
    },
    async refused(code, method, path, sent = {}) {
      const before = await context.db.sizes();
      const answer = await context.http.send(method, path, sent);
      const problem = expectProblem(answer, code);
      expect(answer.headers['x-request-id']).toBe(problem.requestId);
      expect(await context.db.sizes()).toEqual(before);
      return problem;
    },
    async writes(revisions, request) {
      const before = await context.db.head();
      const answer = await request();
      expect((await context.db.head()) - before).toBe(revisions);
      return answer;
    },
    expectRecord(body) {
      expect(resource.representation.parse(body)).toEqual(body);
    },
    async all() {
      const { pages, data } = await context.http.walk(`${base}?limit=200`);
      for (const page of pages) expect(pageOf(resource).parse(page)).toEqual(page);
      return data;
    },
  };
}
