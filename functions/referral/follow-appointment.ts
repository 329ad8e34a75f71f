import * as z from 'zod/mini';
import type { Doer } from '../../shared/access/acting.ts';
import type { Subscription } from '../../shared/context.ts';
import type { Deps } from '../../shared/deps.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { missedVisit } from './expire.ts';
import { type Move, tryMove } from './referral-moves.ts';
import { type Referral, referrals, referralsOf } from './store.ts';

/**
 * What becomes of the number at booking: confirmed or paid, checked in, called off. Events come late, twice and in any
 * order; one about a number that the referral does not know yet is written down in it.
 */

const FACTS = [
  'booked',
  'checked-in',
  'in-service',
  'no-show',
  'expired',
  'cancelled-by-patient',
  'cancelled-by-hospital',
] as const;
type Fact = (typeof FACTS)[number];

const appointmentMoved = z.object({ patientId: z.string(), appointmentId: z.string(), by: z.string() });
const MOST_ATTEMPTS = 8;

export const appointmentSubscriptions: readonly Subscription[] = FACTS.map((fact) => ({
  event: `booking.appointment-${fact}`,
  handle: async (deps, { at, data, traceparent }) => {
    const { patientId, appointmentId, by } = appointmentMoved.parse(data);
    const doer: Doer = {
      by,
      role: by === 'system' || by === 'waitlist' ? 'system' : 'account',
      ...(traceparent === undefined ? {} : { traceparent }),
    };
    for (const referral of await referralsOf(deps.table, patientId)) {
      if (referral.number?.appointmentId === appointmentId) await apply(deps, referral, fact, doer);
      else if (referral.status === 'ACCEPTED')
        await remember(deps, referral, appointmentId, { at, fact, doer });
    }
  },
}));

/** The referral has just learnt its number: what booking said of it before holds now. */
export async function catchUpWithBooking(deps: Deps, referral: Referral): Promise<void> {
  const said = referral.heard[referral.number?.appointmentId ?? ''];
  const [, fact, by] = said?.split('|') ?? [];
  const known = FACTS.find((one) => one === fact);
  if (known === undefined || by === undefined) return;
  await apply(deps, referral, known, { by, role: by === 'system' ? 'system' : 'account' });
}

/** Moves the referral, step by step, until the fact is in it. */
async function apply(deps: Deps, first: Referral, fact: Fact, doer: Doer): Promise<void> {
  const { appointmentId } = first.number ?? {};
  let seen: Referral | undefined = first;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    if (seen === undefined || seen.number?.appointmentId !== appointmentId) return;
    const move = moveBy(deps, seen, fact);
    if (move === undefined) return;
    const moved = await tryMove(deps, seen, { ...move, doer });
    seen = moved.ok ? moved.referral : moved.current;
  }
  throw houseErrors.refusal('CONFLICT');
}

/** The next step that the fact asks for; undefined: it is in the referral already, or has no place in it any more. */
function moveBy(deps: Deps, seen: Referral, fact: Fact): Omit<Move, 'doer'> | undefined {
  const { status, takes } = seen;
  const isAhead = status === 'RESERVED' || status === 'CONFIRMED';
  switch (fact) {
    case 'booked':
      return status === 'RESERVED' ? { to: 'CONFIRMED' } : undefined;
    case 'checked-in':
      if (status === 'RESERVED') return { to: 'CONFIRMED' };
      return status === 'CONFIRMED' ? { to: 'ARRIVED' } : undefined;
    case 'in-service':
      if (status === 'RESERVED') return { to: 'CONFIRMED' };
      return status === 'CONFIRMED' || status === 'ARRIVED' ? { to: 'IN_TREATMENT' } : undefined;
    case 'no-show':
      if (status === 'RESERVED') return { to: 'CONFIRMED' };
      return status === 'CONFIRMED' || status === 'ARRIVED' ? missedVisit(deps, seen) : undefined;
    case 'expired':
      return status === 'RESERVED' ? { to: 'EXPIRED', endedReason: 'CONFIRM_TIMEOUT' } : undefined;
    case 'cancelled-by-patient':
      return isAhead ? { to: 'WITHDRAWN', endedReason: 'NUMBER_CANCELLED' } : undefined;
    case 'cancelled-by-hospital':
      // The patient keeps the referral: another number is sought.
      return isAhead || status === 'ARRIVED'
        ? { to: 'ACCEPTED', next: { takes: takes + 1 }, remove: ['number'], reason: 'NUMBER_LOST' }
        : undefined;
  }
}

/** The newest word about a number counts. */
async function remember(
  deps: Deps,
  { patientId, referralId, turn }: Referral,
  appointmentId: string,
  { at, fact, doer }: { readonly at: string; readonly fact: Fact; readonly doer: Doer },
): Promise<void> {
  const path = `heard.${appointmentId}`;
  const said = `${at}|${fact}|${doer.by}`;
  const outcome = await referrals.update(
    deps.table,
    { patientId, referralId },
    { set: { [path]: said } },
    { if: { turn, $any: [{ [path]: { exists: false } }, { [path]: { lt: said } }] } },
  );
  // It may have learnt the number this very moment: the event comes again and finds it.
  if (!outcome.ok && outcome.current?.turn !== turn) throw houseErrors.refusal('CONFLICT');
}
