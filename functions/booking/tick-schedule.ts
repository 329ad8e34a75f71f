import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { logEntry } from '../../shared/observability/log.ts';
import { appointmentEvent } from './appointment-event.ts';
import { settleOrLeave, tryMove } from './appointment-moves.ts';
import { refundIfPaid } from './charges.ts';
import { movePool, TICK, tickBy } from './hold-number.ts';
import { originOf, POOLS } from './lanes.ts';
import { laneOf, lapseOf, numberOf, tokenOf } from './numbers.ts';
import { offerFreedNumbers, someoneWaits } from './offer-freed-numbers.ts';
import { appointmentFrom } from './place-booking.ts';
import { bookingPolicy } from './policy.ts';
import {
  type Appointment,
  appointmentIdOf,
  appointments,
  type Claim,
  claims,
  type ScheduleDetail,
  schedules,
} from './store.ts';

const LEFT = logEntry('BOOKING_TICK_LEFT', 'a number could not be tidied and is looked at again');

/** Something that is not finished yet (a payment under way) is looked at again after this time. */
const AGAIN_MS = 2 * 60_000;

/**
 * All that time does to a schedule, in one place: holds lapse, pools join the public one, a cancelled clinic
 * cancels its appointments, absent patients become no-shows. Every step is a conditional write of its own, so it
 * may be called at any time, twice, or die half-way; afterwards the timer stands at the next thing to do.
 */
export async function tickSchedule(deps: Deps, scheduleId: string): Promise<void> {
  const { table } = deps;
  const [claim, detail] = await Promise.all([
    claims.get(table, scheduleId, { consistent: true }),
    schedules.get(table, scheduleId, { consistent: true }),
  ]);
  if (claim === undefined || detail === undefined) return;
  const now = deps.clock.now();
  if (claim.status === 'OPEN' && Date.parse(detail.endsAt) <= now) {
    await claims.update(table, scheduleId, { set: { status: 'ENDED' } }, { if: { status: 'OPEN' } });
  }
  const status = claim.status === 'OPEN' && Date.parse(detail.endsAt) <= now ? 'ENDED' : claim.status;
  const unsettled = await settleHolders(deps, detail, { ...claim, status });
  if (status === 'OPEN') {
    await releasePools(deps, detail);
    await offerFreedNumbers(deps, scheduleId);
  }
  await setTimer(deps, detail, unsettled);
}

/** Answers how many holders are left that time still has to do something about. */
async function settleHolders(deps: Deps, detail: ScheduleDetail, claim: Claim): Promise<number> {
  const now = deps.clock.now();
  let unsettled = 0;
  for (const [patientId, mark] of Object.entries(claim.holders)) {
    const until = lapseOf(mark);
    const due = claim.status === 'OPEN' ? until !== undefined && until <= now : true;
    if (!due) continue;
    const id = { patientId, appointmentId: appointmentIdOf(detail.scheduleId, tokenOf(mark)) };
    const appointment =
      (await appointments.get(deps.table, id, { consistent: true })) ??
      (await tombstone(deps, detail, patientId, mark));
    if (appointment === undefined || !(await settleHolder(deps, claim, appointment, mark))) unsettled += 1;
  }
  if (unsettled > 0) deps.log.info(LEFT, { scheduleId: detail.scheduleId, unsettled });
  return unsettled;
}

/** True when time has nothing more to do with this holder. */
async function settleHolder(
  deps: Deps,
  claim: Claim,
  appointment: Appointment,
  mark: number,
): Promise<boolean> {
  const target = whatTimeBrings(deps, claim, appointment);
  if (target === 'wait') return false;
  if (target === 'stay') return settleMark(deps, appointment, mark);
  const moved = await tryMove(deps, appointment, {
    to: target,
    by: 'system',
    ...(claim.status === 'CANCELLED'
      ? { reason: 'SCHEDULE_CANCELLED', changes: refundIfPaid(appointment) }
      : {}),
    ...(target === 'EXPIRED' && claim.status === 'OPEN'
      ? { onlyIf: { heldUntil: { le: instant(deps.clock) } } }
      : {}),
    // Whoever checks in at the last moment is not absent.
    ...(target === 'NO_SHOW' ? { onlyIf: { status: 'BOOKED' } } : {}),
  });
  const current = moved.ok ? moved.appointment : moved.current;
  if (current !== undefined) await settleOrLeave(deps, current);
  return moved.ok;
}

type TimeBrings = 'EXPIRED' | 'NO_SHOW' | 'CANCELLED_BY_HOSPITAL' | 'stay' | 'wait';

