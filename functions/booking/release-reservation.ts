import * as z from 'zod/mini';
import type { Task } from '../../shared/context.ts';
import type { Deps } from '../../shared/deps.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { SYSTEM } from './appointment-event.ts';
import { endAppointment } from './appointment-moves.ts';
import { idSchema } from './contracts.ts';
import { bookingErrors } from './errors.ts';
import { followCharge } from './follow-charge.ts';
import { reservationIdSchema, reservedBy } from './reserve-for-referral.ts';
import { type Appointment, schedules } from './store.ts';
import { TERMINAL } from './transitions.ts';

const releaseInput = z.object({
  patientId: idSchema,
  reservationId: reservationIdSchema,
});
const releaseOutput = z.object({ released: z.boolean() });

const MOST_ATTEMPTS = 8;

/**
 * Undoes `reserve-number`: whatever has become of the number, afterwards the referral holds none. The patient is not
 * punished and what was paid is owed back. A claim that no appointment was made of lapses by itself.
 * @throws Refusal PAYMENT_UNDER_WAY: to be repeated when the payment has ended
 */
async function release(
  deps: Deps,
  { patientId, reservationId }: z.output<typeof releaseInput>,
): Promise<boolean> {
  let seen = await reservedBy(deps, patientId, reservationId);
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    if (seen === undefined || (await isOver(deps, seen))) return false;
    if (seen.status === 'PENDING_PAYMENT') seen = await afterPayment(deps, seen);
    const { status, charge } = seen;
    const moved = await endAppointment(deps, seen, {
      to: 'CANCELLED_BY_HOSPITAL',
      doer: SYSTEM,
      reason: 'REFERRAL_ENDED',
      onlyIf: { status },
    });
    if (moved.ok) return true;
    seen =
      moved.paying === true && charge !== undefined
        ? await followCharge(deps, { patientId, chargeId: charge.chargeId })
        : await reservedBy(deps, patientId, reservationId);
    // A visit that could be paid for on site stays booked while its fee is being paid.
    if (moved.paying && seen?.charge?.status === 'OPEN') throw bookingErrors.refusal('PAYMENT_UNDER_WAY');
  }
  throw houseErrors.refusal('CONFLICT');
}

/** Nothing is left to give back: it has ended, the visit has begun, or the clinic is over and time sees to the rest. */
async function isOver({ table, clock }: Deps, { status, scheduleId }: Appointment): Promise<boolean> {
  if (TERMINAL.includes(status) || status === 'IN_SERVICE') return true;
  if (status !== 'BOOKED') return false;
  const detail = await schedules.get(table, scheduleId);
  return detail !== undefined && detail.endsAt <= instant(clock);
}

async function afterPayment(deps: Deps, { patientId, charge }: Appointment): Promise<Appointment> {
  const followed =
    charge === undefined ? undefined : await followCharge(deps, { patientId, chargeId: charge.chargeId });
  if (followed === undefined || followed.status === 'PENDING_PAYMENT')
    throw bookingErrors.refusal('PAYMENT_UNDER_WAY');
  return followed;
}

export const releaseNumber: Task = {
  input: releaseInput,
  output: releaseOutput,
  handle: async (deps, input) => ({ released: await release(deps, releaseInput.parse(input)) }),
};
