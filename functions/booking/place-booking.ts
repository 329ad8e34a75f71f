import type { Deps } from '../../shared/deps.ts';
import { type Day, dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import type { Reason } from '../../shared/kernel/errors.ts';
import { appointmentEvent } from './appointment-event.ts';
import { giveBack, type Taken, takeNumber, tickBy } from './hold-number.ts';
import { originOf } from './lanes.ts';
import { type Lane, lapseOf, numberOf, poolOf, slotIndexOf, tokenOf } from './numbers.ts';
import { changeRecord, entryOf, withEntry } from './patient-record.ts';
import type { BookingPolicy, Channel } from './policy.ts';
import { personalReasons } from './rules.ts';
import {
  type Appointment,
  appointmentIdOf,
  appointments,
  type Claim,
  type PatientRecord,
  type ScheduleDetail,
} from './store.ts';

/**
 * The second half of every booking, from a judged request to an appointment:
 *
 *   1. take a number (the claim: from here on the place is theirs or lapses by itself)
 *   2. enter it into the patient's record, judged once more under the record's version
 *   3. write the appointment
 *
 * After a crash between two steps the number lapses with its mark and `tickSchedule` gives it back.
 */
export interface Placement {
  readonly detail: ScheduleDetail;
  readonly policy: BookingPolicy;
  readonly patientId: string;
  readonly channel: Channel;
  readonly requestKey: string;
  readonly bookedBy: string;
  readonly birthDate?: Day;
  readonly untilMs: number;
  /** Keep the number without booking it, until it is confirmed or paid. */
  readonly hold: boolean;
  readonly offeredFromWaitlist?: boolean;
  /** Sets personal rules aside; capacity never. */
  readonly overrideReason?: string;
  readonly traceparent?: string;
}

export type Placed =
  | { readonly ok: true; readonly appointment: Appointment }
  | { readonly ok: false; readonly because: 'number-gone'; readonly claim: Claim | undefined }
  | { readonly ok: false; readonly because: 'personal'; readonly reasons: readonly Reason[] }
  | { readonly ok: false; readonly because: 'other-request' | 'lapsed' };

export async function placeBooking(
  deps: Deps,
  placement: Placement,
  lane: Lane,
  seen: PatientRecord | undefined,
): Promise<Placed> {
  const { detail, patientId, untilMs } = placement;
  const taken: Taken = await takeNumber(deps, { scheduleId: detail.scheduleId, patientId, lane, untilMs });
  if (!taken.ok) return { ok: false, because: 'number-gone', claim: taken.claim };
  await tickBy(deps, detail.scheduleId, taken.claim, lapseOf(taken.mark) ?? untilMs);
  return finishBooking(deps, placement, { lane, mark: taken.mark }, seen);
}

/** Steps 2 and 3, also for a claim that an interrupted request left behind. */
export async function finishBooking(
  deps: Deps,
  placement: Placement,
  { lane, mark }: { readonly lane: Lane; readonly mark: number },
  seen: PatientRecord | undefined,
): Promise<Placed> {
  const { detail, patientId, overrideReason, traceparent } = placement;
  const appointment = appointmentFrom(deps, placement, lane, mark);
  const today = dayOf(deps.clock.now());
  const reasons = await changeRecord(deps, patientId, seen, (record) => {
    if (record.entries[appointment.appointmentId] !== undefined) return 'unchanged';
    const override = overrideReason !== undefined;
    const against = personalReasons({ ...placement, record, now: instant(deps.clock), override });
    if (against.length > 0) return { reasons: against };
    return { record: withEntry(record, appointment.appointmentId, entryOf(appointment), today) };
  });
  if (reasons.length > 0) {
    await giveBack(deps, { scheduleId: detail.scheduleId, patientId, mark, lane });
    return { ok: false, because: 'personal', reasons };
  }
  const id = { patientId, appointmentId: appointment.appointmentId };
  const outcome = await appointments.put(deps.table, id, appointment, {
    if: { $exists: false },
    event: appointmentEvent(deps, id, appointment.status, {
      by: placement.bookedBy,
      ...(traceparent === undefined ? {} : { traceparent }),
    }),
  });
  if (outcome.ok) return { ok: true, appointment: outcome.item };
  // Somebody finished it before us, or the schedule's tick gave up on it.
  const { current } = outcome;
  if (current === undefined || current.status === 'EXPIRED') return { ok: false, because: 'lapsed' };
  if (current.requestKey === placement.requestKey) return { ok: true, appointment: current };
  return { ok: false, because: 'other-request' };
}

export function appointmentFrom(
  deps: Pick<Deps, 'clock'>,
  placement: Placement,
  lane: Lane,
  mark: number,
): Appointment {
  const { detail, patientId, channel, requestKey, bookedBy, overrideReason } = placement;
  const token = tokenOf(mark);
  const slot = detail.slots[slotIndexOf(lane)];
  if (slot === undefined) throw new Error('the lane is of no slot of the schedule');
  const payOnline = detail.feeFen > 0 && detail.paymentMode === 'ONLINE';
  const held = placement.hold || payOnline;
  const heldUntil = new Date(lapseOf(mark) ?? placement.untilMs).toISOString();
  const pool = poolOf(lane);
  return {
    appointmentId: appointmentIdOf(detail.scheduleId, token),
    patientId,
    scheduleId: detail.scheduleId,
    token,
    institutionId: detail.institutionId,
    departmentId: detail.departmentId,
    practitionerId: detail.practitioner.id,
    day: detail.day,
    half: detail.half,
    slot: { start: slot.start, end: slot.end },
    pool: pool === 'WAITLIST' ? originOf(detail, numberOf(token)).pool : pool,
    channel,
    status: held ? 'HELD' : 'BOOKED',
    requestKey,
    bookedBy,
    bookedAt: instant(deps.clock),
    offeredFromWaitlist: placement.offeredFromWaitlist ?? false,
    cancellableUntil: detail.cancellableUntil,
    ...(held ? { heldUntil } : {}),
    ...(overrideReason === undefined ? {} : { overrideReason }),
    ...(detail.feeFen > 0
      ? {
          charge: {
            amountFen: detail.feeFen,
            payeeId: detail.institutionId,
            status: 'OPEN',
            ...(payOnline ? { payBy: heldUntil } : {}),
          },
        }
      : {}),
  };
}
