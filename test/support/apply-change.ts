import { expect } from 'vitest';
import { ANY, type Client } from './client.js';

/** Patches or deletes a record, named by `collection/reference`, whatever its version; fails when that is refused. */
export async function applyChange(http: Client, path: string, change: object | 'delete'): Promise<void> {
  const answer = await (change === 'delete' ? http.delete(`/v1/${path}`, ANY) : http.patch(`/v1/${path}`, change, ANY));
  expect({ path, ok: answer.status < 300 }).toEqual({ path, ok: true });
}
