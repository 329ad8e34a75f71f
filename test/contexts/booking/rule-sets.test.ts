import { describe, expect, test } from 'vitest';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { bookingPolicy } from '../../../functions/booking/policy.ts';
import { records } from '../../../functions/booking/store.ts';
import { addDays, type Day, instantAt } from '../../../shared/kernel/china-time.ts';
import { cityWith } from '../../support/city-policy.ts';
import { type TestDeps, testDeps } from '../../support/deps.ts';
import { payment } from './payments.ts';
import { ruleSets } from './rule-sets.ts';
import { addPatient, addSchedule, book, outcome, type SceneSchedule, sweep } from './scene.ts';

const ME = 'pat00001';

/** The city that has adopted a rule set, at a time of China. */
function cityOf(name: keyof typeof ruleSets, now: `${Day} ${string}`): TestDeps {
  return testDeps({ city: cityWith('demo', 'booking', ruleSets[name]), start: china(now) });
}

function china(at: string): string {
  const [day = '', time = ''] = at.split(' ');
  const [hourMinute = '', seconds] = [time.slice(0, 5), time.slice(6)];
  return instantAt(day as Day, hourMinute).replace(':00.000Z', `:${seconds === '' ? '00' : seconds}.000Z`);
}

/** A doctor's clinic in a department of its own unless told otherwise, so that only the rule in question counts. */
async function visit(deps: TestDeps, day: Day, rest: SceneSchedule = {}) {
  const doctor = rest.practitionerId ?? `doc-${day}-${rest.half ?? 'A'}`;
  return addSchedule(deps, { day, departmentId: `dept-${doctor}`, ...rest, practitionerId: doctor });
}

async function misses(deps: TestDeps, day: Day): Promise<void> {
  await book(deps, await visit(deps, day), ME, { channel: 'ONSITE', requestKey: `missed-${day}` });
  deps.clock.set(china(`${day} 23:00`));
  await sweep(deps);
}

async function bans(deps: TestDeps): Promise<readonly string[]> {
  const record = await records.get(deps.table, ME, { consistent: true });
  return (record?.bans ?? []).map(({ from, until }) => `${from}…${until}`);
}

test.each(Object.entries(ruleSets))(
  '%s is policy data that the production schema takes whole',
  (_, values) => {
    expect(bookingPolicy.schema.parse(JSON.parse(JSON.stringify(values)))).toEqual(values);
  },
);

test.each([
  [
    'beijing',
    '2026-06-15',
    '2026-03-15 07:59:59',
    '2026-03-15 08:00',
    '2026-06-14 23:59:59',
    '2026-06-15 00:00',
  ],
  [
    'beijing',
    '2026-05-31',
    '2026-02-28 07:59:59',
    '2026-02-28 08:00',
    '2026-05-30 23:59:59',
    '2026-05-31 00:00',
  ],
  [
    'shhospital',
    '2026-03-16',
    '2026-03-09 14:59:59',
    '2026-03-09 15:00',
    '2026-03-15 15:59:59',
    '2026-03-15 16:00',
  ],
  [
    'jklj',
    '2026-03-16',
    '2026-03-02 06:29:59',
    '2026-03-02 06:30',
    '2026-03-15 23:59:59',
    '2026-03-16 00:00',
  ],
  [
    'hgsyiyuan',
    '2026-03-16',
    '2026-03-09 06:59:59',
    '2026-03-09 07:00',
    '2026-03-15 16:59:59',
    '2026-03-15 17:00',
  ],
  [
    'platformTwo',
    '2026-03-30',
    '2026-03-02 05:59:59',
    '2026-03-02 06:00',
    '2026-03-29 20:59:59',
    '2026-03-29 21:00',
  ],
] as const)(
  '%s: a visit on %s is booked not at %s but at %s, still at %s, no more at %s',
  async (name, day, early, opens, late, closes) => {
    const deps = cityOf(name, `${addDays(day, -100)} 12:00`);
    const detail = await visit(deps, day, { capacity: 9 });
    const at = (instant: string, patientId: string) => {
      deps.clock.set(china(instant));
      return outcome(book(deps, detail, patientId));
    };
    expect(await at(early, 'early')).toBe('NOT_OPEN_YET');
    expect(await at(opens, 'opens')).toBe('ok');
    expect(await at(late, 'late')).toBe('ok');
    expect(await at(closes, 'closes')).toBe('BOOKING_CLOSED');
  },
);

