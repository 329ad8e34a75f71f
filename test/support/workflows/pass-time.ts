import type { Engine } from '../../../infra/local/step-functions/engine.ts';

export interface PassingClock {
  now(): number;
  pass(ms: number): void;
}

/** Lets time pass as the laptop's time machine does: from one appointment to the next. */
export async function passTime(engine: Engine, clock: PassingClock, ms: number): Promise<void> {
  const target = clock.now() + ms;
  for (;;) {
    while ((await engine.fireDue(clock.now())) > 0);
    const next = await engine.nextAfter(clock.now());
    if (next === undefined || next > target) break;
    clock.pass(next - clock.now());
  }
  clock.pass(target - clock.now());
  while ((await engine.fireDue(clock.now())) > 0);
}
