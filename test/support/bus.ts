import { eventOf } from '../../shared/data/carried.ts';
import type { Change } from '../../shared/data/memory-store.ts';
import type { DomainEvent } from '../../shared/data/table.ts';
import type { BusMessage } from '../../shared/worker-messages.ts';

/** The event that a change has brought, if it has brought one. */
export function broughtBy({ old, new: item }: Pick<Change, 'old' | 'new'>): DomainEvent | undefined {
  if (item === undefined || item['eventId'] === old?.['eventId']) return undefined;
  return eventOf(item);
}

/** An event as the pipe puts it on the bus, which is how a worker hears of it. */
export function onTheBus({ id, type, ...rest }: DomainEvent): BusMessage {
  return { id, type, event: JSON.stringify(rest) };
}
