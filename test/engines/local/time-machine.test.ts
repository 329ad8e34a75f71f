import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Agenda, TimeMachine } from '../../../infra/local/clock/time-machine.ts';
import { VirtualClock } from '../../../infra/local/clock/virtual-clock.ts';
import { tempFolder } from './temp-folder.ts';

const start = Date.parse('2026-11-23T00:00:00.000Z');
const MINUTE = 60_000;

/** Appointments at fixed instants, in a list that may grow while they fire. */
class ListedAgenda implements Agenda {
  readonly name: string;
  readonly pending: number[];
  readonly firedAt: number[] = [];
  onFire: (at: number) => void = () => {};

  constructor(name: string, pending: number[]) {
    this.name = name;
    this.pending = pending;
  }

  async nextAfter(instantMs: number): Promise<number | undefined> {
    return this.pending.filter((at) => at > instantMs).sort((one, other) => one - other)[0];
  }

  async fireDue(nowMs: number): Promise<number> {
    const due = this.pending.filter((at) => at <= nowMs);
    for (const at of due) {
      this.pending.splice(this.pending.indexOf(at), 1);
      this.firedAt.push(nowMs);
      this.onFire(at);
    }
    return due.length;
  }
}

function machineOf(
  agendas: readonly Agenda[],
  options: { realTime?: () => number; drain?: () => void } = {},
) {
  const path = `${tempFolder()}/clock.json`;
  const realTime = options.realTime ?? (() => start);
  const clock = new VirtualClock(path, realTime);
  const drain = async () => {
    options.drain?.();
    return { delivered: 0, drained: true };
  };
  return { clock, path, realTime, machine: new TimeMachine({ clock, agendas, drain }) };
}

describe('the city clock', () => {
  it('has a move on disk before anyone sees it, and keeps it over a restart', async () => {
    const { clock, machine, path, realTime } = machineOf([]);
    await machine.move((now) => now + 90 * MINUTE);
    expect(clock.now()).toBe(start + 90 * MINUTE);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ offsetMs: 90 * MINUTE });
    expect(new VirtualClock(path, realTime).now()).toBe(start + 90 * MINUTE);
  });

  it('never goes back, neither by a move nor with the machine it runs on', async () => {
    let real = start;
    const { clock, machine } = machineOf([], { realTime: () => real });
    await machine.move(() => start + 10 * MINUTE);
    const move = await machine.move(() => start + 5 * MINUTE);
    expect(clock.now()).toBe(start + 10 * MINUTE);
    expect(move.to).toBe(move.from);
    real -= MINUTE;
    expect(clock.now()).toBe(start + 10 * MINUTE);
  });

  it('goes on from where it was when the machine’s own clock is set back, while it runs or while it is off', () => {
    const DAY = 24 * 60 * MINUTE;
    let real = start;
    const { clock, path } = machineOf([], { realTime: () => real });
    expect(clock.now()).toBe(start);
    real -= DAY;
    expect(clock.now()).toBe(start);
    real += 5 * MINUTE;
    expect(clock.now()).toBe(start + 5 * MINUTE);
    real -= DAY;
    const restarted = new VirtualClock(path, () => real);
    expect(restarted.now()).toBe(start + 5 * MINUTE);
    real += MINUTE;
    expect(restarted.now()).toBe(start + 6 * MINUTE);
  });
});

