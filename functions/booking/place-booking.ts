import type { WriteOptions, WriteOutcome } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors, type Reason } from '../../shared/kernel/errors.ts';
import { appointmentEvent } from './appointment-event.ts';
import { withChargeLink } from './charges.ts';
import { closeEntry } from './close-entry.ts';
import { freeNumber } from './free-number.ts';
import { takeNumber } from './hold-number.ts';
import { abandonClaim, appointmentFrom, type Claimed, type Placement } from './new-appointment.ts';
import type { Lane } from './numbers.ts';
import {
  changeRecord,
  entryOf,
  nextRecord,
  type PatientRecord,
  repeatOf,
  withEntry,
} from './patient-record.ts';
import { requestMark } from './record-entry.ts';
import { personalReasons } from './rules.ts';
import { type Appointment, appointments, type Claim, records } from './store.ts';

export type Placed =
  | { readonly ok: true; readonly appointment: Appointment }
  | { readonly ok: false; readonly because: 'number-gone'; readonly claim: Claim | undefined }
  | { readonly ok: false; readonly because: 'personal'; readonly reasons: readonly Reason[] }
  | { readonly ok: false; readonly because: 'repeated'; readonly appointmentId: string }
  | { readonly ok: false; readonly because: 'other-request' | 'lapsed' };

/**
 * The second half of every booking, from a judged request to an appointment:
 *
 *   1. take a number (the claim: from here on the place is theirs or lapses by itself)
 *   2. enter it into the patient's record, judged once more under the record's version
 *   3. write the appointment
 *
 * After a crash between two steps the number lapses with its mark and `tickSchedule` gives it back.
 */
export async function placeBooking(
  deps: Deps,
  placement: Placement,
  { lane, claim }: { readonly lane: Lane; readonly claim: Claim },
  seen: PatientRecord | undefined,
): Promise<Placed> {
  const { detail, patientId, untilMs, held } = placement;
  const { scheduleId } = detail;
  const taken = await takeNumber(deps, { scheduleId, patientId, lane, untilMs, held, seen: claim });
  if (!taken.ok) return { ok: false, because: 'number-gone', claim: taken.claim };
  return finishBooking(deps, placement, { lane, mark: taken.mark }, seen);
}

/** Steps 2 and 3, also for a claim that an interrupted request left behind. */
export async function finishBooking(
  deps: Deps,
  placement: Placement,
  claimed: Claimed,
  seen: PatientRecord | undefined,
): Promise<Placed> {
  const { patientId } = placement;
  const appointment = appointmentFrom(deps, placement, claimed);
  const entered = await enterIntoRecord(deps, placement, appointment, seen);
  if (entered !== undefined && 'because' in entered) return giveUp(deps, placement, claimed, entered);
  const id = { patientId, appointmentId: appointment.appointmentId };
  const first = {
    if: { $exists: false },
    event: appointmentEvent(deps, appointment, appointment.status, placement.doer),
  };
  const outcome =
    entered === undefined
      ? await appointments.put(deps.table, id, withChargeLink(appointment), first)
      : await takeOver(deps, placement, { appointment, first, ...entered });
  if (outcome.ok) return { ok: true, appointment: outcome.item };
  const { current } = outcome;
  if (current?.request === requestMark(placement.requestKey)) return { ok: true, appointment: current };
  // The schedule's tick gave up on this request: nothing may be left of it in the record.
  if (current?.status === 'EXPIRED') {
    await closeEntry(deps, current);
    return { ok: false, because: 'lapsed' };
  }
  return { ok: false, because: 'other-request' };
}

type Refused = Extract<Placed, { readonly because: 'personal' | 'repeated' }>;

interface Entered {
  /** The record as it stands, with an entry that another request has made for the same number. */
  readonly record: PatientRecord;
}

/**
 * Another request of the patient has entered the number and not written its appointment, whether it died or is about
 * to. Whose the appointment is and whose the entry is told by one write: the record knows a repeat by it (rule I8).
 */
async function takeOver(
  deps: Deps,
  { patientId, policy }: Placement,
  {
    appointment,
    first,
    record: seen,
  }: Entered & { readonly appointment: Appointment; readonly first: WriteOptions },
): Promise<WriteOutcome<Appointment>> {
  const id = { patientId, appointmentId: appointment.appointmentId };
  const entry = [id.appointmentId, entryOf(appointment)] as const;
  const { stored, condition } = nextRecord(seen, withEntry(policy, seen, entry, dayOf(deps.clock.now())));
  const { ok } = await deps.table.transact([
    appointments.putOperation(id, withChargeLink(appointment), first),
    records.putOperation(patientId, stored, { if: condition }),
  ]);
  const current = await appointments.get(deps.table, id, { consistent: true });
  if (ok && current !== undefined) return { ok, item: current };
  // Something else has changed the record: whoever asks again judges anew.
  if (current === undefined) throw houseErrors.refusal('CONFLICT');
  return { ok: false, current };
}

/** Rule I3: judged and entered under one version of the record, whatever was seen before. */
async function enterIntoRecord(
  deps: Deps,
  placement: Placement,
  appointment: Appointment,
  seen: PatientRecord | undefined,
): Promise<Refused | Entered | undefined> {
  const { appointmentId, scheduleId, patientId, request } = appointment;
  const now = instant(deps.clock);
  const override = placement.overrideReason !== undefined;
  const already = 'entered before';
  const stopped = await changeRecord<Refused | Entered | typeof already>(deps, patientId, seen, (record) => {
    const before = record.entries[appointmentId];
    if (before !== undefined) return { stop: before.request === request ? already : { record } };
    const repeated = repeatOf(record, scheduleId, placement.requestKey);
    if (repeated !== undefined) return { stop: { ok: false, because: 'repeated', appointmentId: repeated } };
    const reasons = personalReasons({ ...placement, record, now, override });
    if (reasons.length > 0) return { stop: { ok: false, because: 'personal', reasons } };
    const entry = [appointmentId, entryOf(appointment)] as const;
    return { record: withEntry(placement.policy, record, entry, dayOf(now)) };
  });
  return stopped === already ? undefined : stopped;
}

/** The number goes back, unless another request of the same patient has made an appointment of it meanwhile. */
async function giveUp(deps: Deps, placement: Placement, claimed: Claimed, refused: Refused): Promise<Placed> {
  const stands = await abandonClaim(deps, placement, claimed);
  if (stands === undefined || stands.status === 'EXPIRED') {
    if (stands !== undefined) await freeNumber(deps, stands);
    return refused;
  }
  return stands.request === requestMark(placement.requestKey)
    ? { ok: true, appointment: stands }
    : { ok: false, because: 'other-request' };
}
