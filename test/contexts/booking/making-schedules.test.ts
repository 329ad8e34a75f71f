import { describe, expect, test } from 'vitest';
import type * as z from 'zod/mini';
import { booking } from '../../../functions/booking/context.ts';
import type { CreateSchedule, templateBody } from '../../../functions/booking/contracts.ts';
import { createSchedule } from '../../../functions/booking/create-schedule.ts';
import { generateSchedules } from '../../../functions/booking/generate-schedules.ts';
import { putTemplate } from '../../../functions/booking/put-template.ts';
import { practitioners, schedules } from '../../../functions/booking/store.ts';
import { createWorker } from '../../../shared/worker.ts';
import { onTheBus } from '../../support/bus.ts';
import { cityWith } from '../../support/city-policy.ts';
import { type TestDeps, testDeps } from '../../support/deps.ts';
import { policyValues } from './policy-values.ts';
import { ruleSets } from './rule-sets.ts';
import {
  addDoctor,
  addSchedule,
  claimOf,
  DEPARTMENT,
  DOCTOR,
  HOSPITAL,
  LAMBDA,
  outcome,
  slotsOf,
} from './scene.ts';

const input: Omit<CreateSchedule, 'day'> = {
  practitionerId: DOCTOR,
  departmentId: DEPARTMENT,
  half: 'A',
  visitKind: 'expert',
  feeFen: 500,
  paymentMode: 'ONSITE',
  room: '3诊室',
  slots: slotsOf({ slotCount: 2 }),
};
/** Mondays, Wednesdays and Fridays. */
const template: z.output<typeof templateBody> = {
  ...input,
  weekdays: [1, 3, 5],
  onHolidays: false,
  from: '2026-01-01',
  until: undefined,
};
const id = { institutionId: HOSPITAL, templateId: 'template-1' };

function put(deps: TestDeps, rest: Partial<typeof template> = {}): Promise<number> {
  return putTemplate(deps, id, { ...template, ...rest });
}

async function days(deps: TestDeps): Promise<readonly string[]> {
  return deps
    .all()
    .filter(({ sk }) => sk === 'detail')
    .map((item) => schedules.from(item).day)
    .toSorted();
}

describe('a schedule', () => {
  test('fixes its instants when it is made and starts with every number free', async () => {
    const deps = testDeps();
    const detail = await addSchedule(deps, { slotCount: 2, capacity: 3, quota: { COMMUNITY: 1, ONSITE: 1 } });
    expect(detail).toMatchObject({
      scheduleId: '20260306A-doctor1',
      practitioner: { id: DOCTOR, name: '测试医生', title: 'chief' },
      opensAt: { PUBLIC: '2026-02-26T23:00:00.000Z', COMMUNITY: '2026-02-21T23:00:00.000Z' },
      releasedAt: { COMMUNITY: '2026-03-04T10:00:00.000Z' },
      endsAt: '2026-03-06T02:50:00.000Z',
    });
    expect(await claimOf(deps, detail.scheduleId)).toMatchObject({
      status: 'OPEN',
      capacity: 6,
      free: { P0: [1], C0: [2], O0: [3], P1: [4], C1: [5], O1: [6] },
      holders: {},
      dueAt: '2026-03-04T10:00:00.000Z',
    });
  });

  test('is made once a doctor and half-day: a repeat is answered, another request is not', async () => {
    const deps = testDeps();
    await addDoctor(deps);
    const make = (requestKey: string) =>
      createSchedule(deps, HOSPITAL, { ...input, day: '2026-03-06', requestKey });
    const made = await make('request-1');
    const before = deps.all();
    expect(await make('request-1')).toMatchObject({ ...made });
    expect(await make('request-2')).toBeUndefined();
    expect(deps.all()).toEqual(before);
  });

  test('names all its faults at once and writes nothing', async () => {
    const deps = testDeps();
    const [slot] = slotsOf({});
    if (slot === undefined) throw new Error('a slot is missing');
    const slots = [
      { ...slot, capacity: 200 },
      { ...slot, start: '09:30', end: '09:20', capacity: 900, quota: { ...slot.quota, PUBLIC: 900 } },
    ] as CreateSchedule['slots'];
    const before = deps.all();
    const bad = createSchedule(deps, HOSPITAL, { ...input, slots, day: '2026-03-01' });
    expect(await outcome(bad)).toBe(
      'QUOTA_MISMATCH, SLOTS_OVERLAP, TOO_MANY_NUMBERS, PRACTITIONER_UNKNOWN, IN_THE_PAST',
    );
    expect(deps.all()).toEqual(before);
  });

  test('is refused for a doctor who has left, or works in another department', async () => {
    const deps = testDeps();
    const make = () => createSchedule(deps, HOSPITAL, { ...input, day: '2026-03-06' });
    await addDoctor(deps, DOCTOR, { active: false });
    expect(await outcome(make())).toBe('PRACTITIONER_UNKNOWN');
    await addDoctor(deps, DOCTOR, { departmentId: 'neurology' });
    expect(await outcome(make())).toBe('PRACTITIONER_UNKNOWN');
  });

  test('is refused where a working-day rule reaches beyond the calendar', async () => {
    const cancel = { kind: 'day', daysBefore: 1, dayKind: 'working', at: '16:00' };
    const cutoffs = { ...policyValues.cutoffs, cancel: { general: cancel, expert: cancel } };
    const city = cityWith('demo', 'booking', { ...policyValues, cutoffs });
    const deps = testDeps({ city, start: '2026-12-28T00:00:00.000Z' });
    expect(await outcome(addSchedule(deps, { day: '2027-01-04' }))).toBe('CALENDAR_UNKNOWN');
    expect(await outcome(addSchedule(deps, { day: '2026-12-30' }))).toBe('ok');
  });
});

