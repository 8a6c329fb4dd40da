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

export const RELIABILITY = {
  A: 'Completely reliable.',
  B: 'Usually reliable.',
  C: 'Fairly reliable.',
  D: 'Not usually reliable.',
  E: 'Unreliable.',
  F: 'Reliability cannot be judged.',
} as const satisfies Vocabulary;

export const STANDINGS = {
  standing: 'Not taken back: held by the author of a claim, published as it is by that of a source.',
  retracted: 'Taken back by its author or publisher; of a source also that it was shown to be false or forged.',
} as const satisfies Vocabulary;

export const SUPPORTED = {
  none: 'No citation supports any of its fields.',
  some: 'Some of its fields are supported, or parts of them.',
  all: 'Each of its fields is supported, by a citation of its own or by one of the whole record.',
} as const satisfies Vocabulary;

export const SUPPORT = {
  field: 'Citations support it as a whole, or each part of it.',
  part: 'Citations support parts of it and not others.',
  record: 'Citations support the record as a whole, and none this field as a whole.',
  none: 'No citation of a source that stands supports it.',
} as const satisfies Vocabulary;

export const RESTS_ON = {
  nothing: 'It cites no source.',
  standing: 'All sources it cites stand.',
  mixed: 'Some sources it cites were retracted, others stand.',
  retracted: 'All sources it cites were retracted.',
} as const satisfies Vocabulary;
