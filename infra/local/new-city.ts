import type { Context } from '../../shared/context.ts';
import { createMemoryTable } from '../../shared/data/memory-table.ts';
import type { Item, Table, Value } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { createFunctions } from './functions-in-process.ts';

/** Writes what a new city begins with. `settle` lets every context hear of what was written so far. */
export type Load = (deps: Deps, settle: () => Promise<void>) => Promise<void>;

export interface NewCityParts {
  readonly city: string;
  readonly clock: Clock;
  readonly contexts: readonly Context[];
  readonly depsOver: (table: Table) => Deps;
  readonly load: Load;
}

/** An item as it is stored. */
export type Stored = { readonly [name: string]: Value };

/**
 * All items of a new city. The use cases that everybody goes through run over a table in memory, events included:
 * over the engine a county would take fifteen seconds instead of one.
 */
export async function newCityItems(parts: NewCityParts): Promise<readonly Stored[]> {
  const pending: Item[] = [];
  const table = createMemoryTable({
    clock: parts.clock,
    onChange: ({ new: item }) => {
      if (item?.['eventId'] !== undefined) pending.push(item);
    },
  });
  const deps = parts.depsOver(table);
  const { invokeWorker } = createFunctions(parts.city, parts.contexts, deps);
  const settle = async (): Promise<void> => {
    for (let item = pending.shift(); item !== undefined; item = pending.shift()) {
      const { eventId: id, eventType: type, event } = item;
      for (const { name, subscriptions } of parts.contexts) {
        const subscribes = subscriptions.some((subscription) => subscription.event === type);
        if (subscribes)
          await invokeWorker(name, { 'detail-type': 'domain-event', detail: { id, type, event } });
      }
    }
  };
  await parts.load(deps, settle);
  await settle();
  return table.all().map(published);
}

/** Without the event, which everybody has heard. */
function published({ eventId, eventType, event, ...item }: Item): Stored {
  return item;
}
