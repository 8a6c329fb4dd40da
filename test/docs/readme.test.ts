import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/service.js';
import { chancery, codeBlocks, ownFiles, readText } from './project.js';

const readme = readText('README.md');

describe('README.md', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService({ seeds: true });
  });
  afterAll(() => service.stop());

  it('begins with one sentence, two commands, one request and its answer, and then keeps its order', () => {
    const blocks = codeBlocks(readme, 'sh');
    expect(blocks[0]?.match(/^npm \w+/gm)).toEqual(['npm start', 'npm test']);
    expect(blocks[1]?.match(/^curl /gm)).toHaveLength(1);
    const [, sentence = ''] = readme.split('\n\n');
    expect(sentence.match(/\.(?:\s|$)/g)).toHaveLength(1);
    const order = [sentence, 'npm start', 'npm test', 'curl -s', '"data"', ...(readme.match(/^## .*/gm) ?? [])];
    const places = order.map((part) => readme.indexOf(part));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(readme.match(/^## .*/gm)).toEqual([
      '## Documentation',
      '## Map of `src`',
      '## Change something',
      '## Operate it',
      '## Licences',
    ]);
  });

  it('shows the true answer to its request, text for text but for line breaks', async () => {
    const [, path = ''] = /'http:\/\/127\.0\.0\.1:3000(\/[^']*)'/.exec(codeBlocks(readme, 'sh')[1] ?? '') ?? [];
    const shown = JSON.stringify(JSON.parse(codeBlocks(readme, 'json')[0] ?? ''));
    const { status, text } = await service.anonymous.get(path);
    expect({ status, text }).toEqual({ status: 200, text: shown });
  });

  it('maps src in ten lines that name every folder and file at its top', () => {
    const lines = (codeBlocks(readme, 'text')[0] ?? '').split('\n');
    expect(lines).toHaveLength(10);
    const mapped = lines.flatMap((line) => line.split(/ {2,}/)[0]?.split(', ') ?? []);
    const present = ownFiles()
      .filter((path) => path.startsWith('src/'))
      .map((path) => path.split('/')[1] + (path.split('/').length > 2 ? '/' : ''));
    // version.ts reads one number from package.json.
    expect(mapped.sort()).toEqual([...new Set(present)].filter((name) => name !== 'version.ts').sort());
  });

  it('names only files that exist when it says what to change', () => {
    const named = [...readme.matchAll(/`((?:src|openapi|docs|seeds)\/[\w./-]+\.\w+)`/g)].map(([, path]) => path);
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((path) => !ownFiles().includes(path ?? ''))).toEqual([]);
  });
});

describe('every page', () => {
  const pages = ownFiles().filter((path) => path.endsWith('.md'));
  const texts = pages.map((path) => [path, readText(path)] as const);

  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };
    const named = texts.flatMap(([path, text]) => {
      const commands = [...text.matchAll(/\bnpm (?:run (?:--silent )?([\w:-]+)|(start|test)\b)/g)];
      return commands.map(([, script, short]) => `${path}: ${script ?? short}`);
    });
    expect(named.filter((line) => !Object.hasOwn(scripts, line.split(': ')[1] ?? ''))).toEqual([]);
  });

  it('names only verbs that exist', async () => {
    const { out } = await chancery(['--help']);
    const verbs = [...out.matchAll(/^ {2}(\S+(?: \S+)?) {2,}/gm)].map(([, verb]) => verb ?? '');
    const named = texts.flatMap(([path, text]) =>
      [...text.matchAll(/(?:npx chancery|node dist\/main\.js) ([a-z][a-z ]*)/g)].map(([, words = '']) => ({
        path,
        words,
      })),
    );
    const known = ({ words }: { words: string }) => verbs.some((verb) => `${words} `.startsWith(`${verb} `));
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((use) => !known(use))).toEqual([]);
  });

  it('links only to files that exist', () => {
    const broken = texts.flatMap(([path, text]) =>
      [...text.matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !/^[a-z]+:/.test(target))
        .filter(
          (target) => !ownFiles().includes(new URL(target.split('#')[0] ?? '', `file:///${path}`).pathname.slice(1)),
        )
        .map((target) => `${path}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('of the decisions stands in their list', () => {
    const decisions = pages.filter((path) => /^docs\/decisions\/[0-9]{4}-/.test(path));
    const listed = [...readText('docs/decisions/README.md').matchAll(/\]\(([^)]+)\)/g)].map(
      ([, name]) => `docs/decisions/${name}`,
    );
    expect(listed).toEqual(decisions);
  });
});
