import type { Projection } from '../../journal/kind.js';
import { bounds } from '../projection.js';

interface SourceDocument {
  title: string;
  kind: string;
  publishedOn?: string;
  language?: string;
  reliability?: string;
  /** Absent in versions from before there was one. */
  standing?: string;
}

export function projectSource(source: SourceDocument): Projection {
  const { title, kind, publishedOn, language = null, reliability = null, standing = 'standing' } = source;
  return {
    columns: { kind, language, reliability, standing },
    dates: bounds(publishedOn),
    counted: { kind },
    edges: [],
    milestones: [],
    names: [{ kind: 'title', value: title }],
  };
}
