import type * as z from 'zod/mini';
import type { Deps } from '../../shared/deps.ts';
import { addDays, type Day, daysBetween } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import type { alternativesView, scheduleView, weekView } from './contracts.ts';
import { slotClosesAt } from './cutoffs.ts';
import { type Span, schedulesIn } from './department-schedules.ts';
import { bookingErrors } from './errors.ts';
import { freeIn, POOLS } from './lanes.ts';
import { slotsStillOpen } from './open-slots.ts';
import { type Claim, claims, type Half, type ScheduleDetail, schedules } from './store.ts';

const WEEK_DAYS = 7;
const HALVES: readonly Half[] = ['A', 'P', 'E'];
const MOST_ALTERNATIVES = 10;

interface Listed {
  readonly detail: ScheduleDetail;
  readonly claim: Claim | undefined;
}

/** Schedules of a department from a day on, with their claims: one query and one batch read, half a unit an item. */
async function listSchedules({ table }: Deps, span: Span): Promise<readonly Listed[]> {
  const details = await schedulesIn(table, span);
  const found = await claims.getMany(
    table,
    details.map(({ scheduleId }) => scheduleId),
  );
  return details.map((detail, index) => ({ detail, claim: found[index] }));
}

/** Numbers that somebody at home can book now. */
function publicFree({ detail, claim }: Listed, now: string): number {
  if (claim === undefined || claim.status !== 'OPEN' || detail.opensAt.PUBLIC > now) return 0;
  return slotsStillOpen(detail, 'MINI_PROGRAM', now).reduce(
    (sum, index) => sum + freeIn(claim, 'PUBLIC', index).length,
    0,
  );
}

/** A department's week, small enough for a phone: doctors stand once, free numbers are columns. */
export async function findWeek(
  deps: Deps,
  place: Pick<Span, 'institutionId' | 'departmentId'>,
  from: Day,
): Promise<z.input<typeof weekView>> {
  const now = instant(deps.clock);
  const listed = await listSchedules(deps, { ...place, from, days: WEEK_DAYS });
  const byDoctor = Map.groupBy(listed, ({ detail: { practitioner, visitKind, feeFen } }) =>
    [practitioner.id, visitKind, feeFen].join('|'),
  );
  return {
    from,
    days: WEEK_DAYS,
    practitioners: [...byDoctor.values()].flatMap((rows) => {
      const [first] = rows;
      if (first === undefined) return [];
      const { practitioner, visitKind, feeFen } = first.detail;
      const free = Array.from({ length: WEEK_DAYS }, (_, offset) => cell(rows, addDays(from, offset), now));
      return [{ ...practitioner, kind: visitKind, feeFen, free }];
    }),
  };
}

function cell(rows: readonly Listed[], day: Day, now: string): string {
  return rows
    .filter(({ detail }) => detail.day === day)
    .toSorted((a, b) => HALVES.indexOf(a.detail.half) - HALVES.indexOf(b.detail.half))
    .map((row) => `${row.detail.half}${row.claim?.status === 'CANCELLED' ? '-' : publicFree(row, now)}`)
    .join('');
}

/** One schedule with its slots and what is free in each pool that is open. */
export async function showSchedule(
  deps: Deps,
  scheduleId: string,
  { consistent }: { readonly consistent: boolean } = { consistent: false },
): Promise<z.input<typeof scheduleView>> {
  const [detail, claim] = await Promise.all([
    schedules.get(deps.table, scheduleId, { consistent }),
    claims.get(deps.table, scheduleId, { consistent }),
  ]);
  if (detail === undefined || claim === undefined) throw bookingErrors.refusal('SCHEDULE_NOT_FOUND');
  const now = instant(deps.clock);
  const extra = Object.values(detail.extra);
  const slots = detail.slots.map((slot, index) => ({
    start: slot.start,
    end: slot.end,
    capacity: slot.capacity + extra.filter((slotIndex) => slotIndex === index).length,
    bookableUntil: slotClosesAt(detail, slot, 'MINI_PROGRAM'),
    free: freeByPool(claim, detail, index, now),
  }));
  return { ...detail, status: claim.status, slots };
}

function freeByPool(
  claim: Claim,
  detail: ScheduleDetail,
  index: number,
  now: string,
): Record<(typeof POOLS)[number], number> {
  const free = { PUBLIC: 0, COMMUNITY: 0, REFERRAL: 0, ONSITE: 0 };
  for (const pool of POOLS) {
    if (claim.status === 'OPEN' && detail.opensAt[pool] <= now)
      free[pool] = freeIn(claim, pool, index).length;
  }
  return free;
}

/** Where to go instead of a cancelled or full schedule: the same department, soonest first, other doctors included. */
export async function findAlternatives(
  deps: Deps,
  scheduleId: string,
): Promise<z.input<typeof alternativesView>> {
  const detail = await schedules.get(deps.table, scheduleId);
  if (detail === undefined) throw bookingErrors.refusal('SCHEDULE_NOT_FOUND');
  const now = instant(deps.clock);
  const { institutionId, departmentId, day: from } = detail;
  const listed = await listSchedules(deps, { institutionId, departmentId, from, days: 2 * WEEK_DAYS });
  return {
    alternatives: listed
      .filter((row) => row.detail.scheduleId !== scheduleId && publicFree(row, now) > 0)
      .toSorted((a, b) => closeness(detail, a.detail) - closeness(detail, b.detail))
      .slice(0, MOST_ALTERNATIVES)
      .map((row) => ({ ...row.detail, free: publicFree(row, now) })),
  };
}

/** Days apart; the same doctor counts as two days nearer. */
function closeness(wanted: ScheduleDetail, other: ScheduleDetail): number {
  return daysBetween(wanted.day, other.day) - (other.practitioner.id === wanted.practitioner.id ? 2 : 0);
}
