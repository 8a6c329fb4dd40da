import { describe, expect, it } from 'vitest';
import { codeBlocks, readText } from '../docs/project.js';
import { ANY, type AnyJson } from '../support/client.js';
import { asShown } from '../support/shown.js';
import { useService } from '../support/use-service.js';

const t = useService({ seeds: true });
const PAGE = 'docs/cookbook.md';
const page = readText(PAGE);
const paths = codeBlocks(page, 'http').map((block) => block.replace('GET ', ''));
const answers = codeBlocks(page, 'json').map((block): AnyJson => JSON.parse(block));
/** After the seeds were recorded and before the clock of the service begins. */
const TUESDAY = '2030-12-31T00:00:00Z';

async function answerTo(path: string): Promise<AnyJson> {
  const { status, text, body } = await t.http.get(path.replace('{tuesday}', TUESDAY));
  expect({ path, status, text: status === 200 ? '' : text }).toEqual({ path, status: 200, text: '' });
  return asShown(PAGE, body);
}

describe(PAGE, () => {
  it('has a call and an answer to each question', () => {
    const questions = page.match(/^### .*\?$/gm) ?? [];
    expect(questions.length).toBeGreaterThan(15);
    expect([paths.length, answers.length]).toEqual([questions.length, questions.length]);
    expect(page.match(/^### /gm)).toHaveLength(questions.length);
  });

  it.each(paths.map((path, index) => [path, index] as const))('gets the answer shown to %s', async (path, index) => {
    expect(await answerTo(path)).toEqual(answers[index]);
  });

  it('gets the same answers about the past of this knowledge base after it was changed, and others about now', async () => {
    const changes: [string, object][] = [
      ['actors/andrii-sybiha', { terms: [] }],
      ['events/us-ua-consultations-2025-01', { title: 'Talks', status: 'cancelled' }],
    ];
    for (const [path, patch] of changes) expect((await t.http.patch(`/v1/${path}`, patch, ANY)).status).toBe(200);
    const past = paths.filter((path) => path.includes('asOf='));
    expect(past.length).toBeGreaterThan(2);
    for (const path of past) expect(await answerTo(path)).toEqual(answers[paths.indexOf(path)]);
    for (const path of past) {
      const now = await answerTo(path.replace(/&?asOf=[^&]+/, ''));
      expect(now).not.toEqual(answers[paths.indexOf(path)]);
    }
  });
});
