import { LRUCache } from 'lru-cache';

/** A document as bytes, ready to be sent. */
export interface HeldDocument {
  revision: number;
  version: number;
  doc: Buffer;
}

const MAX_BYTES = 32 * 1024 * 1024;
/** What an entry takes beside its document. */
const ENTRY_BYTES = 500;

/**
 * Documents read lately, by what was asked for. Nothing here is ever out of date, because each read asks the database
 * which revision holds now; it only saves reading and encoding a document again. Bounded by bytes.
 */
export function holdDocuments(): LRUCache<string, HeldDocument> {
  return new LRUCache({ maxSize: MAX_BYTES, sizeCalculation: ({ doc }) => doc.byteLength + ENTRY_BYTES });
}
