import { eventFor } from '../../shared/data/events.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import type { Doer } from './appointment-event.ts';
import { bookingErrors } from './errors.ts';
import { TICK } from './hold-number.ts';
import { claims, schedules } from './store.ts';
import { tickSchedule } from './tick-schedule.ts';

export interface ScheduleCancellation {
  readonly institutionId: string;
  readonly scheduleId: string;
  readonly reason: string;
  readonly doer: Doer;
}

/**
 * 停诊: from this one write on nobody books; every appointment is then cancelled by the hospital, its fee owed back,
 * without a penalty. What is not done at once is done by the schedule's timer.
 */
export async function cancelSchedule(
  deps: Deps,
  { institutionId, scheduleId, reason, doer }: ScheduleCancellation,
): Promise<void> {
  const detail = await schedules.get(deps.table, scheduleId, { consistent: true });
  if (detail?.institutionId !== institutionId) throw bookingErrors.refusal('SCHEDULE_NOT_FOUND');
  // Time comes first: who did not come to a clinic that is over is a no-show, also before its timer has said so.
  if (detail.endsAt <= instant(deps.clock)) await tickSchedule(deps, scheduleId);
  const outcome = await claims.update(
    deps.table,
    scheduleId,
    { set: { status: 'CANCELLED' } },
    {
      if: { status: 'OPEN' },
      event: eventFor(deps, 'booking.schedule-cancelled', {
        data: { scheduleId, institutionId, by: doer.by },
        ...(doer.traceparent === undefined ? {} : { traceparent: doer.traceparent }),
      }),
      timer: { kind: TICK, at: instant(deps.clock) },
    },
  );
  if (!outcome.ok && outcome.current?.status !== 'CANCELLED') throw bookingErrors.refusal('SCHEDULE_ENDED');
  await schedules.update(
    deps.table,
    scheduleId,
    { set: { cancelledBecause: reason } },
    { if: { $exists: true } },
  );
  await tickSchedule(deps, scheduleId);
}
