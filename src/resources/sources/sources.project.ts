import type { Projection } from '../../journal/kind.js';
import { bounds } from '../projection.js';

interface SourceDocument {
  title: string;
  kind: string;
  publishedOn?: string;
  language?: string;
}

export function projectSource({ title, kind, publishedOn, language }: SourceDocument): Projection {
  return {
    columns: { kind, language: language ?? null },
    dates: bounds(publishedOn),
    counted: { kind },
    edges: [],
    milestones: [],
    names: [{ kind: 'title', value: title }],
  };
}
