import { z } from 'zod';

/** A closed list of codes with their definitions, in the order in which they are shown. */
export type Vocabulary<C extends string = string> = Readonly<Record<C, string>>;

/** A Zod enum over a vocabulary; the definitions go into the published description. */
export function codes<C extends string>(vocabulary: Vocabulary<C>, description: string) {
  const list = Object.keys(vocabulary) as [C, ...C[]];
  const definitions = list.map((code) => `- \`${code}\`: ${vocabulary[code]}`).join('\n');
  return z.enum(list).meta({ description: `${description}\n\n${definitions}`, examples: [list[0]] });
}

export const METHODS = {
  curated: 'Entered or checked by a person who read the source.',
  imported: 'Taken over from a data set that people made.',
  'machine-coded': 'Extracted by a program and not checked by a person.',
} as const satisfies Vocabulary;

export const RELATION_KINDS = {
  implements: 'Carries out what the target sets down.',
  follows: 'Comes after the target as the next step of the same matter.',
  announces: 'Makes the target known.',
  'results-in': 'Produced the target: a signing and its agreement, a vote and its resolution.',
  'part-of': 'Is a part of the target: a meeting within a summit, an annex of an agreement.',
  'responds-to': 'Is a reaction to the target.',
  negotiates: 'Works out the text of the target, an agreement.',
  supersedes: 'Takes the place of the target.',
  amends: 'Changes the target and leaves the rest of it as it was.',
  'sets-precedent-for': 'Is presented as a model for the target.',
  reports: 'Is an account of the target.',
  'same-as': 'Describes the same thing as the target.',
  related: 'Has to do with the target in a way that no other kind names.',
} as const satisfies Vocabulary;

export const BINDINGNESS = {
  legal: 'Binding under international or domestic law.',
  political: 'A political obligation, not enforceable in law.',
  intent: 'A declared intention without obligation.',
} as const satisfies Vocabulary;