test.each([
  ['beijing', '2026-03-16', '2026-03-15 14:59:59', '2026-03-15 15:00'],
  // Monday: Friday is the working day before.
  ['shhospital', '2026-03-16', '2026-03-13 15:59:59', '2026-03-13 16:00'],
  // The first working day after the holiday of 1 to 5 May: Thursday, 30 April.
  ['shhospital', '2026-05-06', '2026-04-30 15:59:59', '2026-04-30 16:00'],
  // A Monday after a Saturday that is worked in exchange.
  ['shhospital', '2026-05-11', '2026-05-09 15:59:59', '2026-05-09 16:00'],
  ['jklj', '2026-03-16', '2026-03-15 23:59:59', '2026-03-16 00:00'],
  ['hgsyiyuan', '2026-03-16', '2026-03-15 16:59:59', '2026-03-15 17:00'],
  ['platformTwo', '2026-03-16', '2026-03-15 20:59:59', '2026-03-15 21:00'],
] as const)('%s: a visit on %s is cancelled still at %s, no more at %s', async (name, day, late, closes) => {
  const deps = cityOf(name, `${addDays(day, -6)} 15:30`);
  const detail = await visit(deps, day, { capacity: 9 });
  const [one, two] = [await book(deps, detail, 'late'), await book(deps, detail, 'closes')];
  const doer = { by: 'account-1' };
  deps.clock.set(china(late));
  expect(await outcome(cancelAppointment(deps, one, { doer }))).toBe('ok');
  deps.clock.set(china(closes));
  expect(await outcome(cancelAppointment(deps, two, { doer }))).toBe('CANCEL_TOO_LATE');
});

test('platformTwo: a general clinic is booked and cancelled until half an hour before its own slot', async () => {
  const deps = cityOf('platformTwo', '2026-03-16 08:00');
  const detail = await visit(deps, '2026-03-16', { visitKind: 'general', slotCount: 3 });
  const at = async (instant: string, slot: string) => {
    deps.clock.set(china(instant));
    return outcome(book(deps, detail, `${instant.slice(-5).replace(':', '')}-${slot.slice(0, 2)}`, { slot }));
  };
  const eleven = await book(deps, detail, ME, { slot: '11:00' });
  expect(await at('2026-03-16 08:29', '09:00')).toBe('ok');
  expect(await at('2026-03-16 08:30', '09:00')).toBe('BOOKING_CLOSED');
  expect(await at('2026-03-16 08:30', '10:00')).toBe('ok');
  expect(await at('2026-03-16 09:30', '10:00')).toBe('BOOKING_CLOSED');
  deps.clock.set(china('2026-03-16 10:29'));
  expect(eleven.cancellableUntil).toBe(china('2026-03-16 10:30'));
  expect(await outcome(cancelAppointment(deps, eleven, { doer: { by: 'account-1' } }))).toBe('ok');
});

