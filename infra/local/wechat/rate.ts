import type { Clock } from '../../../shared/kernel/clock.ts';

/** Calls of one user within the last minute. */
export class MinuteRate {
  readonly #calls = new Map<string, number[]>();
  readonly #clock: Clock;
  readonly #most: number;

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Counts the call; false when it is one too many. */
  admit(user: string): boolean {
    const now = this.#clock.now();
    const recent = (this.#calls.get(user) ?? []).filter((at) => at > now - 60_000);
    const admitted = recent.length < this.#most;
    if (admitted) recent.push(now);
    this.#calls.set(user, recent);
    return admitted;
  }
}
