import * as z from 'zod/mini';
import { chargeChangedEvent } from '../../shared/charges/charge-lock.ts';
import type { Subscription } from '../../shared/context.ts';
import { keepCopy } from '../../shared/keep-copy.ts';
import { auditEvent } from '../../shared/privacy/audit-event.ts';
import { eventTypeOf } from './appointment-event.ts';
import { OWNER } from './charges.ts';
import { appointmentMoved, idSchema } from './contracts.ts';
import { hearOfCharge } from './hear-of-charge.ts';
import { settleAppointment } from './settle-appointment.ts';
import { appointments, practitioners } from './store.ts';
import { APPOINTMENT_STATUSES, TERMINAL } from './transitions.ts';

const practitionerChanged = z.object({
  practitionerId: idSchema,
  sites: z.array(z.object({ institutionId: idSchema, departmentId: idSchema })),
  name: z.string(),
  title: z.string(),
  active: z.boolean(),
  version: z.int(),
});

const keepPractitioner = keepCopy(
  'directory.practitioner-changed',
  practitionerChanged,
  practitioners,
  (copy) => copy.practitionerId,
);

/** Finishes what the request that ended the appointment may have left undone. */
const settleEnded: readonly Subscription[] = TERMINAL.filter((status) => status !== 'FULFILLED').map(
  (status) => ({
    event: eventTypeOf(status),
    handle: async (deps, event) => {
      const { patientId, appointmentId } = appointmentMoved.parse(event.data);
      const appointment = await appointments.get(
        deps.table,
        { patientId, appointmentId },
        { consistent: true },
      );
      if (appointment !== undefined) await settleAppointment(deps, appointment);
    },
  }),
);

/** Every change of an appointment is written down for its patient, once: the entry's id is the event's. */
const auditMoves: readonly Subscription[] = APPOINTMENT_STATUSES.map((status) => ({
  event: eventTypeOf(status),
  handle: ({ table }, event) => {
    const { patientId, appointmentId, by } = appointmentMoved.parse(event.data);
    const purpose = `booking-${status.toLowerCase().replaceAll('_', '-')}`;
    return auditEvent(table, event, {
      by,
      // The waitlist offers by itself: it is nobody's account.
      role: by === 'waitlist' ? 'system' : undefined,
      patientId,
      subject: { kind: 'appointment', id: appointmentId },
      purpose,
    });
  },
}));

const chargeChanged = z.object({ patientId: idSchema, chargeId: z.string() });

/** Payment has changed the lock of one of booking's charges. */
const follow: Subscription = {
  event: chargeChangedEvent(OWNER),
  handle: (deps, event) => hearOfCharge(deps, chargeChanged.parse(event.data)),
};

export const subscriptions: readonly Subscription[] = [
  keepPractitioner,
  follow,
  ...settleEnded,
  ...auditMoves,
];
