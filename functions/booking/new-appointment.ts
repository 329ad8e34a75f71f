import type { Deps } from '../../shared/deps.ts';
import type { Day } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { appointmentEvent, type Doer, SYSTEM } from './appointment-event.ts';
import { chargeIdOf } from './charges.ts';
import { closesAt } from './cutoffs.ts';
import { originOf, poolForFreed } from './lanes.ts';
import { type Lane, laneOf, lapseOf, numberOf, poolOf, slotIndexOf, tokenOf } from './numbers.ts';
import type { BookingPolicy, Channel } from './policy.ts';
import { requestMark } from './record-entry.ts';
import { type Appointment, appointmentIdOf, appointments, type ScheduleDetail } from './store.ts';

/** A judged request on its way to an appointment. */
export interface Placement {
  readonly detail: ScheduleDetail;
  readonly policy: BookingPolicy;
  readonly patientId: string;
  readonly channel: Channel;
  readonly requestKey: string;
  readonly doer: Doer;
  /** Left out where no rule needs it. */
  readonly birthDate?: Day;
  /** When the claim lapses unless it is settled. */
  readonly untilMs: number;
  /** Keep the number without booking it, until it is confirmed or paid. */
  readonly held: boolean;
  readonly offeredFromWaitlist?: true;
  /** Sets personal rules aside; capacity never. */
  readonly overrideReason?: string;
  /** A referral's reservation. */
  readonly reservedFor?: string;
}

/** Whether the fee is to be paid before the number is booked. */
export function paysOnline({ feeFen, paymentMode }: Pick<ScheduleDetail, 'feeFen' | 'paymentMode'>): boolean {
  return feeFen > 0 && paymentMode === 'ONLINE';
}

/** A claim never outlasts its clinic. */
export function claimUntil({ endsAt }: Pick<ScheduleDetail, 'endsAt'>, now: number, minutes: number): number {
  return Math.min(now + minutes * 60_000, Date.parse(endsAt));
}

export interface Claimed {
  readonly lane: Lane;
  readonly mark: number;
}

/** A claim found with its holder: the lane its number would be taken from now. `detail` must know every extra number. */
export function claimedFrom(
  { clock }: Pick<Deps, 'clock'>,
  { detail, policy }: Pick<Placement, 'detail' | 'policy'>,
  mark: number,
): Claimed {
  const { slotIndex, pool } = originOf(detail, numberOf(tokenOf(mark)));
  return { lane: laneOf(poolForFreed(policy, detail, pool, instant(clock)), slotIndex), mark };
}

export function appointmentFrom(
  deps: Pick<Deps, 'clock'>,
  placement: Placement,
  { lane, mark }: Claimed,
): Appointment {
  const { detail, patientId, channel, requestKey, doer, held, untilMs } = placement;
  const { overrideReason, offeredFromWaitlist, reservedFor } = placement;
  const token = tokenOf(mark);
  const slot = detail.slots[slotIndexOf(lane)];
  if (slot === undefined) throw new Error('the lane is of no slot of the schedule');
  const heldUntil = new Date(lapseOf(mark) ?? untilMs).toISOString();
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
    request: requestMark(requestKey),
    bookedBy: doer.by,
    bookedAt: instant(deps.clock),
    cancellableUntil: closesAt(detail.closings.cancel, detail.day, slot),
    ...(offeredFromWaitlist === undefined ? {} : { offeredFromWaitlist }),
    ...(held ? { heldUntil } : {}),
    ...(overrideReason === undefined ? {} : { overrideReason }),
    ...(reservedFor === undefined ? {} : { reservedFor }),
    ...(detail.feeFen > 0
      ? {
          charge: {
            chargeId: chargeIdOf(appointmentIdOf(detail.scheduleId, token), placement),
            category: 'REGISTRATION' as const,
            amountFen: detail.feeFen,
            payeeId: detail.institutionId,
            status: 'OPEN' as const,
            ...(paysOnline(detail) ? { payBy: heldUntil } : {}),
          },
        }
      : {}),
  };
}

/** Why a claim that came to nothing ended. */
const INTERRUPTED = 'INTERRUPTED';

/** Whether nobody was ever given it. The reason alone does not say so: people may give any word for one. */
export function isTombstone({ status, endedReason }: Pick<Appointment, 'status' | 'endedReason'>): boolean {
  return status === 'EXPIRED' && endedReason === INTERRUPTED;
}

/** What `isTombstone` says, as the condition of a query. */
export const NO_TOMBSTONE = { $any: [{ status: { ne: 'EXPIRED' } }, { endedReason: { ne: INTERRUPTED } }] };

/**
 * Puts an end to a claim whose appointment was never written. After this item nobody can write it any more, which is
 * what allows the number to be given back. Answers what stands there: the appointment, if somebody was faster.
 */
export async function abandonClaim(
  deps: Deps,
  { detail, policy, patientId }: Pick<Placement, 'detail' | 'policy' | 'patientId'>,
  claimed: Claimed,
): Promise<Appointment | undefined> {
  const {
    charge: _none,
    heldUntil: _never,
    ...never
  } = appointmentFrom(
    deps,
    {
      detail,
      policy,
      patientId,
      channel: 'MINI_PROGRAM',
      requestKey: 'interrupted',
      doer: SYSTEM,
      untilMs: deps.clock.now(),
      held: false,
    },
    claimed,
  );
  const id = { patientId, appointmentId: never.appointmentId };
  const outcome = await appointments.put(
    deps.table,
    id,
    { ...never, status: 'EXPIRED', endedAt: instant(deps.clock), endedReason: INTERRUPTED },
    { if: { $exists: false }, event: appointmentEvent(deps, id, 'EXPIRED', SYSTEM) },
  );
  return outcome.ok ? outcome.item : outcome.current;
}
