import { eventFor } from '../../shared/data/events.ts';
import type { Deps } from '../../shared/deps.ts';
import { CalendarNotCoveredError } from '../../shared/kernel/calendar.ts';
import { dayOf, instantAt } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import type { Reason } from '../../shared/kernel/errors.ts';
import type { CreateSchedule } from './contracts.ts';
import { type ScheduleTimes, timesOf } from './cutoffs.ts';
import { bookingErrors } from './errors.ts';
import { TICK } from './hold-number.ts';
import { initialLanes, POOLS } from './lanes.ts';
import { MAX_NUMBERS } from './numbers.ts';
import { bookingPolicy } from './policy.ts';
import {
  claims,
  departmentKey,
  practisesAt,
  practitioners,
  type ScheduleDetail,
  scheduleIdOf,
  schedules,
} from './store.ts';

/**
 * One doctor's half-day. The claim and the detail are made together or not at all. Undefined: the doctor has a
 * schedule in that half-day already, made by another request.
 */
export async function createSchedule(
  deps: Deps,
  institutionId: string,
  { requestKey, ...input }: CreateSchedule & { readonly requestKey?: string },
): Promise<ScheduleDetail | undefined> {
  const { practitionerId, departmentId, day, half, slots, room, visitKind, feeFen, paymentMode } = input;
  const doctor = await practitioners.get(deps.table, practitionerId, { consistent: true });
  const reasons: Reason[] = [...faultsOf(input)];
  if (!practisesAt(doctor, { institutionId, departmentId }))
    reasons.push(bookingErrors.reason('PRACTITIONER_UNKNOWN'));
  if (instantAt(day, slots.at(-1)?.end ?? '00:00') <= instant(deps.clock))
    reasons.push(bookingErrors.reason('IN_THE_PAST'));
  const times = timesOrReason(deps, input);
  if ('code' in times) reasons.push(times);
  if (reasons.length > 0 || doctor === undefined || 'code' in times) {
    throw bookingErrors.refusal('SCHEDULE_INVALID', { reasons });
  }
  const scheduleId = scheduleIdOf(day, half, practitionerId);
  const detail: ScheduleDetail = {
    scheduleId,
    institutionId,
    departmentId,
    practitioner: { id: practitionerId, name: doctor.name, title: doctor.title },
    day,
    half,
    visitKind,
    feeFen,
    paymentMode,
    ...(room === undefined ? {} : { room }),
    ...(requestKey === undefined ? {} : { requestKey }),
    slots,
    extra: {},
    extraRequests: {},
    ...times,
    lookupPk: departmentKey(institutionId, departmentId),
    lookupSk: `${day}#${scheduleId}`,
  };
  const capacity = slots.reduce((sum, slot) => sum + slot.capacity, 0);
  const outcome = await deps.table.transact([
    claims.putOperation(
      scheduleId,
      { status: 'OPEN', capacity, free: initialLanes(slots), holders: {} },
      {
        if: { $exists: false },
        timer: { kind: TICK, at: firstTick(times) },
        event: eventFor(deps, 'booking.schedule-created', {
          data: { scheduleId, institutionId, departmentId },
        }),
      },
    ),
    schedules.putOperation(scheduleId, detail, { if: { $exists: false } }),
  ]);
  if (outcome.ok) return detail;
  const stands = await schedules.get(deps.table, scheduleId, { consistent: true });
  // Two institutions may choose the same key for the same doctor's half-day.
  const isRepeat = stands?.requestKey === requestKey && stands?.institutionId === institutionId;
  return requestKey !== undefined && isRepeat ? stands : undefined;
}

function firstTick({ releasedAt, endsAt }: ScheduleTimes): string {
  return [...Object.values(releasedAt), endsAt].toSorted()[0] ?? endsAt;
}

function timesOrReason(deps: Deps, input: CreateSchedule): ScheduleTimes | Reason {
  try {
    return timesOf(deps.city.policy(bookingPolicy).at(dayOf(deps.clock.now())), input);
  } catch (error) {
    if (error instanceof CalendarNotCoveredError)
      return bookingErrors.reason('CALENDAR_UNKNOWN', { day: error.day });
    throw error;
  }
}

/** What is wrong with the slots, all of it. */
export function faultsOf({ slots }: Pick<CreateSchedule, 'slots'>): readonly Reason[] {
  const reasons: Reason[] = [];
  slots.forEach((slot, index) => {
    const quotas = POOLS.reduce((sum, pool) => sum + slot.quota[pool], 0);
    if (quotas !== slot.capacity) reasons.push(bookingErrors.reason('QUOTA_MISMATCH', { slot: slot.start }));
    const before = slots[index - 1];
    if (slot.end <= slot.start || (before !== undefined && slot.start < before.end)) {
      reasons.push(bookingErrors.reason('SLOTS_OVERLAP', { slot: slot.start }));
    }
  });
  if (slots.reduce((sum, { capacity }) => sum + capacity, 0) > MAX_NUMBERS) {
    reasons.push(bookingErrors.reason('TOO_MANY_NUMBERS', { max: MAX_NUMBERS }));
  }
  return reasons;
}