describe('a move of the clock', () => {
  it('stops at every appointment of every agenda, in the order of time', async () => {
    const order: string[] = [];
    const timers = new ListedAgenda('timers', [
      start + 30 * MINUTE,
      start + 10 * MINUTE,
      start + 61 * MINUTE,
    ]);
    const schedules = new ListedAgenda('schedules', [start + 20 * MINUTE, start + 60 * MINUTE]);
    timers.onFire = (at) => order.push(`timer ${(at - start) / MINUTE}`);
    schedules.onFire = (at) => order.push(`schedule ${(at - start) / MINUTE}`);
    const { machine } = machineOf([timers, schedules]);
    const move = await machine.move((now) => now + 60 * MINUTE);
    expect(order).toEqual(['timer 10', 'schedule 20', 'timer 30', 'schedule 60']);
    expect(timers.firedAt).toEqual([start + 10 * MINUTE, start + 30 * MINUTE]);
    expect(move).toMatchObject({
      from: '2026-11-23T00:00:00.000Z',
      to: '2026-11-23T01:00:00.000Z',
      fired: { timers: 2, schedules: 2 },
      steps: 4,
      settled: true,
    });
  });

  it('fires what an appointment on the way brings about', async () => {
    const timers = new ListedAgenda('timers', [start + MINUTE]);
    timers.onFire = (at) => {
      if (timers.firedAt.length < 5) timers.pending.push(at + MINUTE);
    };
    const { machine } = machineOf([timers]);
    expect((await machine.move((now) => now + 3 * MINUTE)).fired).toEqual({ timers: 3 });
    expect((await machine.move((now) => now + 3 * MINUTE)).fired).toEqual({ timers: 2 });
  });

  it('delivers the events of one appointment before it comes to the next', async () => {
    const log: string[] = [];
    const timers = new ListedAgenda('timers', [start + MINUTE, start + 2 * MINUTE]);
    timers.onFire = (at) => log.push(`fired ${(at - start) / MINUTE}`);
    const { machine } = machineOf([timers], {
      drain: () => {
        if (log.at(-1)?.startsWith('fired')) log.push('delivered');
      },
    });
    await machine.move((now) => now + 5 * MINUTE);
    expect(log).toEqual(['fired 1', 'delivered', 'fired 2', 'delivered']);
  });

  it('does not jump over what becomes due while it works', async () => {
    let real = start;
    const late = new ListedAgenda('late', [start + 5]);
    const slow: Agenda = {
      name: 'slow',
      nextAfter: async () => undefined,
      fireDue: async () => {
        real += 10;
        return 0;
      },
    };
    const { machine } = machineOf([late, slow], { realTime: () => real });
    await machine.move((now) => now + 30 * 24 * 60 * MINUTE);
    expect(late.firedAt[0]).toBeLessThan(start + MINUTE);
  });

  it('waits for the one before it, so that two advances add up', async () => {
    const { clock, machine } = machineOf([new ListedAgenda('timers', [start + 10 * MINUTE])]);
    const moves = await Promise.all([
      machine.move((now) => now + 15 * MINUTE),
      machine.move((now) => now + 15 * MINUTE),
    ]);
    expect(moves.map(({ from, to }) => Date.parse(to) - Date.parse(from))).toEqual([
      15 * MINUTE,
      15 * MINUTE,
    ]);
    expect(clock.now()).toBe(start + 30 * MINUTE);
  });

  it('says so when something arms itself for the same instant for ever, and goes on', async () => {
    const endless: Agenda = { name: 'endless', nextAfter: async () => undefined, fireDue: async () => 1 };
    const { clock, machine } = machineOf([endless]);
    expect(await machine.move((now) => now + MINUTE)).toMatchObject({ settled: false });
    expect(clock.now()).toBe(start + MINUTE);
  });

  it('leaves the clock usable when an agenda fails', async () => {
    let broken = true;
    const agenda: Agenda = {
      name: 'broken',
      nextAfter: async () => undefined,
      fireDue: async () => {
        if (broken) throw new Error('the engine is away');
        return 0;
      },
    };
    const { clock, machine } = machineOf([agenda]);
    await expect(machine.move((now) => now + MINUTE)).rejects.toThrow('away');
    broken = false;
    await machine.move((now) => now + MINUTE);
    expect(clock.now()).toBe(start + MINUTE);
  });

  it('goes on where a kill stopped it', async () => {
    const timers = new ListedAgenda('timers', [start + MINUTE, start + 2 * MINUTE]);
    const { machine, path, realTime } = machineOf([timers]);
    timers.onFire = (at) => {
      if (at === start + 2 * MINUTE) throw new Error('killed');
    };
    await expect(machine.move((now) => now + 10 * MINUTE)).rejects.toThrow('killed');
    expect(new VirtualClock(path, realTime).now()).toBe(start + 2 * MINUTE);
  });
});
