import type { Context } from '../../../shared/context.ts';
import type { DeadLetters } from '../events/dead-letters.ts';
import { callPersistently } from '../events/persistent-call.ts';
import { stateFile } from '../state-file.ts';
import { DailySchedules, firedState } from '../timers/daily-schedules.ts';
import type { DueTimers } from '../timers/due-timers.ts';
import { type Agenda, TimeMachine, type TimeMachineParts } from './time-machine.ts';
import type { VirtualClock } from './virtual-clock.ts';

const TICK_MS = 1_000;

export interface TimePlan {
  readonly clock: VirtualClock;
  readonly contexts: readonly Context[];
  readonly timers: DueTimers;
  readonly invokeWorker: (context: string, event: unknown) => Promise<unknown>;
  readonly letters: DeadLetters;
  readonly folder: string;
  readonly drain: TimeMachineParts['drain'];
  /** More that waits on the city's clock, besides its timers and schedules. */
  readonly agendas: readonly Agenda[];
  readonly signal: AbortSignal;
}

/** Timers and schedules of the city, looked at each second, and the machine that moves its clock. */
export function startTime(plan: TimePlan): {
  machine: TimeMachine;
  stop: () => Promise<void>;
} {
  const { clock, contexts, invokeWorker, letters, signal } = plan;
  const now = () => clock.now();
  const schedules = new DailySchedules({
    contexts,
    state: stateFile(`${plan.folder}/schedules.json`, firedState, {}),
    fire: async (context, message) => {
      const call = () => invokeWorker(context, message);
      const result = await callPersistently({
        consumer: `${context}-worker`,
        message,
        call,
        letters,
        now,
        signal,
      });
      return result !== 'abandoned';
    },
  });
  const machine = new TimeMachine({
    clock,
    agendas: [schedules, plan.timers, ...plan.agendas],
    drain: plan.drain,
  });
  // What came due while the laptop was off.
  void machine.move((at) => at).catch(() => undefined);
  // A sweep that fails is tried again by the next second, as by the next minute on AWS.
  const tick = setInterval(() => void machine.tick().catch(() => undefined), TICK_MS);
  return {
    machine,
    stop: async () => {
      clearInterval(tick);
      await machine.idle();
    },
  };
}
