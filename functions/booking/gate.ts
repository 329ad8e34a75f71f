import { openPatientProfile, patientProfileKey } from '../../shared/access/patient-view.ts';
import type { Item } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { type Day, dayOf } from '../../shared/kernel/china-time.ts';
import { bookingErrors } from './errors.ts';
import { isSoldOut } from './lanes.ts';
import { type PatientRecord, recordFrom } from './patient-record.ts';
import { type BookingPolicy, bookingPolicy, type Channel } from './policy.ts';
import { lapsedHolds } from './settle-holder.ts';
import { type Claim, claims, records, type ScheduleDetail, schedules } from './store.ts';

/**
 * What is read before a booking is judged. Eventually consistent: at worst somebody is told *sold out* a moment too
 * long. Nothing is booked on it: the number is taken by condition, limits are judged under the record's version, and
 * whoever would be refused for what lies in their record is judged again on a consistent read.
 */
export interface Gate {
  readonly policy: BookingPolicy;
  readonly claim: Claim;
  readonly detail: ScheduleDetail;
  readonly record: PatientRecord;
  /** The patient's sealed profile. */
  readonly profile: Item;
}

export interface Comer {
  readonly patientId: string;
  readonly scheduleId: string;
  readonly channel: Channel;
  /** At a desk: the schedule must be of this institution. */
  readonly institutionId?: string;
}

/** Turns away who comes too late on half a read unit, before anything else is read. Whoever may hold a number passes. */
export async function passGate(deps: Deps, comer: Comer): Promise<Gate> {
  const now = deps.clock.now();
  const policy = deps.city.policy(bookingPolicy).at(dayOf(now));
  const claim = (await claims.get(deps.table, comer.scheduleId)) ?? (await readClaim(deps, comer.scheduleId));
  if (
    claim.status === 'OPEN' &&
    claim.holders[comer.patientId] === undefined &&
    isSoldOut(claim, policy.channels[comer.channel]) &&
    lapsedHolds(claim, now).length === 0
  ) {
    throw bookingErrors.refusal('SOLD_OUT');
  }
  return { policy, claim, ...(await readRest(deps, comer)) };
}

/** The same without turning anybody away, as fresh as can be. */
export async function readGate(deps: Deps, comer: Comer): Promise<Gate> {
  const policy = deps.city.policy(bookingPolicy).at(dayOf(deps.clock.now()));
  const claim = await readClaim(deps, comer.scheduleId);
  return { policy, claim, ...(await readRest(deps, comer, { consistent: true })) };
}

export async function readClaim({ table }: Pick<Deps, 'table'>, scheduleId: string): Promise<Claim> {
  const claim = await claims.get(table, scheduleId, { consistent: true });
  if (claim === undefined) throw bookingErrors.refusal('SCHEDULE_NOT_FOUND');
  return claim;
}

/** One call. What seems to be missing is asked for once more: a patient just registered can book. */
async function readRest(
  { table }: Deps,
  comer: Comer,
  { consistent }: { readonly consistent: boolean } = { consistent: false },
): Promise<Pick<Gate, 'detail' | 'record' | 'profile'>> {
  const { scheduleId, patientId, institutionId } = comer;
  const keys = [schedules.key(scheduleId), records.key(patientId), patientProfileKey(patientId)];
  let [detail, record, profile] = await table.getMany(keys, { consistent });
  if ((detail === undefined || profile === undefined) && !consistent) {
    [detail, record, profile] = await table.getMany(keys, { consistent: true });
  }
  const found = detail === undefined ? undefined : schedules.from(detail);
  if (found === undefined || (institutionId !== undefined && institutionId !== found.institutionId)) {
    throw bookingErrors.refusal('SCHEDULE_NOT_FOUND');
  }
  if (profile === undefined) throw bookingErrors.refusal('PATIENT_UNKNOWN');
  return { detail: found, record: recordFrom(record && records.from(record)), profile };
}

/** Opening the sealed birth date is spared where no rule of the city asks for it. */
export async function birthDateFor(
  deps: Deps,
  patientId: string,
  { policy, profile }: Pick<Gate, 'policy' | 'profile'>,
): Promise<{ readonly birthDate?: Day }> {
  if (policy.minimumAgeYears === undefined) return {};
  const { birthDate } = await openPatientProfile(deps, patientId, profile);
  return { birthDate };
}
