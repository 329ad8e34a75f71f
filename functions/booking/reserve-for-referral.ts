import * as z from 'zod/mini';
import type { Task } from '../../shared/context.ts';
import type { Deps } from '../../shared/deps.ts';
import { type Day, dayOf, instantAt } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { defineErrors, Refusal } from '../../shared/kernel/errors.ts';
import { daySchema, fenSchema, instantSchema } from '../../shared/kernel/schemas.ts';
import { SYSTEM } from './appointment-event.ts';
import { appointmentIdSchema, idSchema } from './contracts.ts';
import { schedulesIn } from './department-schedules.ts';
import { readClaim } from './gate.ts';
import { freeIn } from './lanes.ts';
import type { Placement } from './new-appointment.ts';
import { type Lane, laneOf } from './numbers.ts';
import { slotsStillOpen } from './open-slots.ts';
import { type PatientRecord, readRecord } from './patient-record.ts';
import { placeBooking } from './place-booking.ts';
import { bookingPolicy, type Pool } from './policy.ts';
import { requestMark } from './record-entry.ts';
import { bookedOrRefused, resumeBooking } from './resume-booking.ts';
import {
  type Appointment,
  appointments,
  BY_REFERRAL,
  type Claim,
  claims,
  type ScheduleDetail,
  schedules,
} from './store.ts';

/** What the referral's machine asks of booking: a number in the pools that are kept for referred patients. */

export const reservationErrors = defineErrors({
  NO_NUMBER_FREE: {
    status: 409,
    message: '近期没有可用于转诊的号源',
    note: 'no number in the pools REFERRAL and COMMUNITY of the department',
  },
});

/** Names the attempt: asked twice, the same number is answered. */
export const reservationIdSchema = z.string().check(z.regex(/^[\w-]{1,80}$/));

const reserveInput = z.object({
  patientId: idSchema,
  reservationId: reservationIdSchema,
  institutionId: idSchema,
  departmentId: idSchema,
  practitionerId: z.optional(idSchema),
  /** A return visit is not due before. */
  notBefore: z.optional(daySchema),
  holdSeconds: z.int().check(z.positive()),
});

const reserveOutput = z.object({
  appointmentId: appointmentIdSchema,
  institutionId: idSchema,
  day: daySchema,
  startsAt: instantSchema,
  /** End of the clinic: who has not come by then has not come. */
  endsAt: instantSchema,
  heldUntil: instantSchema,
  feeFen: fenSchema,
});

type Wanted = z.output<typeof reserveInput>;

const POOLS: readonly Pool[] = ['REFERRAL', 'COMMUNITY'];
/** Beyond the furthest day for which any city opens these pools. */
const HORIZON_DAYS = 60;
const MOST_ATTEMPTS = 20;

export function reservationKeyOf(reservationId: string): string {
  return `referral:${reservationId}`;
}

/** What a reservation has come to, if booking knows it. */
export async function reservedBy(
  { table }: Pick<Deps, 'table'>,
  patientId: string,
  reservationId: string,
): Promise<Appointment | undefined> {
  const request = requestMark(reservationKeyOf(reservationId));
  const { entries } = await readRecord({ table }, patientId);
  const ids = Object.keys(entries).filter((id) => entries[id]?.request === request);
  const found = await appointments.getMany(
    table,
    ids.map((appointmentId) => ({ patientId, appointmentId })),
    { consistent: true },
  );
  return found.find((appointment) => appointment?.reservedFor === reservationId);
}

/** The earliest number of the department, held until the resident has confirmed or paid. @throws Refusal NO_NUMBER_FREE */
async function reserve(deps: Deps, wanted: Wanted): Promise<Appointment> {
  const before = await reservedBy(deps, wanted.patientId, wanted.reservationId);
  if (before !== undefined) return before;
  const record = await readRecord(deps, wanted.patientId);
  const listed = await listSchedules(deps, wanted);
  for (const { detail, claim } of listed) {
    const own = await resumed(deps, placementFor(deps, wanted, detail, detail.endsAt), { claim, record });
    if (own !== undefined) return own;
  }
  const free = listed.flatMap((one) => openNumbers(deps, wanted, one)).toSorted(byTime);
  for (const { detail, lane, startsAt } of free.slice(0, MOST_ATTEMPTS)) {
    const claim = await readClaim(deps, detail.scheduleId);
    if (claim.holders[wanted.patientId] !== undefined) continue;
    const placement = placementFor(deps, wanted, detail, startsAt);
    const placed = await placeBooking(deps, placement, { lane, claim }, record);
    if (placed.ok) return placed.appointment;
    if (placed.because === 'repeated') return bookedOrRefused(deps, wanted.patientId, placed);
  }
  throw reservationErrors.refusal('NO_NUMBER_FREE');
}

