import type { WorkflowData } from '../../../shared/workflows/workflows.ts';

/** Places of the referral's machine, as referral's functions answer them: what its scenarios have in common. */

export const ID = { patientId: 'pat1', referralId: 'ref1' };
export const HOUR = 3600;

export function place(at: string, seconds = HOUR): WorkflowData {
  const reservation = at === 'NUMBER' || at === 'RELEASE' ? { reservationId: 'ref1-1' } : {};
  const wanted =
    at === 'NUMBER'
      ? { graceSeconds: 1800, wanted: { institutionId: 'i1', departmentId: 'd1', holdSeconds: HOUR } }
      : {};
  return { ...ID, at, seconds, ...reservation, ...wanted };
}

/** Booking's answer: held for an hour from the moment at which a play begins. */
export const number = {
  appointmentId: '20270305A-doc1_1',
  institutionId: 'i1',
  day: '2027-03-05',
  startsAt: '2027-03-05T01:00:00.000Z',
  endsAt: '2027-03-05T03:00:00.000Z',
  heldUntil: '2027-03-01T02:00:00.000Z',
  feeFen: 500,
};
