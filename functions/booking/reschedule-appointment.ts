import type { Changes, TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { appointmentEvent } from './appointment-event.ts';
import { bookingErrors } from './errors.ts';
import { tickBy } from './hold-number.ts';
import { originOf } from './lanes.ts';
import { type Lane, laneOf, lapseAddend, nextToken, numberOf, tokenOf } from './numbers.ts';
import { offerFreedNumbers, someoneWaits } from './offer-freed-numbers.ts';
import { EMPTY_RECORD, entryOf, withEntry } from './patient-record.ts';
import { appointmentFrom } from './place-booking.ts';
import { bookingPolicy } from './policy.ts';
import { judgeBooking, poolForFreed } from './rules.ts';
import {
  type Appointment,
  type AppointmentId,
  appointments,
  type Claim,
  claims,
  records,
  type ScheduleDetail,
  schedules,
} from './store.ts';

export interface Rescheduling {
  readonly id: AppointmentId;
  readonly scheduleId: string;
  readonly slot?: string;
  readonly requestKey: string;
  readonly by: string;
  readonly traceparent?: string;
}

const MOST_ATTEMPTS = 4;

/**
 * Moves an appointment: both or neither. Old number, new number, both appointments and the record change in one
 * transaction, each under the state it was judged in; whatever moved meanwhile makes it judge again.
 */
export async function rescheduleAppointment(deps: Deps, order: Rescheduling): Promise<Appointment> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const scene = await readScene(deps, order);
    if ('repeated' in scene) return scene.repeated;
    const plan = planMove(deps, order, scene);
    const outcome = await deps.table.transact(plan.operations);
    if (outcome.ok) {
      await tickBy(deps, order.scheduleId, scene.newClaim, scene.untilMs);
      if (await someoneWaits(deps, scene.old.scheduleId)) await offerFreedNumbers(deps, scene.old.scheduleId);
      return plan.appointment;
    }
  }
  throw houseErrors.refusal('CONFLICT');
}

interface Scene {
  readonly old: Appointment;
  readonly oldClaim: Claim;
  readonly oldMark: number;
  readonly oldDetail: ScheduleDetail;
  readonly newClaim: Claim;
  readonly newDetail: ScheduleDetail;
  readonly waiting: boolean;
  readonly record: typeof EMPTY_RECORD;
  readonly untilMs: number;
}

async function readScene(
  deps: Deps,
  order: Rescheduling,
): Promise<Scene | { readonly repeated: Appointment }> {
  const { table } = deps;
  const consistent = { consistent: true };
  const old = await appointments.get(table, order.id, consistent);
  if (old === undefined) throw bookingErrors.refusal('APPOINTMENT_NOT_FOUND');
  if (old.rescheduledTo !== undefined) {
    const id = { ...order.id, appointmentId: old.rescheduledTo };
    const next = await appointments.get(table, id, consistent);
    if (next?.requestKey === order.requestKey) return { repeated: next };
  }
  const now = instant(deps.clock);
  if (old.status !== 'BOOKED')
    throw bookingErrors.refusal('WRONG_STATE', { context: { status: old.status } });
  if (old.cancellableUntil <= now)
    throw bookingErrors.refusal('CANCEL_TOO_LATE', { context: { cancellableUntil: old.cancellableUntil } });
  const [oldClaim, newClaim] = await claims.getMany(table, [old.scheduleId, order.scheduleId], consistent);
  const [oldDetail, newDetail] = await schedules.getMany(table, [old.scheduleId, order.scheduleId]);
  const record = (await records.get(table, old.patientId, consistent)) ?? EMPTY_RECORD;
  const oldMark = oldClaim?.holders[old.patientId];
  if (
    oldClaim === undefined ||
    newClaim === undefined ||
    oldDetail === undefined ||
    newDetail === undefined
  ) {
    throw bookingErrors.refusal('SCHEDULE_NOT_FOUND');
  }
  if (oldMark === undefined || tokenOf(oldMark) !== old.token)
    throw new Error('a booked appointment has no number');
  if (
    newDetail.feeFen !== oldDetail.feeFen ||
    newDetail.paymentMode !== oldDetail.paymentMode ||
    newDetail.institutionId !== oldDetail.institutionId
  ) {
    throw bookingErrors.refusal('FEE_DIFFERS');
  }
  const policy = deps.city.policy(bookingPolicy).at(dayOf(now));
  const untilMs = deps.clock.now() + policy.holdMinutes * 60_000;
  return {
    old,
    oldClaim,
    oldMark,
    oldDetail,
    newClaim,
    newDetail,
    record,
    untilMs,
    waiting: await someoneWaits(deps, old.scheduleId),
  };
}

interface Plan {
  readonly appointment: Appointment;
  readonly operations: readonly TransactOperation[];
}