function whatTimeBrings(deps: Deps, claim: Claim, { status, heldUntil }: Appointment): TimeBrings {
  // Rule P5: a number whose payment may still succeed is released by the payment's own end only.
  if (status === 'PENDING_PAYMENT') return 'wait';
  if (claim.status === 'CANCELLED') {
    return ['HELD', 'BOOKED', 'CHECKED_IN', 'CALLED'].includes(status) ? 'CANCELLED_BY_HOSPITAL' : 'stay';
  }
  if (status === 'HELD') {
    return claim.status === 'ENDED' || (heldUntil ?? '') <= instant(deps.clock) ? 'EXPIRED' : 'wait';
  }
  if (status === 'BOOKED' && claim.status === 'ENDED') return 'NO_SHOW';
  return 'stay';
}

/** The appointment stays: its mark forgets when it would have lapsed. An ended one gives its number back. */
async function settleMark(deps: Deps, appointment: Appointment, mark: number): Promise<boolean> {
  await settleOrLeave(deps, appointment);
  if (lapseOf(mark) === undefined) return true;
  const holder = `holders.${appointment.patientId}`;
  await claims.update(
    deps.table,
    appointment.scheduleId,
    { set: { [holder]: tokenOf(mark) } },
    { if: { [holder]: mark } },
  );
  return true;
}

/**
 * A claim whose request died before it wrote the appointment. The tombstone makes sure that it cannot be written
 * any more; only then is the number given back.
 */
async function tombstone(
  deps: Deps,
  detail: ScheduleDetail,
  patientId: string,
  mark: number,
): Promise<Appointment | undefined> {
  const { slotIndex, pool } = originOf(detail, numberOf(tokenOf(mark)));
  const policy = deps.city.policy(bookingPolicy).at(dayOf(deps.clock.now()));
  const {
    charge: _none,
    heldUntil: _never,
    ...written
  } = appointmentFrom(
    deps,
    {
      detail,
      policy,
      patientId,
      channel: 'MINI_PROGRAM',
      requestKey: 'interrupted',
      bookedBy: 'system',
      untilMs: deps.clock.now(),
      hold: false,
    },
    laneOf(pool, slotIndex),
    mark,
  );
  const id = { patientId, appointmentId: written.appointmentId };
  const outcome = await appointments.put(
    deps.table,
    id,
    { ...written, status: 'EXPIRED', endedAt: instant(deps.clock), endedReason: 'INTERRUPTED' },
    { if: { $exists: false }, event: appointmentEvent(deps, id, 'EXPIRED', { by: 'system' }) },
  );
  return outcome.ok ? outcome.item : outcome.current;
}

async function releasePools(deps: Deps, detail: ScheduleDetail): Promise<void> {
  const now = instant(deps.clock);
  const due = POOLS.filter((pool) => pool !== 'PUBLIC' && (detail.releasedAt[pool] ?? '9999') <= now);
  if (due.length === 0) return;
  const to = (await someoneWaits(deps, detail.scheduleId)) ? 'WAITLIST' : 'PUBLIC';
  for (const from of due) {
    const claim = await claims.get(deps.table, detail.scheduleId, { consistent: true });
    if (claim === undefined) return;
    await movePool(deps, { scheduleId: detail.scheduleId, claim, from, to }, detail.slots.length);
  }
}

/** The next lapse, release or end. Set by a write that answers the newest item: a hold made meanwhile is seen in it. */
async function setTimer(deps: Deps, detail: ScheduleDetail, unsettled: number): Promise<void> {
  const { table, clock } = deps;
  const claim = await claims.get(table, detail.scheduleId, { consistent: true });
  if (claim === undefined) return;
  const at = nextTick(claim, detail, clock.now(), unsettled);
  const outcome = await claims.update(
    table,
    detail.scheduleId,
    {},
    {
      if: { status: claim.status },
      timer: at === undefined ? null : { kind: TICK, at: new Date(at).toISOString() },
    },
  );
  const next = outcome.ok ? nextTick(outcome.item, detail, clock.now(), unsettled) : clock.now();
  if (next !== undefined && outcome.ok) await tickBy(deps, detail.scheduleId, outcome.item, next);
}

function nextTick(claim: Claim, detail: ScheduleDetail, now: number, unsettled: number): number | undefined {
  if (claim.status !== 'OPEN') return unsettled > 0 ? now + AGAIN_MS : undefined;
  const lapses = Object.values(claim.holders).flatMap((mark) => lapseOf(mark) ?? []);
  const releases = Object.values(detail.releasedAt).map((at) => Date.parse(at));
  const ahead = [
    ...lapses.map((at) => Math.max(at, now + AGAIN_MS * Number(at <= now))),
    ...releases.filter((at) => at > now),
  ];
  return Math.min(Date.parse(detail.endsAt), ...ahead);
}
