import { printable } from '../resources/operations/formats/rendering.js';
import { xmlText } from '../resources/operations/formats/xml.js';
import type { Graph, GraphNode, ShownEdge } from './graph.js';

/** A value that GraphML declares for each node or edge; undefined where one has none. */
interface Key<Row> {
  name: string;
  type: 'string' | 'int' | 'boolean';
  of(row: Row): string | number | boolean | null | undefined;
}

const NODE_KEYS: readonly Key<GraphNode>[] = [
  { name: 'label', type: 'string', of: ({ label }) => label },
  { name: 'type', type: 'string', of: ({ type }) => type },
  { name: 'slug', type: 'string', of: ({ slug }) => slug },
  { name: 'depth', type: 'int', of: ({ depth }) => depth },
];
const EDGE_KEYS: readonly Key<ShownEdge>[] = [
  { name: 'relation', type: 'string', of: ({ relation }) => relation },
  { name: 'role', type: 'string', of: ({ role }) => role },
  { name: 'earliest', type: 'string', of: ({ validity }) => validity?.earliest },
  { name: 'latest', type: 'string', of: ({ validity }) => validity?.latest },
  { name: 'neverHeld', type: 'boolean', of: ({ validity }) => (validity === null ? true : undefined) },
];

/** A graph as GraphML 1.0 (http://graphml.graphdrawing.org), with the ids that it has in JSON; `paths` is left out. */
export function graphMlText({ nodes, edges, truncated, asOf }: Graph & { asOf: number }): string {
  const graphml = {
    '@xmlns': 'http://graphml.graphdrawing.org/xmlns',
    key: [...declared('node', NODE_KEYS), ...declared('edge', EDGE_KEYS)],
    graph: {
      ...{ '@id': 'graph', '@edgedefault': 'directed' },
      desc: `Chancery, revision ${asOf}${truncated ? ', truncated' : ''}`,
      node: nodes.map((node) => ({ '@id': node.id, data: data('node', NODE_KEYS, node) })),
      edge: edges.map((edge) => ({
        ...{ '@id': edge.id, '@source': edge.source, '@target': edge.target },
        data: data('edge', EDGE_KEYS, edge),
      })),
    },
  };
  return xmlText({ graphml });
}

function declared<Row>(of: 'node' | 'edge', keys: readonly Key<Row>[]): object[] {
  return keys.map(({ name, type }) => ({
    ...{ '@id': `${of}-${name}`, '@for': of },
    ...{ '@attr.name': name, '@attr.type': type },
  }));
}

function data<Row>(of: 'node' | 'edge', keys: readonly Key<Row>[], row: Row): object[] {
  return keys.flatMap((key) => {
    const value = key.of(row) ?? undefined;
    return value === undefined ? [] : [{ '@key': `${of}-${key.name}`, '#text': printable(String(value)) }];
  });
}
