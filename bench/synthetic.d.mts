export interface References {
  actors: string[];
  areas: string[];
  sources: string[];
}

export function seededReferences(): References;
export function slugsOf(collection: string): string[];
export function syntheticEvents(given: References & { kinds: string[] }): (n: number) => Record<string, unknown>;
export function inventedWord(rank: number): string;
