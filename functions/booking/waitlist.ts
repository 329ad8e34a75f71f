import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import type { Reason } from '../../shared/kernel/errors.ts';
import { reasonsAgainst } from './book-appointment.ts';
import { bookingErrors } from './errors.ts';
import { offerFreedNumbers, waitingFor } from './offer-freed-numbers.ts';
import { bookingPolicy } from './policy.ts';
import { type WaitlistEntry, type WaitlistId, waitlist } from './store.ts';

export interface WaitlistPlace {
  readonly entry: WaitlistEntry;
  readonly ahead: number;
}

/** Joins the queue of a schedule that is sold out. Every other reason that would refuse a booking refuses this too. */
export async function joinWaitlist(
  deps: Deps,
  id: WaitlistId,
  request: { readonly requestKey: string; readonly by: string },
): Promise<WaitlistPlace> {
  const known = await waitlist.get(deps.table, id, { consistent: true });
  if (known?.requestKey === request.requestKey) return placeOf(deps, known);
  const reasons = await reasonsAgainst(deps, {
    ...id,
    hold: true,
    channel: 'MINI_PROGRAM',
    requestKey: request.requestKey,
    bookedBy: request.by,
  });
  const others = reasons.filter(({ code }: Reason) => code !== 'SOLD_OUT');
  if (others.length > 0) throw bookingErrors.refusal('BOOKING_REFUSED', { reasons: others });
  if (reasons.length === 0) throw bookingErrors.refusal('WAITLIST_NOT_NEEDED');
  const now = instant(deps.clock);
  const { maxPerSchedule } = deps.city.policy(bookingPolicy).at(dayOf(now)).waitlist;
  if ((await waitingFor(deps, id.scheduleId)).length >= maxPerSchedule)
    throw bookingErrors.refusal('WAITLIST_FULL');
  const outcome = await waitlist.put(
    deps.table,
    id,
    { ...id, status: 'WAITING', joinedAt: now, requestKey: request.requestKey },
    { if: { $any: [{ $exists: false }, { status: { in: ['LEFT', 'CLOSED', 'OFFERED'] } }] } },
  );
  if (!outcome.ok) throw bookingErrors.refusal('ALREADY_WAITING');
  // A number may have come free since the gate was read.
  await offerFreedNumbers(deps, id.scheduleId);
  return placeOf(deps, (await waitlist.get(deps.table, id, { consistent: true })) ?? outcome.item);
}

export async function leaveWaitlist(deps: Deps, id: WaitlistId): Promise<WaitlistPlace> {
  const outcome = await waitlist.update(
    deps.table,
    id,
    { set: { status: 'LEFT' } },
    { if: { status: 'WAITING' } },
  );
  const entry = outcome.ok ? outcome.item : outcome.current;
  if (entry === undefined) throw bookingErrors.refusal('APPOINTMENT_NOT_FOUND');
  return { entry, ahead: 0 };
}

export async function waitlistPlace(deps: Deps, id: WaitlistId): Promise<WaitlistPlace> {
  const entry = await waitlist.get(deps.table, id);
  if (entry === undefined) throw bookingErrors.refusal('APPOINTMENT_NOT_FOUND');
  return placeOf(deps, entry);
}

async function placeOf(deps: Deps, entry: WaitlistEntry): Promise<WaitlistPlace> {
  if (entry.status !== 'WAITING') return { entry, ahead: 0 };
  const waiting = await waitingFor(deps, entry.scheduleId);
  return {
    entry,
    ahead: Math.max(
      0,
      waiting.findIndex(({ patientId }) => patientId === entry.patientId),
    ),
  };
}
