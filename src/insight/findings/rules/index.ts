import type { Rule } from '../rule.js';

/** What the knowledge base checks itself for, in the order of docs/findings.md. */
export const RULES: readonly Rule[] = [];
