import { readFileSync } from 'node:fs';
import edtf from 'edtf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dayToIso,
  EDTF_ACCEPTED,
  type EdtfForm,
  edtfBounds,
  isoToDay,
  NO_EARLIEST,
  NO_LATEST,
  parseEdtf,
  yearOfDay,
} from '../../src/shared/edtf.js';

const page = readFileSync(new URL('../../docs/dates.md', import.meta.url), 'utf8');
const DAY_MS = 86_400_000;
const two = (n: number): string => String(n).padStart(2, '0');
const yearText = (year: number): string => (year < 0 ? '-' : '') + String(Math.abs(year)).padStart(4, '0');
const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** Day number by counting years and months; shares nothing with the module under test. */
function countDays(year: number, month: number, day: number): number {
  const lengths = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  const before = year - 1;
  const leaps = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400);
  const monthDays = lengths.slice(0, month - 1).reduce((sum, length) => sum + length, 0);
  return before * 365 + leaps + monthDays + day - 719_163;
}

function bounds(text: string, form?: EdtfForm): [string | null, string | null] | string {
  const result = parseEdtf(text, form);
  if (!result.ok) return result.message;
  const { earliest, latest } = result.value;
  return [earliest === null ? null : dayToIso(earliest), latest === null ? null : dayToIso(latest)];
}

const anyDay = fc.integer({ min: -73_000_000, max: 73_000_000 });
const anyUtf16 = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  maxLength: 120,
});
const edtfLike = fc.string({ unit: fc.constantFrom(...'0123456789XY?~%TZ:.-+/SE{}[], ux'), maxLength: 40 });
const year4 = fc.integer({ min: -9999, max: 9999 });
const plain = fc
  .record({
    year: year4,
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 28 }),
    parts: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ year, month, day, parts }) => [yearText(year), two(month), two(day)].slice(0, parts).join('-'));
const qualifier = fc.constantFrom('', '?', '~', '%');
const example = fc.constantFrom(...EDTF_ACCEPTED.map((row) => row.example));

describe('day numbers', () => {
  it('count from 1970-01-01 and agree with Date and with a count of years and months', () => {
    expect(dayToIso(0)).toBe('1970-01-01');
    fc.assert(
      fc.property(anyDay, (day) => {
        const iso = dayToIso(day);
        const date = new Date(day * DAY_MS);
        expect(iso).toBe(date.toISOString().slice(0, -'T00:00:00.000Z'.length));
        expect(isoToDay(iso)).toBe(day);
        expect(countDays(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())).toBe(day);
      }),
    );
  });

  it('write years outside 0000-9999 with sign and six digits', () => {
    expect(dayToIso(countDays(-1258, 11, 21))).toBe('-001258-11-21');
    expect(dayToIso(countDays(17000, 1, 1))).toBe('+017000-01-01');
    expect(dayToIso(countDays(0, 12, 31))).toBe('0000-12-31');
    expect(isoToDay('0099-03-01')).toBe(countDays(99, 3, 1));
  });

  it('have a year that is EDTF and holds them', () => {
    fc.assert(
      fc.property(fc.integer({ min: countDays(-200_000, 1, 1), max: countDays(200_000, 12, 31) }), (day) => {
        const { earliest, latest } = edtfBounds(yearOfDay(day));
        expect({ day, holds: (earliest ?? day + 1) <= day && day <= (latest ?? day - 1) }).toEqual({
          day,
          holds: true,
        });
      }),
    );
    expect([-1258, 0, 44, 2024, 17_000, -17_000].map((year) => yearOfDay(countDays(year, 6, 1)))).toEqual([
      ...['-1258', '0000', '0044', '2024', 'Y17000', 'Y-17000'],
    ]);
  });

  it.each([
    '',
    '2024',
    '2024-13-01',
    '2024-02-30',
    '2024-1-1',
    '-0044-01-01',
    '+002024-01-01',
    '-000000-01-01',
    '+999999-01-01',
    '2024-01-01T00:00:00Z',
  ])('refuse %j as a calendar date', (iso) => {
    expect(() => isoToDay(iso)).toThrow(RangeError);
  });

  it('refuse what is no day', () => {
    for (const day of [0.5, Number.NaN, Number.POSITIVE_INFINITY, NO_EARLIEST, NO_LATEST])
      expect(() => dayToIso(day)).toThrow(RangeError);
  });

  it('leave room for the stand-ins of missing bounds', () => {
    expect(Number.isSafeInteger(NO_EARLIEST) && Number.isSafeInteger(NO_LATEST)).toBe(true);
    expect(NO_EARLIEST).toBeLessThan(countDays(-271_821, 1, 1));
    expect(NO_LATEST).toBeGreaterThan(countDays(275_760, 12, 31));
    expect(Math.max(-NO_EARLIEST, NO_LATEST)).toBeLessThan(2 ** 31);
  });
});

