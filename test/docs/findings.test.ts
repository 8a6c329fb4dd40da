import { describe, expect, it } from 'vitest';
import { SEVERITIES } from '../../src/insight/findings/rule.js';
import { RULES } from '../../src/insight/findings/rules/index.js';
import { RESOURCE_TYPES } from '../../src/shared/ids.js';
import { readText, rowsUnder, unquoted } from './project.js';

const page = readText('docs/findings.md');

/** Sections by their heads. */
const sections = new Map(
  page.split('\n## ').map((text) => {
    const [head = '', ...lines] = text.split('\n');
    return [head, lines.join('\n')];
  }),
);

describe('docs/findings.md', () => {
  it('lists the rules, all of them and no other, in their order and words', () => {
    const listed = rowsUnder(page, 'rule').map(([name, severities, types, description]) => {
      return { name: unquoted(name), severities, types, description };
    });
    const rules = RULES.map(({ name, severities, of, description }) => ({
      name,
      severities: severities.join(', '),
      types: of.length === RESOURCE_TYPES.length ? 'all' : of.map((type) => `${type}s`).join(', '),
      description,
    }));
    expect(listed).toEqual(rules);
  });

  it('lists the severities in their words', () => {
    const listed = rowsUnder(page, 'severity').map(([name, meaning]) => [unquoted(name), meaning]);
    expect(listed).toEqual(Object.entries(SEVERITIES));
  });

  it('has a section for each rule, in the same order, with an example and what to do', () => {
    const names = RULES.map(({ name }) => name);
    expect([...sections.keys()].filter((head) => names.includes(head))).toEqual(names);
    for (const name of names) {
      expect(sections.get(name)).toContain('*Example.*');
      expect(sections.get(name)).toContain('*What to do.*');
    }
  });

  it('says of a rule with several severities when it is which', () => {
    for (const { name, severities } of RULES.filter((rule) => rule.severities.length > 1)) {
      for (const severity of severities) expect(sections.get(name), name).toContain(severity);
    }
  });
});

describe('rules', () => {
  it('have names of their own, and files that are named so', () => {
    expect(new Set(RULES.map(({ name }) => name)).size).toBe(RULES.length);
    const index = readText('src/insight/findings/rules/index.ts');
    for (const { name } of RULES) {
      expect(name).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
      expect(index).toContain(`from './${name}.js'`);
      expect(readText(`test/insight/findings/${name}.test.ts`)).toContain(`describe('${name}'`);
    }
  });

  it('list their severities from the gravest', () => {
    const order = Object.keys(SEVERITIES);
    for (const { severities } of RULES) {
      expect(severities).toEqual([...severities].sort((a, b) => order.indexOf(a) - order.indexOf(b)));
    }
  });
});
