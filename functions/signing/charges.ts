import type { Doer } from '../../shared/access/acting.ts';
import type { Charge } from '../../shared/charges/charge.ts';
import { demandRefund, readChargeLock, withdrawCharge } from '../../shared/charges/charge-lock.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { addDays, dayOf } from '../../shared/kernel/china-time.ts';
import { signingErrors } from './errors.ts';
import { policyNow } from './signing-moves.ts';
import type { Signing } from './store.ts';

/** Whose charges these are, as the charge lock names it. */
export const OWNER = 'signing';

/**
 * `<signing>-<round>-<instalment>`, so that the signing is found from its charge; of a renewal also which of its windows,
 * since one that was let go is void for good and the next is another charge. What has a `payBy` is not paid later.
 */
export function chargeFor(
  { signingId, institutionId }: Pick<Signing, 'signingId' | 'institutionId'>,
  {
    round,
    instalment,
    window,
    amountFen,
    payBy,
  }: {
    readonly round: number;
    readonly instalment: number;
    readonly window?: number;
    readonly amountFen: number;
    readonly payBy?: string;
  },
): Charge {
  return {
    chargeId: [signingId, round, instalment, window].filter((part) => part !== undefined).join('-'),
    category: 'SERVICE_PACKAGE',
    amountFen,
    payeeId: institutionId,
    status: 'OPEN',
    ...(payBy === undefined ? {} : { payBy }),
  };
}

export function signingOfCharge(chargeId: string): string {
  return chargeId.slice(0, chargeId.indexOf('-'));
}

export interface ChargeEnd {
  readonly set: { readonly charge?: Charge };
  readonly along: readonly TransactOperation[];
}

/**
 * What becomes of the charge of a signing that ends: an open one is void, and cannot be paid any more; a paid one is
 * owed back where it is for a term that will not begin, and by `refunds` while nothing was used and the contract is
 * young. While somebody is paying the whole end is refused.
 */
export function endCharge(
  deps: Pick<Deps, 'ids' | 'clock' | 'city'>,
  signing: Signing,
  { refunds }: { readonly refunds: boolean },
  { traceparent }: Doer,
): ChargeEnd {
  const { charge, patientId } = signing;
  if (charge?.status === 'OPEN') {
    return {
      set: { charge: { ...charge, status: 'VOID' } },
      along: [withdrawCharge({ owner: OWNER, patientId, ...charge })],
    };
  }
  if (charge?.status === 'PAID' && (isOfTermToCome(signing) || (refunds && isYoung(deps, signing)))) {
    return {
      set: { charge: { ...charge, status: 'REFUND_DUE' } },
      along: [demandRefund(deps, { owner: OWNER, chargeId: charge.chargeId }, traceparent)],
    };
  }
  return { set: {}, along: [] };
}

/** Paid for a renewal, and not for the running term where the next one costs nothing; or before there was any term. */
function isOfTermToCome({ term, next }: Signing): boolean {
  return term === undefined || (next?.instalmentsPaid ?? 0) > 0;
}

/**
 * In the first days of a term that was paid for, or its end was asked for in them: whoever has to sign it too cannot sit
 * them out.
 */
function isYoung(
  deps: Pick<Deps, 'clock' | 'city'>,
  { term, status, history, entitlements, instalmentsPaid }: Signing,
): boolean {
  const { coolingOffDays } = policyNow(deps).termination;
  const untouched = Object.values(entitlements).every(({ total, left }) => total === left);
  const askedAt = status === 'TERMINATING' ? history.at(-1)?.at : undefined;
  return (
    untouched &&
    instalmentsPaid > 0 &&
    term !== undefined &&
    dayOf(askedAt ?? deps.clock.now()) < addDays(term.from, coolingOffDays)
  );
}

/** Why a change that ends a charge was not written: @throws Refusal PAYMENT_UNDER_WAY where somebody pays it. */
export async function refuseWhilePaying({ table }: Pick<Deps, 'table'>, { charge }: Signing): Promise<void> {
  if (charge?.status !== 'OPEN') return;
  const lock = await readChargeLock(table, { owner: OWNER, chargeId: charge.chargeId });
  if (lock?.status === 'CLAIMED' || lock?.status === 'PAID') throw signingErrors.refusal('PAYMENT_UNDER_WAY');
}
