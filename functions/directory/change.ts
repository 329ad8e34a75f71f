import { createHash } from 'node:crypto';
import type { Call } from '../../shared/context.ts';
import { eventFor } from '../../shared/data/events.ts';
import type { DomainEvent, Value } from '../../shared/data/table.ts';
import { sameValue } from '../../shared/data/value.ts';
import type { Deps } from '../../shared/deps.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';

/** What every change needs; the city's loader has no more than this. */
export type ChangeDeps = Pick<Deps, 'table' | 'clock' | 'ids'>;

/** Where a change comes from: events carry it on. */
export interface Origin {
  readonly traceparent?: string;
}

export function changed(
  deps: ChangeDeps,
  what: 'institution' | 'department' | 'practitioner' | 'care-team' | 'alliance',
  data: DomainEvent['data'],
  { traceparent }: Origin,
): DomainEvent {
  const trace = traceparent === undefined ? {} : { traceparent };
  return eventFor(deps, `directory.${what}-changed`, { data, ...trace });
}

/**
 * The id of what this request creates: the same request sent again means the same thing, not a second one.
 * A key used again under another path is another request.
 */
export function idFromRequest({
  actor,
  requestKey,
  params,
}: Pick<Call, 'actor' | 'requestKey' | 'params'>): string {
  return createHash('sha256')
    .update(JSON.stringify([actor?.accountId, requestKey, params]))
    .digest('hex')
    .slice(0, 20);
}

/** Every change names the version it was made from. */
export function requireVersion(current: { readonly version: number }, version: number): void {
  if (current.version !== version) {
    throw houseErrors.refusal('CONFLICT', { context: { version: current.version } });
  }
}

/** Whether a record already states these facts; undefined counts as missing. */
export function states(record: object, facts: object): boolean {
  const stated = new Map<string, Value>(Object.entries(record));
  return Object.entries(facts).every(([name, value]) => sameValue(stated.get(name), value));
}
