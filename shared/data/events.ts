import { type Clock, instant } from '../kernel/clock.ts';
import type { Ids } from '../kernel/ids.ts';
import type { DomainEvent } from './table.ts';

/** A new domain event with its own id and the present instant. `data` holds ids and figures, never personal data. */
export function eventFor(
  { ids, clock }: { readonly ids: Ids; readonly clock: Clock },
  type: string,
  { data, traceparent }: Pick<DomainEvent, 'data' | 'traceparent'>,
): DomainEvent {
  return {
    id: ids.next(20),
    type,
    at: instant(clock),
    data,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}