describe('a template', () => {
  test('makes its schedules up to the day whose earliest pool opens next', async () => {
    const deps = testDeps();
    await addDoctor(deps);
    // The community pool opens twelve days ahead; Monday 2 March is today, its clinic not over.
    expect(await put(deps)).toBe(6);
    expect(await days(deps)).toEqual([
      '2026-03-02',
      '2026-03-04',
      '2026-03-06',
      '2026-03-09',
      '2026-03-11',
      '2026-03-13',
    ]);
  });

  test('reaches every day that opens tomorrow where numbers open months ahead and months differ in length', async () => {
    const city = cityWith('demo', 'booking', ruleSets.beijing);
    const deps = testDeps({ city, start: '2026-02-27T00:00:00.000Z' });
    await addDoctor(deps);
    await put(deps, { weekdays: [1, 2, 3, 4, 5, 6, 7], onHolidays: true });
    // Three months before each of 28 to 31 May is 28 February.
    expect((await days(deps)).at(-1)).toBe('2026-05-31');
    deps.clock.set('2026-02-28T00:00:00.000Z');
    expect(await generateSchedules(deps)).toBe(1);
    expect((await days(deps)).at(-1)).toBe('2026-06-01');
  });

  test('is continued every night, once, whoever fires how often', async () => {
    const deps = testDeps();
    await addDoctor(deps);
    await put(deps);
    expect(await generateSchedules(deps)).toBe(0);
    deps.clock.set('2026-03-03T16:30:00.000Z');
    const worker = createWorker(booking, deps);
    const fired = { schedule: 'generate-schedules', at: '2026-03-03T16:30:00.000Z' };
    await Promise.all([worker(fired, LAMBDA), worker(fired, LAMBDA)]);
    expect((await days(deps)).at(-1)).toBe('2026-03-16');
    const before = deps.all();
    await worker(fired, LAMBDA);
    expect(deps.all()).toEqual(before);
  });

  test('keeps away from holidays, unless it says otherwise, and works on make-up days', async () => {
    const deps = testDeps({ start: '2026-04-25T00:00:00.000Z' });
    await addDoctor(deps);
    const all = { weekdays: [1, 2, 3, 4, 5, 6, 7] };
    await put(deps, all);
    expect((await days(deps)).filter((day) => day > '2026-04-28')).toEqual([
      '2026-04-29',
      '2026-04-30',
      '2026-05-06',
      '2026-05-07',
      '2026-05-08',
    ]);
    deps.clock.set('2026-04-27T00:00:00.000Z');
    await generateSchedules(deps);
    // Saturday, 9 May is worked in exchange for the holiday.
    expect((await days(deps)).at(-1)).toBe('2026-05-09');
    await put(deps, { ...all, onHolidays: true });
    expect(await days(deps)).toContain('2026-05-01');
  });

  test('stops where the calendar ends, and says so, without holding up days that need none', async () => {
    const deps = testDeps({ start: '2026-12-28T00:00:00.000Z' });
    await addDoctor(deps);
    expect(await put(deps)).toBe(2);
    expect(await days(deps)).toEqual(['2026-12-28', '2026-12-30']);
    const skipped = deps.lines.filter(({ code }) => code === 'BOOKING_SCHEDULE_NOT_MADE');
    expect(skipped.map(({ facts }) => facts)).toContainEqual({
      templateId: 'template-1',
      day: '2027-01-01',
      reason: 'CALENDAR_UNKNOWN',
    });
    await put(deps, { onHolidays: true });
    expect(await days(deps)).toContain('2027-01-01');
  });

  test('calls somebody a fortnight before the calendar ends, once a night', async () => {
    const deps = testDeps({ start: '2026-12-16T16:30:00.000Z' });
    const called = () =>
      deps.lines.filter(({ level }) => level === 'error').map(({ code, facts }) => [code, facts]);
    await addDoctor(deps);
    await put(deps);
    await generateSchedules(deps);
    expect(called()).toEqual([]);
    deps.clock.set('2026-12-17T16:30:00.000Z');
    await generateSchedules(deps);
    expect(called()).toEqual([['BOOKING_CALENDAR_ENDS', { day: '2027-01-01' }]]);
  });

  test('is bounded by its own days', async () => {
    const deps = testDeps();
    await addDoctor(deps);
    await put(deps, { from: '2026-03-05', until: '2026-03-10' });
    expect(await days(deps)).toEqual(['2026-03-06', '2026-03-09']);
  });

  test('reports a doctor who has left and goes on with the next template', async () => {
    const deps = testDeps();
    await addDoctor(deps);
    await addDoctor(deps, 'doctor2');
    await put(deps);
    await putTemplate(
      deps,
      { ...id, templateId: 'template-2' },
      { ...template, weekdays: [2], practitionerId: 'doctor2' },
    );
    await addDoctor(deps, DOCTOR, { active: false });
    deps.clock.set('2026-03-10T00:00:00.000Z');
    expect(await generateSchedules(deps)).toBe(1);
    expect(deps.lines.filter(({ facts }) => facts['reason'] === 'PRACTITIONER_UNKNOWN')).not.toEqual([]);
  });

  test('is refused whole with every fault', async () => {
    const deps = testDeps();
    const before = deps.all();
    expect(await outcome(put(deps, { slots: slotsOf({ capacity: 400, slotCount: 3 }) }))).toBe(
      'TOO_MANY_NUMBERS, PRACTITIONER_UNKNOWN',
    );
    expect(deps.all()).toEqual(before);
  });
});

describe('what directory tells of a doctor', () => {
  const tell = (deps: TestDeps, version: number, name: string) => {
    const data = {
      practitionerId: DOCTOR,
      sites: [{ institutionId: HOSPITAL, departmentId: DEPARTMENT }],
      name,
      title: 'chief',
      active: true,
      version,
    };
    const event = {
      id: `event-${version}`,
      type: 'directory.practitioner-changed',
      at: '2026-03-01T00:00:00.000Z',
      data,
    };
    const worker = createWorker(booking, deps);
    const detail = onTheBus(event);
    return worker({ detail } as Parameters<typeof worker>[0], LAMBDA);
  };

  test('is kept in its newest version, in whatever order it comes', async () => {
    const deps = testDeps();
    for (const [version, name] of [
      [2, '二'],
      [1, '一'],
      [3, '三'],
      [3, '三'],
      [2, '二'],
    ] as const)
      await tell(deps, version, name);
    expect(await practitioners.get(deps.table, DOCTOR)).toMatchObject({ version: 3, name: '三' });
  });
});
