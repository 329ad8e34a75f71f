import { CHARGE_LINK } from '../../shared/data/carried.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { appointmentEvent, type Doer } from './appointment-event.ts';
import { withChargeLink } from './charges.ts';
import type { Gate } from './gate.ts';
import { appointmentFrom, type Claimed } from './new-appointment.ts';
import { entryOf, nextRecord, withEntry } from './patient-record.ts';
import type { Channel } from './policy.ts';
import { type Appointment, appointments, records } from './store.ts';

export interface MoveRequest {
  readonly channel: Channel;
  readonly requestKey: string;
  readonly doer: Doer;
}

/** The appointment that takes the old one's place. The charge moves along: what was paid for the one is paid for the other. */
export function followUp(
  deps: Pick<Deps, 'clock'>,
  { channel, requestKey, doer }: MoveRequest,
  old: Appointment,
  { detail, policy }: Pick<Gate, 'detail' | 'policy'>,
  claimed: Claimed,
): Appointment {
  const { patientId, charge, appointmentId: rescheduledFrom } = old;
  const untilMs = deps.clock.now();
  const { charge: _new, ...next } = appointmentFrom(
    deps,
    { detail, policy, patientId, channel, requestKey, doer, untilMs, held: false },
    claimed,
  );
  return { ...next, rescheduledFrom, ...(charge === undefined ? {} : { charge }) };
}

/** The old appointment ended, the new one written, the record telling of both: to be done together. */
export function moveAppointment(
  deps: Pick<Deps, 'clock' | 'ids'>,
  doer: Doer,
  old: Appointment,
  next: Appointment,
  { policy, record }: Pick<Gate, 'policy' | 'record'>,
): readonly TransactOperation[] {
  const now = instant(deps.clock);
  const today = dayOf(now);
  const { patientId, appointmentId } = old;
  const entry = record.entries[appointmentId];
  const closed =
    entry === undefined
      ? record
      : withEntry(policy, record, [appointmentId, { ...entry, state: 'X', endedOn: today }], today);
  const { stored, condition } = nextRecord(
    record,
    withEntry(policy, closed, [next.appointmentId, entryOf(next)], today),
  );
  return [
    appointments.updateOperation(
      old,
      {
        set: {
          status: 'CANCELLED_BY_PATIENT',
          endedAt: now,
          endedReason: 'RESCHEDULED',
          rescheduledTo: next.appointmentId,
        },
        remove: ['charge', ...CHARGE_LINK],
      },
      {
        // The charge that moves along is the one that was read.
        if: { status: 'BOOKED', ...(old.charge === undefined ? {} : { 'charge.status': old.charge.status }) },
        event: appointmentEvent(deps, old, 'CANCELLED_BY_PATIENT', doer),
      },
    ),
    appointments.putOperation(next, withChargeLink(next), {
      if: { $exists: false },
      event: appointmentEvent(deps, next, next.status, doer),
    }),
    records.putOperation(patientId, stored, { if: condition }),
  ];
}
