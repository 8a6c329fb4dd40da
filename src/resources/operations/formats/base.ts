import type { FastifyRequest } from 'fastify';
import type { Services } from '../services.js';

const HOST = /^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/;

/**
 * What absolute addresses begin with: the public address that is set, or else the host that the request was sent to.
 * Calendars, feeds and linked data leave the service, so relative addresses would lead nowhere.
 */
export function baseOf({ baseUrl }: Pick<Services, 'baseUrl'>, request: FastifyRequest): string {
  if (baseUrl !== '') return baseUrl;
  const { host = '' } = request.headers;
  return HOST.test(host) ? `${request.protocol}://${host}` : 'http://localhost';
}
