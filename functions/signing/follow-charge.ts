import { SYSTEM } from '../../shared/access/acting.ts';
import { type ChargeLockStatus, readChargeLock } from '../../shared/charges/charge-lock.ts';
import type { Deps } from '../../shared/deps.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { activation, renewal } from './activate-signing.ts';
import { OWNER, signingOfCharge } from './charges.ts';
import { NEWS } from './signing-event.ts';
import { type Change, tryChange } from './signing-moves.ts';
import { type Signing, signings } from './store.ts';

const MOST_ATTEMPTS = 12;

/**
 * Brings a signing in line with the lock of its charge: the one way in which signing learns of payments. May be called
 * at any time and any number of times. @throws Refusal CONFLICT when others were faster several times over
 */
export async function followCharge(
  deps: Deps,
  { patientId, chargeId }: { readonly patientId: string; readonly chargeId: string },
): Promise<Signing | undefined> {
  const id = { patientId, signingId: signingOfCharge(chargeId) };
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    // The lock first: a signing read after it is at least as new.
    const lock = await readChargeLock(deps.table, { owner: OWNER, chargeId });
    const seen = await signings.get(deps.table, id, { consistent: true });
    if (seen?.charge?.chargeId !== chargeId) return seen;
    const wanted = await wantedChange(deps, seen, lock?.status ?? 'OPEN');
    if (wanted === 'in line') return seen;
    const after = wanted === undefined ? undefined : await tryChange(deps, seen, wanted, SYSTEM);
    if (after !== undefined) return after;
  }
  throw houseErrors.refusal('CONFLICT');
}

async function wantedChange(
  deps: Deps,
  seen: Signing,
  lock: ChargeLockStatus,
): Promise<Change | 'in line' | undefined> {
  const { charge } = seen;
  if (charge === undefined) return 'in line';
  if (lock === 'REFUNDED' && charge.status !== 'REFUNDED') {
    return { news: NEWS.charge, set: { charge: { ...charge, status: 'REFUNDED' } } };
  }
  if (lock !== 'PAID' || charge.status !== 'OPEN') return 'in line';
  const paid = { ...charge, status: 'PAID' } as const;
  switch (seen.status) {
    case 'PAYING':
      return activation(deps, seen, { charge: paid, instalmentsPaid: 1 }, SYSTEM);
    case 'RENEWAL_PAYING':
      if (seen.next === undefined) throw new Error('a renewal is paid and offers nothing');
      return renewal(deps, seen, { charge: paid, next: { ...seen.next, instalmentsPaid: 1 } });
    case 'SUSPENDED':
      return {
        to: 'ACTIVE',
        set: { charge: paid, instalmentsPaid: seen.instalmentsPaid + 1 },
        drop: ['graceUntil'],
      };
    case 'TERMINATING':
      return {
        news: NEWS.charge,
        drop: ['graceUntil'],
        set: {
          charge: paid,
          instalmentsPaid: seen.instalmentsPaid + 1,
          ...(seen.terminating === undefined ? {} : { terminating: { ...seen.terminating, back: 'ACTIVE' } }),
        },
      };
    default:
      return {
        news: NEWS.charge,
        set: { charge: paid, instalmentsPaid: seen.instalmentsPaid + 1 },
        drop: ['graceUntil'],
      };
  }
}