describe('what is accepted', () => {
  it.each(EDTF_ACCEPTED)('$form: $example', ({ example: text, earliest, latest }) => {
    expect(bounds(text)).toEqual([earliest, latest]);
    expect(bounds(text, text.includes('/') ? 'interval' : 'date')).toEqual([earliest, latest]);
    expect(parseEdtf(text)).toEqual({ ok: true, value: { text, ...edtfBounds(text) } });
  });

  it('is on the page docs/dates.md, row by row', () => {
    for (const { form, example: text, earliest, latest, note } of EDTF_ACCEPTED)
      expect(page).toContain(`| ${form} | \`${text}\` | ${earliest ?? 'none'} | ${latest ?? 'none'} | ${note} |\n`);
  });

  it('includes every day of the calendar and no other', () => {
    for (const year of [0, 4, 99, 1900, 2000, 2023, 2024, -1, -4, -100, 9999])
      for (let month = 1; month <= 12; month++)
        for (let day = 0; day <= 32; day++) {
          const length = new Date(Date.UTC(isLeap(year) ? 2024 : 2023, month, 0)).getUTCDate();
          const text = `${yearText(year)}-${two(month)}-${two(day)}`;
          const number = countDays(year, month, day);
          const exists = day >= 1 && day <= length;
          expect(parseEdtf(text)).toEqual(
            exists ? { ok: true, value: { text, earliest: number, latest: number } } : refused,
          );
        }
  });

  it('gives the plain forms, read without the package, the bounds that the package gives them', () => {
    fc.assert(
      fc.property(plain, (text) => {
        const { min, max } = edtf(text);
        const expected = { earliest: min / DAY_MS, latest: Math.floor(max / DAY_MS) };
        expect(edtfBounds(text)).toEqual(expected);
        for (const sign of '?~%') expect(edtfBounds(text + sign)).toEqual(expected);
      }),
    );
  });

  it('reads years and months as the package does, the impossible ones too', () => {
    for (let n = 0; n < 10_000; n += 97) {
      const text = String(n).padStart(4, '0');
      for (const whole of [text, `${text}-${two(n % 100)}`]) {
        const result = parseEdtf(whole);
        if (/-2[1-4]$/.test(whole)) continue;
        expect(result.ok).toBe(packageAccepts(whole));
      }
    }
  });

  it('reads unspecified digits as the hull of the dates they can stand for', () => {
    fc.assert(
      fc.property(year4, fc.integer({ min: 1, max: 12 }), (year, month) => {
        const text = yearText(year);
        const all = edtfBounds(text);
        expect(edtfBounds(`${text}-XX`)).toEqual(all);
        expect(edtfBounds(`${text}-XX-XX`)).toEqual(all);
        expect(edtfBounds(`${text}-${two(month)}-XX`)).toEqual(edtfBounds(`${text}-${two(month)}`));
        for (const [cut, span] of [
          [1, 10],
          [2, 100],
        ] as const) {
          const stem = text.slice(0, -cut);
          const covered = Array.from({ length: span }, (_, n) => stem + String(n).padStart(cut, '0')).filter(
            (y) => y !== '-0000',
          );
          const each = covered.map((y) => edtfBounds(y));
          expect(edtfBounds(stem + 'X'.repeat(cut))).toEqual({
            earliest: Math.min(...each.map((b) => b.earliest ?? Number.NaN)),
            latest: Math.max(...each.map((b) => b.latest ?? Number.NaN)),
          });
        }
      }),
    );
  });

  it('divides March to February into four seasons without gap or overlap', () => {
    fc.assert(
      fc.property(fc.integer({ min: -9999, max: 9998 }), (year) => {
        const seasons = [21, 22, 23, 24].map((season) => edtfBounds(`${yearText(year)}-${season}`));
        expect(seasons.map((season) => season.earliest)).toEqual(
          [3, 6, 9, 12].map((month) => countDays(year, month, 1)),
        );
        expect(seasons.map((season) => season.latest)).toEqual(
          [
            [0, 6],
            [0, 9],
            [0, 12],
            [1, 3],
          ].map(([later = 0, month = 0]) => countDays(year + later, month, 1) - 1),
        );
      }),
    );
  });

  it('takes long years up to 200000 either way', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10_000, max: 200_000 }), fc.constantFrom(1, -1), (size, sign) => {
        const year = size * sign;
        expect(edtfBounds(`Y${year}`)).toEqual({ earliest: countDays(year, 1, 1), latest: countDays(year, 12, 31) });
      }),
    );
  });

  it('takes the day of a date-time as written, whatever the offset', () => {
    const time = fc.constantFrom('T00:00', 'T23:59:59', 'T24:00:00', 'T12:30:00.250', 'T12:30:00.123456789');
    const zone = fc.constantFrom('', 'Z', '+14:00', '-12:00', '+05:30', '-05');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000_000 }), time, zone, (day, clock, offset) => {
        const text = `${dayToIso(day)}${clock}${offset}`;
        expect(parseEdtf(text, 'date')).toEqual({ ok: true, value: { text, earliest: day, latest: day } });
      }),
    );
  });

  it('gives an interval the hull of its two ends', () => {
    fc.assert(
      fc.property(plain, qualifier, plain, qualifier, (a, markA, b, markB) => {
        const [start, end] = [edtfBounds(a), edtfBounds(b)];
        const text = `${a}${markA}/${b}${markB}`;
        const ordered = (start.earliest ?? 0) <= (end.latest ?? 0);
        const value = { text, earliest: start.earliest, latest: end.latest };
        expect(parseEdtf(text, 'interval')).toEqual(ordered ? { ok: true, value } : refused);
      }),
    );
  });

  it('gives an interval no bound on an open or unknown side', () => {
    fc.assert(
      fc.property(plain, qualifier, fc.constantFrom('', '..'), (date, mark, missing) => {
        const { earliest, latest } = edtfBounds(date);
        expect(edtfBounds(`${date}${mark}/${missing}`)).toEqual({ earliest, latest: null });
        expect(edtfBounds(`${missing}/${date}${mark}`)).toEqual({ earliest: null, latest });
      }),
    );
  });
});

