import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { findWeek } from '../../../functions/booking/find-schedules.ts';
import { appointments, claims, records } from '../../../functions/booking/store.ts';
import { itemBytes } from '../../../shared/data/capacity.ts';
import type { Item, Key } from '../../../shared/data/table.ts';
import { addDays } from '../../../shared/kernel/china-time.ts';
import { cityWith } from '../../support/city-policy.ts';
import { testDeps } from '../../support/deps.ts';
import { policyValues } from './policy-values.ts';
import { addDoctor, addSchedule, book, DEPARTMENT, HOSPITAL, sweep } from './scene.ts';

const KILOBYTE = 1024;

/** Ids as long as a city's: patients have eight characters, doctors up to thirteen. */
const PRACTITIONER = 'doc-hn-000001';

function itemAt(items: readonly Item[], { pk, sk }: Key): Item {
  const item = items.find((each) => each.pk === pk && each.sk === sk);
  if (item === undefined) throw new Error('no such item');
  return item;
}

test('a claim item stays under 1 KB with fifty numbers all held, so that a booking is one write unit', async () => {
  const deps = testDeps();
  const detail = await addSchedule(deps, { practitionerId: PRACTITIONER, capacity: 10, slotCount: 5 });
  for (let index = 0; index < 50; index += 1)
    await book(deps, detail, `r${String(index).padStart(7, '0')}`, { hold: true });
  // A sweep counts its attempts and names itself in the item while it is at work.
  const swept = { ...itemAt(deps.all(), claims.key(detail.scheduleId)), dueAttempts: 1, dueClaim: 'abc123' };
  console.log(`claim with 50 held numbers: ${itemBytes(swept)} bytes`);
  expect(itemBytes(swept)).toBeLessThan(KILOBYTE);
});

test('a claim item stays under 1 KB with fifty numbers free in four pools, each of them used before', async () => {
  const deps = testDeps();
  const quota = { COMMUNITY: 1, REFERRAL: 1, ONSITE: 1 };
  const detail = await addSchedule(deps, { practitionerId: PRACTITIONER, capacity: 5, slotCount: 10, quota });
  const claim = itemAt(deps.all(), claims.key(detail.scheduleId));
  const free = Object.entries(claim['free'] as Record<string, number[]>).map(
    ([lane, tokens]) => [lane, tokens.map((token) => token + 98_000)] as const,
  );
  expect(itemBytes({ ...claim, free: Object.fromEntries(free) })).toBeLessThan(KILOBYTE);
});

test.each([
  ['the usual policy, which looks back three months', 'minhang', undefined],
  ['a county’s, which looks back half a year', 'demo', undefined],
  [
    'a policy that counts the calendar year and forgets nothing of it',
    'demo',
    {
      ...policyValues,
      limits: [{ id: 'year', same: [], period: { kind: 'calendar-year' }, max: 20 }],
      penalties: [
        {
          id: 'no-shows',
          event: 'no-show',
          period: { kind: 'calendar-year' },
          steps: [{ count: 9, ban: { kind: 'days', days: 30 } }],
        },
      ],
    },
  ],
] as const)(
  'a patient’s record stays under 1 KB with fifteen visits a year under %s',
  async (_, cityName, values) => {
    const deps = testDeps({
      cityName,
      start: '2026-01-04T23:30:00.000Z',
      ...(values === undefined ? {} : { city: cityWith(cityName, 'booking', values) }),
    });
    const place = { institutionId: 'jx-people', departmentId: 'dept-jx-0304', practitionerId: 'doc-jxrm-03' };
    let largest = 0;
    for (let visit = 0; visit < 15; visit += 1) {
      const day = addDays('2026-01-05', visit * 24);
      deps.clock.set(`${day}T00:30:00.000Z`);
      const detail = await addSchedule(deps, { ...place, day });
      await book(deps, detail, 'r0000001', { channel: 'ONSITE' });
      // One in five is missed.
      if (visit % 5 !== 0) {
        await appointments.update(
          deps.table,
          { patientId: 'r0000001', appointmentId: `${detail.scheduleId}_1` },
          { set: { status: 'FULFILLED' } },
        );
      }
      deps.clock.set(`${day}T02:00:00.000Z`);
      await sweep(deps);
      largest = Math.max(largest, itemBytes(itemAt(deps.all(), records.key('r0000001'))));
    }
    console.log(`record of fifteen visits a year: at most ${largest} bytes`);
    expect(largest).toBeLessThan(KILOBYTE);
  },
);

test('a department’s week of twenty doctors and two half-days a day is at most 4 KB', async () => {
  const deps = testDeps({ start: '2026-03-01T00:00:00.000Z' });
  for (let doctor = 0; doctor < 20; doctor += 1) {
    const practitionerId = `doc-jxrm-${String(doctor).padStart(2, '0')}`;
    await addDoctor(deps, practitionerId);
    for (let offset = 0; offset < 7; offset += 1) {
      for (const half of ['A', 'P'] as const) {
        const day = addDays('2026-03-02', offset);
        await addSchedule(deps, { practitionerId, day, half, feeFen: 5000, capacity: 10, slotCount: 3 });
      }
    }
  }
  const week = await findWeek(deps, { institutionId: HOSPITAL, departmentId: DEPARTMENT }, '2026-03-02');
  const json = JSON.stringify(week);
  const zipped = gzipSync(json).length;
  console.log(`week of 280 clinics: ${Buffer.byteLength(json)} bytes, ${zipped} gzipped`);
  expect(week.practitioners).toHaveLength(20);
  expect(week.practitioners[0]?.free).toEqual(Array.from({ length: 7 }, () => 'A30P30'));
  expect(Buffer.byteLength(json)).toBeLessThan(4 * KILOBYTE);
  expect(zipped).toBeLessThan(KILOBYTE);
});
