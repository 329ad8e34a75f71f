import { setTimeout as sleep } from 'node:timers/promises';
import type { DeadLetters } from './dead-letters.ts';

/** Real time: a consumer that fails for a defect fails for good soon, one that waits for the engine gets its chance. */
export const RETRY_AFTER_MS: readonly number[] = [50, 200, 800, 2_000];

export interface PersistentCall {
  /** The function called, for the dead-letter list. */
  readonly consumer: string;
  readonly message: unknown;
  readonly call: () => Promise<unknown>;
  readonly letters: DeadLetters;
  readonly now: () => number;
  readonly retryAfterMs?: readonly number[];
  /** Aborted when the city stops: the message is then neither delivered nor dead, and comes again. */
  readonly signal: AbortSignal;
}

export type CallResult = 'delivered' | 'dead' | 'abandoned';

/** Calls until it succeeds or the attempts are used up; then the message becomes a dead letter, as on AWS. */
export async function callPersistently(options: PersistentCall): Promise<CallResult> {
  const { consumer, message, call, letters, now, retryAfterMs = RETRY_AFTER_MS, signal } = options;
  for (let attempts = 1; ; attempts += 1) {
    if (signal.aborted) return 'abandoned';
    try {
      await call();
      return 'delivered';
    } catch (error) {
      // A call that broke because the engine is being stopped is no fault of the consumer.
      if (signal.aborted) return 'abandoned';
      const pause = retryAfterMs[attempts - 1];
      if (pause === undefined) {
        const errorName = error instanceof Error ? error.name : typeof error;
        letters.add({ at: new Date(now()).toISOString(), consumer, message, attempts, errorName });
        return 'dead';
      }
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }
}
