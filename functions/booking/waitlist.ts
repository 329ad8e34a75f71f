import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import type { Doer } from './appointment-event.ts';
import { reasonsAgainst } from './book-appointment.ts';
import { bookingErrors } from './errors.ts';
import { offerFreedNumbers } from './offer-freed-numbers.ts';
import { bookingPolicy } from './policy.ts';
import { type WaitlistEntry, type WaitlistId, waitlist } from './store.ts';
import { waitingFor } from './waiting-list.ts';

export interface WaitlistPlace {
  readonly entry: WaitlistEntry;
  /** People ahead. */
  readonly ahead: number;
}

/** Joins the queue of a schedule that is sold out. Every other reason that would refuse a booking refuses this too. */
export async function joinWaitlist(
  deps: Deps,
  id: WaitlistId,
  { requestKey, doer }: { readonly requestKey: string; readonly doer: Doer },
): Promise<WaitlistPlace> {
  const known = await waitlist.get(deps.table, id, { consistent: true });
  if (known?.requestKey === requestKey) return placeOf(deps, known);
  if (known?.status === 'WAITING') throw bookingErrors.refusal('ALREADY_WAITING');
  const { scheduleId, patientId } = id;
  const reasons = await reasonsAgainst(deps, {
    scheduleId,
    patientId,
    hold: true,
    channel: 'MINI_PROGRAM',
    requestKey,
    doer,
  });
  const others = reasons.filter(({ code }) => code !== 'SOLD_OUT');
  if (others.length > 0) throw bookingErrors.refusal('BOOKING_REFUSED', { reasons: others });
  if (reasons.length === 0) throw bookingErrors.refusal('WAITLIST_NOT_NEEDED');
  const now = instant(deps.clock);
  const { maxPerSchedule } = deps.city.policy(bookingPolicy).at(dayOf(now)).waitlist;
  // No invariant: two who come at once may both be the last.
  if ((await waitingFor(deps, scheduleId)).length >= maxPerSchedule)
    throw bookingErrors.refusal('WAITLIST_FULL');
  const outcome = await waitlist.put(
    deps.table,
    id,
    { scheduleId, patientId, status: 'WAITING', joinedAt: now, requestKey },
    { if: { $any: [{ $exists: false }, { status: { ne: 'WAITING' } }] } },
  );
  if (!outcome.ok && outcome.current?.requestKey !== requestKey)
    throw bookingErrors.refusal('ALREADY_WAITING');
  // A number may have come free since the claim was read.
  await offerFreedNumbers(deps, scheduleId);
  return waitlistPlace(deps, id);
}

export async function leaveWaitlist(deps: Deps, id: WaitlistId): Promise<WaitlistPlace> {
  const outcome = await waitlist.update(
    deps.table,
    id,
    { set: { status: 'LEFT' } },
    { if: { status: 'WAITING' } },
  );
  const entry = outcome.ok ? outcome.item : outcome.current;
  if (entry === undefined) throw bookingErrors.refusal('NOT_WAITING');
  return { entry, ahead: 0 };
}

export async function waitlistPlace(deps: Deps, id: WaitlistId): Promise<WaitlistPlace> {
  const entry = await waitlist.get(deps.table, id, { consistent: true });
  if (entry === undefined) throw bookingErrors.refusal('NOT_WAITING');
  return placeOf(deps, entry);
}

async function placeOf(deps: Deps, entry: WaitlistEntry): Promise<WaitlistPlace> {
  if (entry.status !== 'WAITING') return { entry, ahead: 0 };
  const waiting = await waitingFor(deps, entry.scheduleId);
  const ahead = waiting.findIndex(({ patientId }) => patientId === entry.patientId);
  return { entry, ahead: Math.max(0, ahead) };
}
