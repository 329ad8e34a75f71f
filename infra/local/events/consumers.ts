import type { Context } from '../../../shared/context.ts';
import type { BusEvent } from './bus-event.ts';
import type { DeadLetters } from './dead-letters.ts';
import { callPersistently } from './persistent-call.ts';

export interface ConsumerParts {
  readonly contexts: readonly Pick<Context, 'name' | 'subscriptions'>[];
  readonly invokeWorker: (context: string, event: unknown) => Promise<unknown>;
  readonly letters: DeadLetters;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** The bus's rules: each context that subscribes to the event's type gets it, whatever becomes of it with the others. */
export function consumersOf({ contexts, invokeWorker, letters, now, signal }: ConsumerParts) {
  return async function deliver(event: BusEvent): Promise<boolean> {
    const subscribed = contexts.filter(({ subscriptions }) =>
      subscriptions.some((subscription) => subscription.event === event.detail.type),
    );
    const results = await Promise.all(
      subscribed.map(({ name }) =>
        callPersistently({
          consumer: `${name}-worker`,
          message: event,
          call: () => invokeWorker(name, event),
          letters,
          now,
          signal,
        }),
      ),
    );
    return !results.includes('abandoned');
  };
}