interface Listed {
  readonly detail: ScheduleDetail;
  readonly claim: Claim;
}

async function listSchedules({ table, clock }: Deps, wanted: Wanted): Promise<readonly Listed[]> {
  const { institutionId, departmentId, practitionerId, notBefore } = wanted;
  const today = dayOf(clock.now());
  const from: Day = notBefore !== undefined && notBefore > today ? notBefore : today;
  const details = await schedulesIn(table, { institutionId, departmentId, from, days: HORIZON_DAYS });
  const asked = details.filter(
    ({ practitioner }) => practitionerId === undefined || practitioner.id === practitionerId,
  );
  const found = await claims.getMany(
    table,
    asked.map(({ scheduleId }) => scheduleId),
    { consistent: true },
  );
  return asked.flatMap((detail, index) => {
    const claim = found[index];
    return claim === undefined || claim.status !== 'OPEN' ? [] : [{ detail, claim }];
  });
}

/** A number that an interrupted call of this very reservation has taken already. */
async function resumed(
  deps: Deps,
  placement: Placement,
  { claim, record }: { readonly claim: Claim; readonly record: PatientRecord },
): Promise<Appointment | undefined> {
  const mark = claim.holders[placement.patientId];
  if (mark === undefined) return undefined;
  try {
    return await resumeBooking(deps, placement, { mark, record });
  } catch (error) {
    if (error instanceof Refusal && error.code !== 'CONFLICT') return undefined;
    throw error;
  }
}

interface OpenNumber {
  readonly detail: ScheduleDetail;
  readonly lane: Lane;
  readonly startsAt: string;
  readonly poolIndex: number;
}

/** One entry a slot and pool that has a free number: cut-offs and the opening of pools hold for referrals too. */
function openNumbers(
  { clock }: Pick<Deps, 'clock'>,
  { patientId }: Wanted,
  { detail, claim }: Listed,
): OpenNumber[] {
  if (claim.holders[patientId] !== undefined) return [];
  const now = instant(clock);
  return slotsStillOpen(detail, 'COMMUNITY', now).flatMap((slotIndex) => {
    const startsAt = instantAt(detail.day, detail.slots[slotIndex]?.start ?? '');
    return POOLS.flatMap((pool, poolIndex) =>
      startsAt > now && detail.opensAt[pool] <= now && freeIn(claim, pool, slotIndex).length > 0
        ? [{ detail, lane: laneOf(pool, slotIndex), startsAt, poolIndex }]
        : [],
    );
  });
}

function byTime(one: OpenNumber, other: OpenNumber): number {
  if (one.startsAt !== other.startsAt) return one.startsAt < other.startsAt ? -1 : 1;
  return one.poolIndex - other.poolIndex;
}

/** A referral is a doctor's decision: limits and bans, which keep people from taking many numbers, do not stand against it. */
function placementFor(deps: Deps, wanted: Wanted, detail: ScheduleDetail, latest: string): Placement {
  const now = deps.clock.now();
  return {
    detail,
    policy: deps.city.policy(bookingPolicy).at(dayOf(now)),
    patientId: wanted.patientId,
    channel: 'COMMUNITY',
    requestKey: reservationKeyOf(wanted.reservationId),
    doer: SYSTEM,
    held: true,
    untilMs: Math.min(now + wanted.holdSeconds * 1000, Date.parse(latest)),
    overrideReason: BY_REFERRAL,
    reservedFor: wanted.reservationId,
  };
}

export const reserveNumber: Task = {
  input: reserveInput,
  output: reserveOutput,
  handle: async (deps, input) => {
    const appointment = await reserve(deps, reserveInput.parse(input));
    const { appointmentId, scheduleId, institutionId, day, slot, heldUntil, bookedAt, charge } = appointment;
    const detail = await schedules.get(deps.table, scheduleId);
    const startsAt = instantAt(day, slot.start);
    return {
      appointmentId,
      institutionId,
      day,
      startsAt,
      endsAt: detail?.endsAt ?? instantAt(day, slot.end),
      heldUntil: heldUntil ?? bookedAt,
      feeFen: charge?.amountFen ?? 0,
    };
  },
};
