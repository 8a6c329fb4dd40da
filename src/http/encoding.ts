import { pipeline, type Readable } from 'node:stream';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import { qualities } from './negotiate.js';

/** Of what Node 20 has, the best first. Brotli at its default would take a hundred times as long for a little less. */
const ENCODINGS = {
  br: () => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  gzip: () => createGzip(),
} as const;

export type Encoding = keyof typeof ENCODINGS;

/** The encoding that `Accept-Encoding` likes best; undefined for none, which is always allowed. */
export function preferredEncoding(header: string | undefined): Encoding | undefined {
  if (header === undefined) return undefined;
  const given = qualities(header);
  const qualityOf = (name: string) => given.get(name) ?? given.get('*') ?? 0;
  const plain = given.get('identity') ?? 0;
  const [best] = (Object.keys(ENCODINGS) as Encoding[])
    .filter((name) => qualityOf(name) > 0 && qualityOf(name) >= plain)
    .sort((a, b) => qualityOf(b) - qualityOf(a));
  return best;
}

/** A stream in an encoding. Ending either early ends the other. */
export function encoded(stream: Readable, encoding: Encoding | undefined): Readable {
  if (encoding === undefined) return stream;
  const encoder = ENCODINGS[encoding]();
  pipeline(stream, encoder, () => undefined);
  return encoder;
}
