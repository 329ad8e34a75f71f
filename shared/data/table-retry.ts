import { faultOf } from '../aws/aws-fault.ts';
import { TableUnavailable } from './table-errors.ts';

export interface RetrySettings {
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** In [0, 1). */
  readonly random: () => number;
}

const MAX_ATTEMPTS = 6;
const BASE_MS = 25;
const CAP_MS = 1_000;

/**
 * Calls until it answers, at most six times, waiting a random part of a doubling time (full jitter).
 * With `repeatable: false` an attempt that may have been applied is not repeated.
 * `attempt` is told whether an earlier attempt may have been applied. Throws `TableUnavailable`.
 */
export async function retried<T>(
  settings: RetrySettings,
  repeatable: boolean,
  attempt: (mayBeApplied: boolean) => Promise<T>,
): Promise<T> {
  let mayBeApplied = false;
  for (let failures = 0; ; failures += 1) {
    try {
      return await attempt(mayBeApplied);
    } catch (error) {
      const fault = faultOf(error);
      if (fault === undefined) throw error;
      mayBeApplied ||= fault.applied === 'unknown';
      if (failures + 1 >= MAX_ATTEMPTS || (mayBeApplied && !repeatable))
        throw new TableUnavailable(fault.reason, mayBeApplied ? 'unknown' : 'no');
    }
    await pause(settings, failures);
  }
}

/** Full jitter: anything between nothing and the doubled base. */
export function pause({ sleep, random }: RetrySettings, failures: number): Promise<void> {
  return sleep(random() * Math.min(CAP_MS, BASE_MS * 2 ** failures));
}
