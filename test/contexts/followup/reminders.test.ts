import { describe, expect, test } from 'vitest';
import { followup } from '../../../functions/followup/context.ts';
import { tasks } from '../../../functions/followup/store.ts';
import { isQuiet, spreadMs } from '../../../functions/followup/waits.ts';
import type { Table } from '../../../shared/data/table.ts';
import { TableUnavailable } from '../../../shared/data/table-errors.ts';
import { dayOf, instantAt, timeOf } from '../../../shared/kernel/china-time.ts';
import { createWorker } from '../../../shared/worker.ts';
import { cityWith } from '../../support/city-policy.ts';
import { LAMBDA } from '../booking/scene.ts';
import { policyOf } from './policy-of.ts';
import { ADULT, current, hypertensive, openWorld, type World } from './world.ts';

const MINUTE = 60_000;

interface Sent {
  readonly at: number;
  readonly taskId: string;
}

/** Reminders as they are written, with their instant. */
function sentIn(world: World): Sent[] {
  return world.events
    .filter(({ type }) => type === 'followup.reminder-due')
    .map(({ data }) => ({ at: world.deps.clock.now(), taskId: String(data['taskId']) }));
}

/** Many tasks that are due on one morning: one that is real, copied. */
async function manyDue(world: World, count: number): Promise<void> {
  const { task: shown } = await hypertensive(world);
  const [task] = await world.tasksOf(ADULT);
  if (task === undefined || shown === undefined) throw new Error('no task');
  for (let index = 0; index < count; index += 1) {
    const taskId = `copy${String(index).padStart(5, '0')}-0001`;
    const id = { patientId: `many${index}`, planId: taskId.slice(0, -5), taskId };
    const at = new Date(
      Date.parse(instantAt('2026-03-08', '08:30')) + spreadMs({ taskId }, 60),
    ).toISOString();
    await tasks.put(world.deps.table, id, { ...task, ...id, status: 'DUE' }, { timer: { kind: 'tick', at } });
  }
}

describe('reminders of one morning', () => {
  test('are spread over the hour, the same task always at the same minute', async () => {
    const ids = Array.from({ length: 6_000 }, (_, index) => `plan${index}-0001`);
    const quarters = [0, 0, 0, 0];
    for (const taskId of ids) {
      const ms = spreadMs({ taskId }, 60);
      expect(ms).toBe(spreadMs({ taskId }, 60));
      quarters[Math.floor(ms / (15 * MINUTE))] = (quarters[Math.floor(ms / (15 * MINUTE))] ?? 0) + 1;
    }
    for (const quarter of quarters) expect(Math.abs(quarter - 1_500)).toBeLessThan(150);
  });

  test('go out once each, though sweeps run at once and die in the middle', async () => {
    const world = await openWorld();
    await manyDue(world, 300);
    let calls = 0;
    const dying: Table = new Proxy(world.deps.table, {
      get: (table, name: keyof Table) =>
        name === 'query'
          ? table.query.bind(table)
          : async (...args: unknown[]) => {
              calls += 1;
              const dies = calls % 41 === 0;
              if (dies && calls % 2 === 0) throw new TableUnavailable('ThrottlingException', 'no');
              const answer = await (table[name] as (...all: unknown[]) => unknown).apply(table, args);
              // Written, and nobody heard of it.
              if (dies) throw new TableUnavailable('TimeoutError', 'unknown');
              return answer;
            },
    });
    const workers = [0, 1].map(() => createWorker(followup, { ...world.deps, table: dying }));
    const sent = new Map<string, number>();
    let seen = 0;
    for (let minute = 0; minute < 150; minute += 1) {
      world.deps.clock.set(
        new Date(Date.parse(instantAt('2026-03-08', '08:30')) + minute * MINUTE).toISOString(),
      );
      await Promise.allSettled(workers.map((worker) => worker({ sweep: true }, LAMBDA)));
      for (const { taskId } of sentIn(world).slice(seen)) sent.set(taskId, (sent.get(taskId) ?? 0) + 1);
      seen = sentIn(world).length;
    }
    expect([...sent.values()].every((times) => times === 1)).toBe(true);
    expect([...sent.keys()].filter((taskId) => taskId.startsWith('copy'))).toHaveLength(300);
  });

  test('that a sweep finds at night wait for the morning', async () => {
    const world = await openWorld();
    await manyDue(world, 20);
    const worker = createWorker(followup, world.deps);
    world.deps.clock.set(instantAt('2026-03-08', '20:00'));
    await worker({ sweep: true }, LAMBDA);
    expect(sentIn(world)).toEqual([]);
    world.deps.clock.set(instantAt('2026-03-09', '08:29'));
    await worker({ sweep: true }, LAMBDA);
    expect(sentIn(world)).toEqual([]);
    world.deps.clock.set(instantAt('2026-03-09', '09:30'));
    await worker({ sweep: true }, LAMBDA);
    expect(sentIn(world).filter(({ taskId }) => taskId.startsWith('copy'))).toHaveLength(20);
  });
});

test.each([
  ['08:29', true],
  ['08:30', false],
  ['19:59', false],
  ['20:00', true],
  ['00:00', true],
])('at %s it is quiet: %s', (time, quiet) => {
  expect(isQuiet(policyOf(), Date.parse(instantAt('2026-03-08', time)))).toBe(quiet);
});

test('a reminder names the day before the visit, in the hours of policy', async () => {
  const world = await openWorld();
  const { task } = await hypertensive(world);
  const seen: number[] = [];
  for (let hour = 0; hour < 24 * 7; hour += 1) {
    const before = sentIn(world).length;
    await world.pass(60 * MINUTE);
    if (sentIn(world).length > before) seen.push(world.deps.clock.now());
  }
  expect(seen).toHaveLength(1);
  expect([dayOf(seen[0] ?? 0), task?.dueOn]).toEqual(['2026-03-08', '2026-03-09']);
  expect(timeOf(seen[0] ?? 0) >= '08:30' && timeOf(seen[0] ?? 0) <= '10:30').toBe(true);
  expect((await current(world)).task?.status).toBe('REMINDED');
});

test('a reminder goes out by the policy of the day, though its timer was set by an earlier one', async () => {
  const policy = policyOf();
  const reminders = { ...policy.reminders, daysBefore: 0 };
  const later = [{ from: '2026-03-08', values: { ...policy, reminders } }] as const;
  const world = await openWorld({ city: cityWith('demo', 'followup', policy, later) });
  await hypertensive(world);
  await world.pass(Date.parse(instantAt('2026-03-09', '00:00')) - world.deps.clock.now());
  expect(sentIn(world)).toEqual([]);
  await world.pass(12 * 60 * MINUTE);
  expect(sentIn(world)).toHaveLength(1);
});