describe('I3: limits', () => {
  test('beijing: one a department and day, two a day', async () => {
    const deps = cityOf('beijing', '2026-03-02 09:00');
    const day = '2026-03-20';
    const [cardiology, again, other, third] = [
      await visit(deps, day, { practitionerId: 'doctor1', departmentId: 'cardiology' }),
      await visit(deps, day, { practitionerId: 'doctor2', departmentId: 'cardiology' }),
      await visit(deps, day, { practitionerId: 'doctor3', departmentId: 'neurology' }),
      await visit(deps, day, { practitionerId: 'doctor4', departmentId: 'oncology' }),
    ];
    expect(await outcome(book(deps, cardiology, ME))).toBe('ok');
    expect(await outcome(book(deps, again, ME))).toBe('LIMIT_REACHED same-day-department');
    expect(await outcome(book(deps, other, ME))).toBe('ok');
    expect(await outcome(book(deps, third, ME))).toBe('LIMIT_REACHED same-day');
  });

  test('beijing: the same department of another hospital is another department', async () => {
    const deps = cityOf('beijing', '2026-03-02 09:00');
    const here = await visit(deps, '2026-03-20', { practitionerId: 'doctor1', departmentId: 'cardiology' });
    const there = await visit(deps, '2026-03-20', {
      practitionerId: 'doctor2',
      departmentId: 'cardiology',
      institutionId: 'tcm-hospital',
    });
    expect(await outcome(book(deps, here, ME))).toBe('ok');
    expect(await outcome(book(deps, there, ME))).toBe('ok');
  });

  test.each([
    ['2026-03-16', 'LIMIT_REACHED seven-days'],
    ['2026-03-17', 'ok'],
    ['2026-03-06', 'LIMIT_REACHED seven-days'],
    ['2026-03-05', 'ok'],
  ] as const)(
    'beijing: three in seven days: beside visits on 10, 11 and 12 March one on %s is %s',
    async (day, expected) => {
      const deps = cityOf('beijing', '2026-03-02 09:00');
      for (const taken of ['2026-03-10', '2026-03-11', '2026-03-12'] as const)
        await book(deps, await visit(deps, taken), ME);
      expect(await outcome(book(deps, await visit(deps, day), ME))).toBe(expected);
    },
  );

  test.each([
    ['2026-05-04', 'LIMIT_REACHED three-months'],
    ['2026-05-05', 'ok'],
  ] as const)(
    'beijing: five in three months, counted from 5 February: a sixth on %s is %s',
    async (day, expected) => {
      const deps = cityOf('beijing', '2026-02-05 09:00');
      for (const taken of ['2026-02-05', '2026-02-13', '2026-02-24', '2026-03-10', '2026-03-24'] as const)
        await book(deps, await visit(deps, taken), ME, taken === '2026-02-05' ? { channel: 'ONSITE' } : {});
      expect(await outcome(book(deps, await visit(deps, day), ME))).toBe(expected);
    },
  );

  test('platformTwo: one a department and day', async () => {
    const deps = cityOf('platformTwo', '2026-03-02 09:00');
    const morning = await visit(deps, '2026-03-20', { departmentId: 'cardiology' });
    const evening = await visit(deps, '2026-03-20', { departmentId: 'cardiology', half: 'P' });
    const nextDay = await visit(deps, '2026-03-21', { departmentId: 'cardiology' });
    expect(await outcome(book(deps, morning, ME))).toBe('ok');
    expect(await outcome(book(deps, evening, ME))).toBe('LIMIT_REACHED department-and-day');
    expect(await outcome(book(deps, nextDay, ME))).toBe('ok');
  });

  test('hgsyiyuan: one a doctor and day, in whichever half', async () => {
    const deps = cityOf('hgsyiyuan', '2026-03-02 09:00');
    const own = { practitionerId: 'doctor1', departmentId: 'cardiology' };
    const morning = await visit(deps, '2026-03-06', own);
    const afternoon = await visit(deps, '2026-03-06', { ...own, half: 'P' });
    const colleague = await visit(deps, '2026-03-06', { ...own, practitionerId: 'doctor2' });
    expect(await outcome(book(deps, morning, ME))).toBe('ok');
    expect(await outcome(book(deps, afternoon, ME))).toBe('LIMIT_REACHED doctor-and-day');
    expect(await outcome(book(deps, colleague, ME))).toBe('ok');
  });
});