describe('what is refused', () => {
  it.each([
    ['', /empty/],
    ['2'.repeat(101), /100 characters/],
    [' 2024', /white space/],
    ['2024\n', /white space/],
    ['2024-13', /no such month/],
    ['2024-00', /no such month/],
    ['2024-20-XX', /no such month/],
    ['2024-02-30', /no such day/],
    ['2023-02-29', /no such day/],
    ['1900-02-29~', /no such day/],
    ['2023-02-29T10:00:00Z', /no such day/],
    ['2024-04-31/2024-05', /no such day/],
    ['2024-05/2023-02-29', /no such day/],
    ['2024-25', /Seasons run from 21/],
    ['2024-41', /Seasons run from 21/],
    ['2024-21-01', /take no day/],
    ['2024-21?', /season takes no/],
    ['{2024,2025}', /level 2/],
    ['[2024..2025]', /level 2/],
    ['Y17E7', /Exponents/],
    ['1950S2', /Significant digits/],
    ['Y171010S3', /Significant digits/],
    ['XXXX', /last one or two digits/],
    ['2XXX', /last one or two digits/],
    ['1X24', /last one or two digits/],
    ['20XX-01', /last one or two digits/],
    ['2024-XX-01', /last one or two digits/],
    ['2024-1X', /last one or two digits/],
    ['20XX?', /takes no \? ~ %/],
    ['202x', /capitals/],
    ['2024?-01', /at the end/],
    ['2024-?01', /at the end/],
    ['~2024', /at the end/],
    ['2024?~', /at the end/],
    ['Y2024', /without Y/],
    ['Y012345', /without Y/],
    ['Y200001', /from -200000 to 200000/],
    ['Y-200001', /from -200000 to 200000/],
    [`Y${'9'.repeat(99)}`, /from -200000 to 200000/],
    ['Y12345-01', /a year alone/],
    ['-0000', /no year -0000/],
    ['-0000-XX', /no year -0000/],
    ['20', /four digits/],
    ['202', /four digits/],
    ['12345', /with Y/],
    ['20240315', /hyphens/],
    ['2024-3-15', /two digits/],
    ['2024-01-01T25:00:00', /A time is/],
    ['2024-01-01T10:00:00+0530', /A time is/],
    ['2024-01T10:00', /A time is/],
    ['2024-01-01T10:00:00.1234567890', /A time is/],
    ['15 March 2024', /has only digits/],
    ['2024–2025', /has only digits/],
    ['2024..2025', /one side of an interval/],
    ['..', /one side of an interval/],
    ['/', /either side/],
    ['../..', /either side/],
    ['2023/2024/2025', /one slash/],
    ['2025/2024', /ends before it starts/],
    ['2024-03-02/2024-03-01', /ends before it starts/],
    ['2024-21/2025', /ends of an interval/],
    ['2024/202X', /ends of an interval/],
    ['Y-17000/2024', /ends of an interval/],
    ['2024-01-01T10:00/2024-02', /ends of an interval/],
    ['+2024', /not a date in EDTF/],
    ['2024-', /not a date in EDTF/],
    ['?', /not a date in EDTF/],
  ])('%j', (text, reason) => {
    const message = bounds(text);
    expect(message).toMatch(reason);
    expect(() => edtfBounds(text)).toThrow(RangeError);
    expectHelpful(message);
  });

  it('what docs/dates.md lists as refused, and not what it offers instead', () => {
    const rows = page.slice(page.indexOf('## What is refused')).matchAll(/^\| (.*) \| (.*) \| (.*) \|$/gm);
    const quoted = (cell = ''): string[] => Array.from(cell.matchAll(/`([^`]+)`/g), ([, text = '']) => text);
    let count = 0;
    for (const [, refusedTexts, , instead] of rows) {
      for (const text of quoted(refusedTexts)) expect(parseEdtf(text), text).toEqual(refused);
      for (const text of quoted(instead)) expect(parseEdtf(text), text).toMatchObject({ ok: true });
      count += quoted(refusedTexts).length;
    }
    expect(count).toBeGreaterThan(30);
  });

  it('an interval where a date is asked for, and a date where an interval is', () => {
    for (const { example: text } of EDTF_ACCEPTED) {
      const message = bounds(text, text.includes('/') ? 'date' : 'interval');
      expect(message).toMatch(text.includes('/') ? /not accepted here/ : /required here/);
      expectHelpful(message);
    }
  });
});

describe('any text', () => {
  const near = fc
    .tuple(example, fc.nat(30), fc.nat(2), fc.constantFrom(...'0123456789XY?~%TZ:.-+/ '))
    .map(([text, at, cut, insert]) => text.slice(0, at) + insert + text.slice(at + cut));

  it.each([
    ['of any characters', anyUtf16],
    ['of the characters of EDTF', edtfLike],
    ['that nearly is a date', near],
  ])('%s gives a value with ordered bounds, or a helpful sentence', (_, texts) => {
    fc.assert(
      fc.property(texts, fc.constantFrom<EdtfForm>('any', 'date', 'interval'), (text, form) => {
        const result = parseEdtf(text, form);
        if (!result.ok) return expectHelpful(result.message);
        const { earliest, latest } = result.value;
        expect(result.value.text).toBe(text);
        expect(edtfBounds(text)).toEqual({ earliest, latest });
        expect((earliest ?? NO_EARLIEST) <= (latest ?? NO_LATEST)).toBe(true);
        const hasBound = earliest !== null || latest !== null;
        expect(hasBound || ['/..', '../'].includes(text), text).toBe(true);
        for (const day of [earliest, latest]) if (day !== null) expect(isoToDay(dayToIso(day))).toBe(day);
      }),
      { numRuns: 300 },
    );
  });

  it('at the length limit and made of the characters of EDTF is still answered', () => {
    for (const unit of ['0', '-', '/', '.', 'X', 'Y', '?', '2024-', '2024/', '2024?', 'T10:00', '..'])
      for (const prefix of ['', '2024', 'Y', '2024/']) expectHelpful(bounds((prefix + unit.repeat(100)).slice(0, 100)));
  });
});

const refused = { ok: false, message: expect.stringMatching(/\.$/) };

function packageAccepts(text: string): boolean {
  try {
    return Number.isFinite(edtf(text).min) && !/-(?:2[5-9]|3\d|4[01])$/.test(text);
  } catch {
    return false;
  }
}

/** One sentence that ends in an example which is itself accepted. */
function expectHelpful(message: unknown): void {
  const [, sample = ''] = /^[A-Z].* for example (\S+?)(?:,? .*)?\.$/.exec(String(message)) ?? [];
  expect(parseEdtf(sample), String(message)).toMatchObject({ ok: true });
}
