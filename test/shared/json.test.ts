import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonFault, MAX_DEPTH, parseJson } from '../../src/shared/json.js';

const FORBIDDEN = ['__proto__', 'constructor', 'prototype'];

function faultOf(text: string): JsonFault | 'none' {
  const result = parseJson(text);
  return result.ok ? 'none' : result.fault;
}

const cleanText = fc.string({ unit: 'grapheme' }).filter((text) => text.isWellFormed() && !text.includes('\u0000'));
const key = cleanText.filter((text) => !FORBIDDEN.includes(text));
/** JSON values as this service takes them. */
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', maxDepth: 12 },
    fc.constantFrom(null, true, false),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
    fc.integer(),
    cleanText,
    fc.array(tie('any'), { maxLength: 5 }),
    fc.dictionary(key, tie('any'), { maxKeys: 5, noNullPrototype: true }),
  ),
})).any;

/** Writes every character of the strings of a JSON text as an escape. */
function escaped(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"/g, (string) => {
    const units = [...Array((JSON.parse(string) as string).length).keys()];
    const read = JSON.parse(string) as string;
    return `"${units.map((at) => `\\u${read.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`;
  });
}

describe('parseJson', () => {
  it('reads what JSON.parse reads, however it is written', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1, '\t', ' \r\n'), (given, indent) => {
        for (const text of [JSON.stringify(given, null, indent), escaped(JSON.stringify(given))]) {
          expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
          expect(parseJson(text)).toEqual({ ok: true, value: given });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('calls exactly what JSON.parse refuses a fault of syntax', () => {
    const piece = fc.constantFrom(...'{}[]:,"\\ 01-.eE', 'true', 'null', '"a"', '\\u0041', '{"a":1}', '\u00a0');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        let refused = false;
        try {
          JSON.parse(text);
        } catch {
          refused = true;
        }
        expect(faultOf(text) === 'syntax').toBe(refused);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['', ' ', '{', '[1,]', "{'a':1}", '{"a":1,}', 'NaN', '01', '\ufeff{}', '{"a":1} x', '"\n"'])(
    'refuses %j as a fault of syntax',
    (text) => {
      expect(faultOf(text)).toBe('syntax');
    },
  );

  it('refuses a key that an object has twice, however it is written and wherever it is', () => {
    fc.assert(
      fc.property(key, value, fc.nat(5), (name, given, depth) => {
        const [plain, codes] = [JSON.stringify(name), escaped(JSON.stringify(name))];
        const inner = JSON.stringify(given);
        for (const again of [plain, codes]) {
          const text = `${'[{"x":'.repeat(depth)}{${plain} :${inner},"${name.length}-other":0, ${again}\n:${inner}}${'}]'.repeat(depth)}`;
          expect(faultOf(text)).toBe('duplicate-key');
        }
      }),
      { numRuns: 200 },
    );
    expect(faultOf('{"a":1,"\\u0061":2}')).toBe('duplicate-key');
  });

  it('takes the same key in different objects, and as text', () => {
    const texts = [
      '{"a":{"a":[{"a":1},{"a":2}]}}',
      '[{"a":1},{"a":1}]',
      '{"a":"a","b":"a"}',
      '["a","a"]',
      '{"a":["a","a"],"b":{"a":0}}',
    ];
    expect(texts.map(faultOf)).toEqual(texts.map(() => 'none'));
  });

  it.each(FORBIDDEN)('refuses the key %s, escaped or not, and takes it as text', (name) => {
    const codes = escaped(`"${name}"`);
    for (const text of [`{"${name}":1}`, `{${codes}:1}`, `{${codes} \n:1}`, `[{"a":[{${codes}:{}}]}]`])
      expect(faultOf(text)).toBe('forbidden-key');
    expect(parseJson(`["${name}",{"a":${codes}}]`)).toEqual({ ok: true, value: [name, { a: name }] });
  });

  it(`takes ${MAX_DEPTH} levels and no more, of arrays, objects and both`, () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
      ['[{"a":', '}]'],
    ] as const) {
      const levels = open.length === 6 ? 2 : 1;
      const nested = (depth: number) => `${open.repeat(depth / levels)}0${close.repeat(depth / levels)}`;
      expect(faultOf(nested(MAX_DEPTH))).toBe('none');
      expect(faultOf(nested(MAX_DEPTH + levels))).toBe('too-deep');
      expect(faultOf(nested(20_000))).toBe('too-deep');
    }
  });

  it('does not count brackets within text, nor levels that have ended', () => {
    expect(faultOf(JSON.stringify({ '[[[{{{': '[{'.repeat(100), b: '\\"[[' }))).toBe('none');
    expect(faultOf(`[${Array(200).fill('[[]]').join()}]`)).toBe('none');
  });

  it.each([
    ['"\\u0000"'],
    ['{"a\\u0000":1}'],
    ['["\\ud800"]'],
    ['["\\udc00"]'],
    ['{"\\ud83d":1}'],
    ['"\\ude00\\ud83d"'],
    [`"${'\ud800'}"`],
  ])('refuses %j for its text', (text) => {
    expect(faultOf(text)).toBe('text');
  });

  it('takes pairs of surrogates, escaped or not, and the text of an escape', () => {
    expect(parseJson('["\\ud83d\\ude00","😀","\\\\u0000","\\u0001"]')).toEqual({
      ok: true,
      value: ['😀', '😀', '\\u0000', '\u0001'],
    });
  });

  it('says in its detail what is wrong', () => {
    expect(parseJson('{"a":1,"a":2}')).toMatchObject({ detail: 'has the key `a` twice in one object' });
    expect(parseJson(`{"${'x'.repeat(500)}":1,"${'x'.repeat(500)}":2}`)).toMatchObject({
      detail: expect.stringMatching(/^.{0,150}$/),
    });
  });

  it('reads the largest bodies of every shape in one pass', { timeout: 20_000 }, () => {
    // Each has about a megabyte; anything quadratic would take many minutes.
    const size = 1_000_000;
    const texts = [
      `"${'\\"'.repeat(size / 2)}"`,
      `"${'\\\\'.repeat(size / 2)}"`,
      `[${'"",'.repeat(size / 3)}""]`,
      `[${'{},'.repeat(size / 3)}{}]`,
      `{${Array.from({ length: size / 12 }, (_, n) => `"k${n}":0`).join()}}`,
      `{"a"${' '.repeat(size)}:1}`,
      `["a"${' '.repeat(size)}]`,
      `{${Array.from({ length: 50_000 }, (_, n) => `"k${n}"   ${' '.repeat(10)}:""`).join()}}`,
    ];
    expect(texts.map(faultOf)).toEqual(texts.map(() => 'none'));
  });
});