function planMove(deps: Deps, order: Rescheduling, scene: Scene): Plan {
  const { old, record } = scene;
  const { patientId } = old;
  const { lane, token } = chooseNumber(deps, order, scene);
  const mark = token + lapseAddend(scene.untilMs);
  const next = followUp(deps, order, scene, lane, mark);
  const nextId = { patientId, appointmentId: next.appointmentId };
  const now = instant(deps.clock);
  const traced = {
    by: order.by,
    ...(order.traceparent === undefined ? {} : { traceparent: order.traceparent }),
  };
  const oldEntry = record.entries[old.appointmentId];
  const closed =
    oldEntry === undefined
      ? record
      : withEntry(record, old.appointmentId, { ...oldEntry, state: 'X', endedOn: dayOf(now) }, dayOf(now));
  const moved = withEntry(closed, next.appointmentId, entryOf(next), dayOf(now));
  const operations: TransactOperation[] = [
    ...moveNumber(deps, scene, { lane, token, mark }),
    appointments.updateOperation(
      order.id,
      {
        set: {
          status: 'CANCELLED_BY_PATIENT',
          endedAt: now,
          endedReason: 'RESCHEDULED',
          rescheduledTo: next.appointmentId,
        },
        remove: ['charge'],
      },
      { if: { status: 'BOOKED' }, event: appointmentEvent(deps, order.id, 'CANCELLED_BY_PATIENT', traced) },
    ),
    appointments.putOperation(nextId, next, {
      if: { $exists: false },
      event: appointmentEvent(deps, nextId, next.status, traced),
    }),
    records.putOperation(
      patientId,
      { ...moved, version: record.version + 1 },
      { if: record.version === 0 ? { $exists: false } : { version: record.version } },
    ),
  ];
  return { appointment: next, operations };
}

/** The charge moves along: what was paid for the old visit is paid for the new one. */
function followUp(deps: Deps, order: Rescheduling, scene: Scene, lane: Lane, mark: number): Appointment {
  const { old, newDetail, untilMs } = scene;
  const policy = deps.city.policy(bookingPolicy).at(dayOf(deps.clock.now()));
  const {
    charge: _new,
    heldUntil: _none,
    ...fresh
  } = appointmentFrom(
    deps,
    {
      detail: newDetail,
      policy,
      patientId: old.patientId,
      channel: old.channel,
      requestKey: order.requestKey,
      bookedBy: order.by,
      untilMs,
      hold: false,
    },
    lane,
    mark,
  );
  return {
    ...fresh,
    status: 'BOOKED',
    rescheduledFrom: old.appointmentId,
    ...(old.charge === undefined ? {} : { charge: old.charge }),
  };
}

function chooseNumber(
  deps: Deps,
  order: Rescheduling,
  scene: Scene,
): { readonly lane: Lane; readonly token: number } {
  const { old, newClaim, newDetail, record } = scene;
  const now = instant(deps.clock);
  const slotIndex =
    order.slot === undefined ? undefined : newDetail.slots.findIndex(({ start }) => start === order.slot);
  const sameSchedule = old.scheduleId === order.scheduleId;
  if (!sameSchedule && newClaim.holders[old.patientId] !== undefined)
    throw bookingErrors.refusal('ALREADY_BOOKED');
  const answer = judgeBooking({
    policy: deps.city.policy(bookingPolicy).at(dayOf(now)),
    detail: newDetail,
    claim: newClaim,
    record,
    channel: old.channel,
    slotIndex,
    now,
    except: old.appointmentId,
  });
  if (!answer.ok) {
    if (answer.soldOut && answer.reasons.length === 1) throw bookingErrors.refusal('SOLD_OUT');
    throw bookingErrors.refusal('BOOKING_REFUSED', { reasons: answer.reasons });
  }
  const [lane] = answer.lanes;
  const token = lane === undefined ? undefined : newClaim.free[lane]?.[0];
  if (lane === undefined || token === undefined) throw bookingErrors.refusal('SOLD_OUT');
  return { lane, token };
}

/** Both schedules' claims; within one schedule it is a single update, since an item takes part only once. */
function moveNumber(
  deps: Deps,
  { old, oldClaim, oldMark, oldDetail, newDetail, waiting }: Scene,
  { lane, token, mark }: { readonly lane: Lane; readonly token: number; readonly mark: number },
): readonly TransactOperation[] {
  const now = instant(deps.clock);
  const policy = deps.city.policy(bookingPolicy).at(dayOf(now));
  const origin = originOf(oldDetail, numberOf(old.token));
  const target = poolForFreed(policy, oldDetail, origin.pool, now);
  const freed = laneOf(waiting && target === 'PUBLIC' ? 'WAITLIST' : target, origin.slotIndex);
  const holder = `holders.${old.patientId}`;
  const first = `free.${lane}[0]`;
  const give: Changes = { append: { [`free.${freed}`]: [nextToken(old.token)] } };
  if (oldDetail.scheduleId === newDetail.scheduleId) {
    if (freed === lane) {
      const rest = (oldClaim.free[lane] ?? []).slice(1);
      return [
        claims.updateOperation(
          old.scheduleId,
          { set: { [holder]: mark, [`free.${lane}`]: [...rest, nextToken(old.token)] } },
          { if: { status: 'OPEN', [holder]: oldMark, [`free.${lane}`]: { eq: oldClaim.free[lane] ?? [] } } },
        ),
      ];
    }
    return [
      claims.updateOperation(
        old.scheduleId,
        { ...give, set: { [holder]: mark }, remove: [first] },
        { if: { status: 'OPEN', [holder]: oldMark, [first]: token } },
      ),
    ];
  }
  return [
    claims.updateOperation(old.scheduleId, { ...give, remove: [holder] }, { if: { [holder]: oldMark } }),
    claims.updateOperation(
      newDetail.scheduleId,
      { set: { [holder]: mark }, remove: [first] },
      { if: { status: 'OPEN', [first]: token, [holder]: { exists: false } } },
    ),
  ];
}
