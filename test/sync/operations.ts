import type { Answer, AnyJson, Client } from '../support/client.js';

/** An operation of a batch as the request that it stands for. */
export function alone(http: Client, operation: AnyJson): Promise<Answer> {
  const { op, type, ref, ifMatch, ifNoneMatch, externalId, body, patch, into } = operation;
  const path = `/v1/${type}s`;
  const headers = {
    ...(ifMatch !== undefined && { 'if-match': ifMatch === '*' ? '*' : `"v${ifMatch}"` }),
    ...(ifNoneMatch !== undefined && { 'if-none-match': ifNoneMatch }),
  };
  if (op === 'create') return http.post(path, body);
  if (op === 'put') return http.put(`${path}/${ref}`, body, headers);
  if (op === 'upsert') return http.put(`${path}/by/${externalId.scheme}/${externalId.value}`, body, headers);
  if (op === 'delete') return http.delete(`${path}/${ref}`, headers);
  if (op === 'merge') return http.post(`${path}/${ref}/merge`, { into }, headers);
  const type6902 = Array.isArray(patch) ? { 'content-type': 'application/json-patch+json' } : {};
  return http.patch(`${path}/${ref}`, patch, { ...headers, ...type6902 });
}
