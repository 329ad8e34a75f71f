import { onTheBus } from '../../support/bus.ts';
import type { City } from './city.ts';
import type { Machines } from './machines.ts';
import type { Operation } from './part.ts';

/** One event in five is delivered twice. */
const TWICE = 0.2;
const LONGEST_REPLAY = 6;

/** What happens in every city by itself: post, sweeps, daily schedules, machines, and people who ask again. */
export function cityOperations(city: City, machines: Machines): Readonly<Record<string, Operation>> {
  const { contexts, mail } = city;
  const timed = contexts.filter(({ timers }) => Object.keys(timers).length > 0);
  const daily = contexts.flatMap((context) => context.schedules.map(({ name }) => ({ context, name })));
  return {
    hear: {
      who: 'time',
      weight: 14,
      plan(dice) {
        const letter = mail.take(dice, TWICE);
        if (letter === undefined) return undefined;
        return {
          words: `${letter.to.name} hears ${JSON.stringify(letter.event)}`,
          work: (_, home) => home.work(letter.to, { detail: onTheBus(letter.event) }),
          // The bus delivers again what was not taken.
          undone: () => mail.again([letter]),
        };
      },
    },
    replay: {
      who: 'time',
      weight: 0.6,
      plan(dice) {
        const count = mail.replay(dice, LONGEST_REPLAY);
        if (count === 0) return undefined;
        return {
          words: `the stream is read again: ${count} letters come once more`,
          work: async () => undefined,
        };
      },
    },
    sweep: {
      who: 'time',
      weight: 5,
      plan(dice) {
        if (timed.length === 0) return undefined;
        const context = dice.pick(timed);
        return { words: `${context.name} sweeps`, work: (_, home) => home.work(context, { sweep: true }) };
      },
    },
    daily: {
      who: 'time',
      weight: daily.length === 0 ? 0 : 0.7,
      plan(dice) {
        if (daily.length === 0) return undefined;
        const { context, name } = dice.pick(daily);
        return {
          words: `${context.name} does its daily ${name}`,
          work: (_, home) => home.work(context, { schedule: name, at: city.now() }),
        };
      },
    },
    machine: {
      who: 'time',
      weight: machines.isNeeded ? 6 : 0,
      plan: () => ({ words: 'the machines look at the clock', work: () => machines.fireDue() }),
    },
    kill: {
      who: 'time',
      weight: machines.isNeeded ? 1 : 0,
      plan: (dice) => ({ words: 'an operator ends an execution', work: () => machines.killOne(dice) }),
    },
    again: {
      who: 'resident',
      weight: 5,
      plan(dice) {
        const [plan] = city.interrupted.splice(dice.below(city.interrupted.length), 1);
        return plan === undefined ? undefined : { ...plan, words: `once more: ${plan.words}` };
      },
    },
  };
}
