import type { Rule } from '../rule.js';
import { outsideParent } from './outside-parent.js';

/** What the knowledge base checks itself for, in the order of docs/findings.md. */
export const RULES: readonly Rule[] = [outsideParent];

/** One more with each change of what rules find, so that everything is checked again by the program that has it. */
export const RULESET = 1;
