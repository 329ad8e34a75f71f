import type { Clock } from '../../shared/kernel/clock.ts';

/** The instant after the next of growing pauses; the last one repeats. `done`: how many have been waited through. */
export function afterPause(clock: Clock, pausesSeconds: readonly number[], done: number): string {
  const seconds = pausesSeconds[Math.min(done, pausesSeconds.length - 1)];
  if (seconds === undefined) throw new Error('no pause is given');
  return new Date(clock.now() + seconds * 1000).toISOString();
}
