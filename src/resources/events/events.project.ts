import type { Body, Projection } from '../../journal/kind.js';
import { dayToIso } from '../../shared/edtf.js';
import { bounds, edges } from '../projection.js';
import { alikeOf } from './likeness.js';

export interface EventBody extends Body {
  kind: string;
  date: string;
  status: string;
}

interface EventDocument {
  kind: string;
  title: string;
  method: string;
  date: string;
  status: string;
  place?: { country?: string; latitude?: number; longitude?: number };
  participants: { actor: string; role: string; office?: string; onBehalfOf?: string }[];
  areas: string[];
}

export function deriveEvent({ date }: EventBody): Body {
  const { earliest, latest } = bounds(date) ?? { earliest: null, latest: null };
  return {
    earliest: earliest === null ? null : dayToIso(earliest),
    latest: latest === null ? null : dayToIso(latest),
  };
}

export function projectEvent(event: EventDocument): Projection {
  const { kind, status, place, participants } = event;
  return {
    columns: {
      kind,
      status,
      country: place?.country ?? null,
      latitude: place?.latitude ?? null,
      longitude: place?.longitude ?? null,
      likeness: alikeOf(event)?.likeness ?? null,
    },
    dates: bounds(event.date),
    counted: { kind, status, country: place?.country ?? null },
    edges: [
      ...participants.flatMap(({ actor, role, office, onBehalfOf }) => [
        { relation: 'participant', target: actor, role },
        ...edges('on-behalf-of', [onBehalfOf]),
        ...edges('in-office', [office]),
      ]),
      ...edges('area', event.areas),
    ],
    milestones: [],
    names: [{ kind: 'title', value: event.title }],
  };
}
