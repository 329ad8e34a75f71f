import { describe, expect, it } from 'vitest';
import { stateFile } from '../../../infra/local/state-file.ts';
import { DailySchedules, firedState } from '../../../infra/local/timers/daily-schedules.ts';
import { tempFolder } from './temp-folder.ts';

const day = '2026-11-23';
const shanghai = (time: string, on = day): number => Date.parse(`${on}T${time}:00+08:00`);

const contexts = [
  {
    name: 'booking',
    schedules: [
      { name: 'release', dailyAt: '08:00', handle: async () => {} },
      { name: 'remind', dailyAt: '18:30', handle: async () => {} },
    ],
  },
  { name: 'record', schedules: [{ name: 'seal', dailyAt: '00:00', handle: async () => {} }] },
];

async function cityOpened(at: number) {
  const path = `${tempFolder()}/schedules.json`;
  const fired: string[] = [];
  let willing = true;
  const open = () =>
    new DailySchedules({
      contexts,
      state: stateFile(path, firedState, {}),
      fire: async (context, { schedule, at: instant }) => {
        if (willing) fired.push(`${context}/${schedule} ${instant}`);
        return willing;
      },
    });
  const schedules = open();
  await schedules.fireDue(at);
  const firedAtFirst = fired.splice(0);
  return {
    fired,
    firedAtFirst,
    open,
    schedules,
    stopping: (is: boolean) => {
      willing = !is;
    },
  };
}

describe('daily schedules', () => {
  it('fire at their time in China, once', async () => {
    const { schedules, fired } = await cityOpened(shanghai('07:00'));
    expect(await schedules.fireDue(shanghai('07:59'))).toBe(0);
    expect(await schedules.fireDue(shanghai('08:00'))).toBe(1);
    expect(await schedules.fireDue(shanghai('08:01'))).toBe(0);
    expect(fired).toEqual(['booking/release 2026-11-23T00:00:00.000Z']);
  });

  it('know what comes next, over midnight too', async () => {
    const { schedules } = await cityOpened(shanghai('07:00'));
    expect(await schedules.nextAfter(shanghai('07:00'))).toBe(shanghai('08:00'));
    expect(await schedules.nextAfter(shanghai('08:00'))).toBe(shanghai('18:30'));
    expect(await schedules.nextAfter(shanghai('18:30'))).toBe(shanghai('00:00', '2026-11-24'));
  });

  it('fire at once in a new city, for their latest time', async () => {
    const { firedAtFirst } = await cityOpened(shanghai('12:00'));
    expect(firedAtFirst).toEqual([
      'booking/remind 2026-11-22T10:30:00.000Z',
      'record/seal 2026-11-22T16:00:00.000Z',
      'booking/release 2026-11-23T00:00:00.000Z',
    ]);
  });

  it('fire once, in order, for all that was missed while the laptop was off', async () => {
    const { fired, open } = await cityOpened(shanghai('12:00'));
    const again = open();
    expect(await again.fireDue(shanghai('09:00', '2026-11-27'))).toBe(3);
    expect(fired).toEqual([
      'booking/remind 2026-11-26T10:30:00.000Z',
      'record/seal 2026-11-26T16:00:00.000Z',
      'booking/release 2026-11-27T00:00:00.000Z',
    ]);
    expect(await open().fireDue(shanghai('09:01', '2026-11-27'))).toBe(0);
  });

  it('fire again when the city stopped before they were through', async () => {
    const { schedules, fired, open, stopping } = await cityOpened(shanghai('07:00'));
    stopping(true);
    expect(await schedules.fireDue(shanghai('08:00'))).toBe(0);
    stopping(false);
    expect(await open().fireDue(shanghai('08:05'))).toBe(1);
    expect(fired).toEqual(['booking/release 2026-11-23T00:00:00.000Z']);
  });
});
