import { onTheBus } from '../../support/bus.ts';
import type { City } from './city.ts';
import type { Machines } from './machines.ts';
import type { Part, Running } from './part.ts';

const HOUR = 3_600_000;
const MOST_LETTERS = 3_000;
/** A timer that stays due after a sweep is looked at again by the next minute's. */
const MINUTE = 60_000;

/**
 * All faults end: whatever waits goes on, the post is delivered, people do what is asked of them, and time passes from
 * one thing that is due to the next. @throws what does not hold when nothing is under way any more
 */
export async function comeToRest(
  city: City,
  machines: Machines,
  parts: readonly Part[],
  runnings: readonly Running[],
  check: () => void,
): Promise<void> {
  city.scheduler.end(city.clock.now());
  await settledTasks(city);
  const rounds = Math.max(...parts.map(({ restHours }) => restHours.length));
  for (let round = 0; round < rounds; round += 1) {
    const hours = Math.max(...parts.map(({ restHours }) => restHours[round] ?? 0));
    for (const { tidy } of runnings) await tidy?.(round);
    await pass(city, machines, runnings, hours * HOUR);
    check();
    city.audit.checkAtRest();
    for (const { checkAtRest } of runnings) await checkAtRest(round);
  }
  const running = (await machines.executions()).filter(({ status }) => status === 'RUNNING');
  if (running.length > 0)
    throw new Error(`END: ${running.length} executions of ${running[0]?.machine} never end`);
}

/** Those that were under way when the faults ended. */
async function settledTasks({ scheduler }: City): Promise<void> {
  for (let turns = 0; scheduler.tasks.size > 0 && turns < 1_000; turns += 1)
    await new Promise((resolve) => setImmediate(resolve));
  if (scheduler.tasks.size > 0)
    throw new Error(`HANG: ${[...scheduler.tasks.keys()].join(', ')} wait for what nobody does`);
}

async function pass(city: City, machines: Machines, runnings: readonly Running[], ms: number): Promise<void> {
  const { clock } = city;
  const end = clock.now() + ms;
  await everything(city, machines, runnings);
  while (clock.now() < end) {
    const now = clock.now();
    const timers = [...city.timers.values()].map((at) => (at > now ? at : now + MINUTE));
    const theirs: number[] = [];
    for (const { due } of runnings) theirs.push((await due?.next(now)) ?? end);
    const next = Math.min(end, ...timers, ...theirs, (await machines.nextAfter(now)) ?? end);
    clock.advance(next - now);
    await everything(city, machines, runnings);
  }
}

/** All that is due at this instant. */
async function everything(city: City, machines: Machines, runnings: readonly Running[]): Promise<void> {
  const { clock, contexts, direct, mail, timers } = city;
  for (const { due } of runnings) await due?.run();
  while ((await machines.fireDue()) > 0);
  await post(city, machines);
  if (Math.min(...timers.values()) <= clock.now()) {
    for (const context of contexts)
      if (Object.keys(context.timers).length > 0) await direct.work(context, { sweep: true });
    await post(city, machines);
  }
  if (mail.waiting.length > 0) throw new Error('letters that nobody takes');
  city.look();
}

async function post({ mail, direct }: City, machines: Machines): Promise<void> {
  await machines.idle();
  for (let left = MOST_LETTERS; ; left -= 1) {
    const letter = mail.first();
    if (letter === undefined) return;
    if (left === 0) throw new Error('letters without an end');
    await direct.work(letter.to, { detail: onTheBus(letter.event) });
    await machines.idle();
  }
}
