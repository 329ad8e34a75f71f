import type { Retrier } from '../definition.ts';
import { matches } from './error-names.ts';

export interface Retrying {
  /** Which retrier it is. */
  readonly index: number;
  readonly delayMs: number;
  /** How often each retrier has now been used. */
  readonly retried: readonly number[];
}

const MOST_SECONDS = 99_999_999;

/** The first retrier that names the error decides; when it is used up nothing else is tried. */
export function nextRetry(
  retriers: readonly Retrier[],
  retried: readonly number[],
  error: string | undefined,
  random: () => number,
): Retrying | undefined {
  const index = retriers.findIndex(({ ErrorEquals }) => matches(ErrorEquals, error));
  const retrier = retriers[index];
  if (retrier === undefined) return undefined;
  const {
    MaxAttempts = 3,
    IntervalSeconds = 1,
    BackoffRate = 2,
    MaxDelaySeconds = MOST_SECONDS,
    JitterStrategy,
  } = retrier;
  const used = retried[index] ?? 0;
  if (used >= MaxAttempts) return undefined;
  const seconds = Math.min(IntervalSeconds * BackoffRate ** used, MaxDelaySeconds, MOST_SECONDS);
  const share = JitterStrategy === 'FULL' ? random() : 1;
  return {
    index,
    delayMs: Math.round(seconds * 1000 * share),
    retried: retriers.map((_, at) => (retried[at] ?? 0) + (at === index ? 1 : 0)),
  };
}