test('jklj: who is not fourteen on the day of the visit is sent to the window, and served there', async () => {
  const deps = cityOf('jklj', '2026-03-10 07:00');
  const detail = await visit(deps, '2026-03-16', { capacity: 9 });
  await addPatient(deps, 'fourteen', '2012-03-16');
  await addPatient(deps, 'thirteen', '2012-03-17');
  expect(await outcome(book(deps, detail, 'fourteen'))).toBe('ok');
  expect(await outcome(book(deps, detail, 'thirteen'))).toBe('TOO_YOUNG');
  expect(await outcome(book(deps, detail, 'thirteen', { channel: 'COMMUNITY' }))).toBe('TOO_YOUNG');
  expect(await outcome(book(deps, detail, 'thirteen', { channel: 'ONSITE' }))).toBe('ok');
});

describe('I6: ladders of bans', () => {
  test('shhospital: 30, 60, 90 and again 90 days in a calendar year, and from the start in the next', async () => {
    const deps = cityOf('shhospital', '2025-03-03 07:00');
    const seen: string[] = [];
    for (const day of ['2025-03-03', '2025-04-10', '2025-06-20', '2025-10-10', '2026-03-02'] as const) {
      deps.clock.set(china(`${day} 07:00`));
      await misses(deps, day);
      seen.push(...(await bans(deps)).slice(-1));
    }
    expect(seen).toEqual([
      '2025-03-03…2025-04-01',
      '2025-04-10…2025-06-08',
      '2025-06-20…2025-09-17',
      '2025-10-10…2026-01-07',
      '2026-03-02…2026-03-31',
    ]);
  });

  test.each([
    ['shhospital', ['2025-12-31'], '2025-12-31…2026-01-29'],
    ['hgsyiyuan', ['2026-03-26', '2026-03-27', '2026-03-30', '2026-03-31'], '2026-03-31…2026-03-31'],
  ] as const)(
    '%s: an evening clinic that is closed after midnight was missed on its own day',
    async (name, days, ban) => {
      const deps = cityOf(name, `${days[0]} 07:00`);
      for (const day of days) {
        deps.clock.set(china(`${day} 07:00`));
        await book(deps, await visit(deps, day, { half: 'E' }), ME, { channel: 'ONSITE' });
        deps.clock.set(china(`${addDays(day, 1)} 00:00`));
        await sweep(deps);
      }
      expect(await bans(deps)).toEqual([ban]);
    },
  );

  test('shhospital: a ban holds on its last day and is over the day after', async () => {
    const deps = cityOf('shhospital', '2026-03-02 07:00');
    await misses(deps, '2026-03-02');
    const detail = await visit(deps, '2026-04-03');
    deps.clock.set(china('2026-03-31 23:59'));
    expect(await outcome(book(deps, detail, ME))).toBe('BANNED no-shows-of-the-year');
    deps.clock.set(china('2026-04-01 00:00'));
    expect(await outcome(book(deps, detail, ME))).toBe('ok');
  });

  test('jklj: a month after the third no-show in twelve months, nothing after the second', async () => {
    const deps = cityOf('jklj', '2025-04-01 07:00');
    const seen: number[] = [];
    for (const day of ['2025-04-01', '2025-06-02', '2026-03-31'] as const) {
      deps.clock.set(china(`${day} 07:00`));
      await misses(deps, day);
      seen.push((await bans(deps)).length);
    }
    expect(seen).toEqual([0, 0, 1]);
    expect(await bans(deps)).toEqual(['2026-03-31…2026-04-29']);
  });

  test('jklj: a no-show of twelve months ago no longer counts', async () => {
    const deps = cityOf('jklj', '2025-04-01 07:00');
    for (const day of ['2025-04-01', '2025-06-02', '2026-04-01'] as const) {
      deps.clock.set(china(`${day} 07:00`));
      await misses(deps, day);
    }
    expect(await bans(deps)).toEqual([]);
  });

  test('jklj: a month after the third cancellation in a calendar month, holds and moves not counted', async () => {
    const deps = cityOf('jklj', '2026-03-02 07:00');
    const doer = { by: 'account-1' };
    const cancel = async (day: Day, hold = false) =>
      cancelAppointment(deps, await book(deps, await visit(deps, day), ME, { hold }), { doer });
    await cancel('2026-03-10');
    await cancel('2026-03-11', true);
    await cancel('2026-03-12');
    expect(await bans(deps)).toEqual([]);
    await cancel('2026-03-13');
    expect(await bans(deps)).toEqual(['2026-03-02…2026-04-01']);
  });

  test('jklj: the third cancellation lies in the next month: no ban', async () => {
    const deps = cityOf('jklj', '2026-03-30 07:00');
    const doer = { by: 'account-1' };
    for (const day of ['2026-04-06', '2026-04-07'] as const)
      await cancelAppointment(deps, await book(deps, await visit(deps, day), ME), { doer });
    deps.clock.set(china('2026-04-01 07:00'));
    await cancelAppointment(deps, await book(deps, await visit(deps, '2026-04-08'), ME), { doer });
    expect(await bans(deps)).toEqual([]);
  });

  test.each([
    [
      ['2026-03-03 08:00', '2026-03-04 08:00', '2026-03-05 08:00'],
      ['cancellations', 'same-day-refunds'],
    ],
    // The last one the evening before: three cancellations, but only two refunds on the day.
    [['2026-03-03 08:00', '2026-03-04 08:00', '2026-03-04 20:00'], ['cancellations']],
  ] as const)(
    'jklj: a month after the third refund on the day of the visit: %s',
    async (instants, expected) => {
      const deps = cityOf('jklj', '2026-02-24 07:00');
      for (const [index, day] of (['2026-03-03', '2026-03-04', '2026-03-05'] as const).entries()) {
        const booked = await book(deps, await visit(deps, day, { feeFen: 500 }), ME);
        // Paid at the window.
        await payment(deps, booked, 'pay');
        deps.clock.set(china(instants[index] ?? ''));
        const cancelled = await cancelAppointment(deps, booked, { doer: { by: 'clerk-1' }, atDesk: true });
        expect(cancelled.charge?.status).toBe('REFUND_DUE');
      }
      const record = await records.get(deps.table, ME, { consistent: true });
      expect(record?.bans.map(({ rule }) => rule)).toEqual(expected);
      // One more cancellation, of a visit not paid for, is no refund.
      const override = { channel: 'ONSITE', overrideReason: '特批' } as const;
      const unpaid = await book(deps, await visit(deps, '2026-03-10'), ME, override);
      await cancelAppointment(deps, unpaid, { doer: { by: 'clerk-1' }, atDesk: true });
      const after = await records.get(deps.table, ME, { consistent: true });
      const rules = (after?.bans ?? []).map(({ rule }) => rule);
      expect(rules.filter((rule) => rule === 'same-day-refunds')).toEqual(
        expected.filter((rule) => rule === 'same-day-refunds'),
      );
    },
  );

  test('platformTwo: half a year after the third no-show in half a year', async () => {
    const deps = cityOf('platformTwo', '2025-09-11 07:00');
    for (const day of ['2025-09-11', '2025-12-01', '2026-03-10'] as const) {
      deps.clock.set(china(`${day} 07:00`));
      await misses(deps, day);
    }
    expect(await bans(deps)).toEqual(['2026-03-10…2026-09-09']);
  });

  test('platformTwo: the first of three lies half a year back: no ban', async () => {
    const deps = cityOf('platformTwo', '2025-09-10 07:00');
    for (const day of ['2025-09-10', '2025-12-01', '2026-03-10'] as const) {
      deps.clock.set(china(`${day} 07:00`));
      await misses(deps, day);
    }
    expect(await bans(deps)).toEqual([]);
  });

  test('hgsyiyuan: to the end of the month after more than three no-shows in it', async () => {
    const deps = cityOf('hgsyiyuan', '2026-03-02 07:00');
    const seen: number[] = [];
    for (const day of ['2026-03-02', '2026-03-05', '2026-03-09', '2026-03-12'] as const) {
      deps.clock.set(china(`${day} 07:00`));
      await misses(deps, day);
      seen.push((await bans(deps)).length);
    }
    expect(seen).toEqual([0, 0, 0, 1]);
    expect(await bans(deps)).toEqual(['2026-03-12…2026-03-31']);
  });
});
