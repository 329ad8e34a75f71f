import type { DeadLetters } from '../events/dead-letters.ts';
import { type StreamFaults, streamFaultsSchema } from '../events/stream-faults.ts';
import { type LocalRoute, ok, post } from './local-route.ts';

const LATEST = 20;

export interface StatusParts {
  /** What is going on, gathered when asked. */
  readonly status: () => Promise<Readonly<Record<string, unknown>>>;
  readonly letters: DeadLetters;
  readonly streamFaults: StreamFaults;
}

export function statusRoutes({ status, letters, streamFaults }: StatusParts): readonly LocalRoute[] {
  return [
    {
      method: 'GET',
      path: '/local/status',
      summary: 'events under way, timers due, dead letters, memory',
      handle: async () => {
        const all = letters.list();
        return ok({
          ...(await status()),
          deadLetters: { count: all.length, latest: all.slice(-LATEST) },
        });
      },
    },
    post(
      '/local/faults',
      'what is to go wrong between table and consumers: {"copies": 2, "delayMs": 500, "paused": false}',
      streamFaultsSchema,
      async (faults) => {
        streamFaults.set(faults);
        return ok(faults);
      },
    ),
  ];
}
