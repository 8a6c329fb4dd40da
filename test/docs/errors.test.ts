import { describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../src/problems.js';
import { codeBlocks, readText, rowsUnder, unquoted } from './project.js';

const page = readText('docs/errors.md');

describe('docs/errors.md', () => {
  it('lists the problems of the catalogue, all of them and no other, in its words', () => {
    const listed = rowsUnder(page, 'code').map(([code, status, title, explanation, retryable]) => ({
      code: unquoted(code),
      status,
      title,
      explanation,
      retryable,
    }));
    const catalogue = Object.entries(PROBLEMS).map(([code, problem]) => ({
      code,
      status: String(problem.status),
      title: problem.title,
      explanation: problem.explanation,
      retryable: problem.retryable ? 'yes' : 'no',
    }));
    expect(listed).toEqual(catalogue);
  });

  it('shows an example as the catalogue has it', () => {
    const [example = '{}'] = codeBlocks(page, 'json');
    const { code, type, title, status, retryable } = JSON.parse(example);
    const problem = PROBLEMS[code as keyof typeof PROBLEMS];
    expect({ type, title, status, retryable }).toEqual({
      type: `/problems/${code}`,
      title: problem.title,
      status: problem.status,
      retryable: problem.retryable,
    });
  });
});
