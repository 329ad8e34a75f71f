import type { Engine } from './engine.ts';

/** Node fires a longer timer at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Fires an engine's timers as real time passes; answers how to stop. A virtual clock's mover does it itself. */
export function keepTime(engine: Engine): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  engine.onCommit((next) => {
    clearTimeout(timer);
    if (stopped || next === undefined) return;
    const delayMs = Math.min(Math.max(next - engine.nowMs, 0), LONGEST_TIMER_MS);
    // Whatever it does ends in a transaction, which sets the timer anew. A broken engine tells its next caller.
    timer = setTimeout(() => void engine.fireDue(engine.nowMs).catch(() => undefined), delayMs);
  });
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
