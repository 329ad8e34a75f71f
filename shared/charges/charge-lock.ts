import { eventFor } from '../data/events.ts';
import type { Condition, DomainEvent, Item, Key, Table, TransactOperation } from '../data/table.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Charge } from './charge.ts';

/**
 * The charge lock: who may do what with a charge. One item a charge, written by its owner (the context that asks for
 * the money) and by payment, who never see each other. Whoever writes first wins: a charge that is being paid cannot be
 * withdrawn, one that is withdrawn cannot be paid, and none is paid twice. A charge without an item is OPEN.
 *
 * Payment tells the owner of each of its writes; the owner then reads the lock and brings its own item in line, so
 * events may come in any order and any number of times.
 */
export const CHARGE_LOCK_PREFIX = 'charge-lock#';

/** Whose charge it is: the owning context's name, and the charge's id there. */
export interface ChargeId {
  readonly owner: string;
  readonly chargeId: string;
}

export interface ChargeLock extends ChargeId {
  readonly patientId: string;
  readonly payeeId: string;
  readonly amountFen: number;
  readonly status: ChargeLockStatus;
  /** The settlement that pays it, or paid it. */
  readonly settlementId?: string;
}

/**
 * From where each state is reached. Owner: WITHDRAWN (nothing to pay any more), REFUND_DUE (paid, and called off).
 * Payment: CLAIMED (may be paid any moment), OPEN (cannot be paid under that settlement any more), PAID, REFUNDED.
 */
export const CHARGE_LOCK_MOVES = {
  OPEN: ['CLAIMED'],
  CLAIMED: ['OPEN'],
  PAID: ['OPEN', 'CLAIMED'],
  WITHDRAWN: ['OPEN'],
  REFUND_DUE: ['PAID'],
  REFUNDED: ['PAID', 'REFUND_DUE'],
} as const satisfies Record<string, readonly string[]>;

export type ChargeLockStatus = keyof typeof CHARGE_LOCK_MOVES;

/** What payment hears when money is owed back. */
export const REFUND_DUE_EVENT = 'charge.refund-due';

/** What the owner hears whenever payment has changed the lock of one of its charges. */
export function chargeChangedEvent(owner: string): string {
  return `${owner}.charge-changed`;
}

export function chargeLockKey({ owner, chargeId }: ChargeId): Key {
  return { pk: `${CHARGE_LOCK_PREFIX}${owner}#${chargeId}`, sk: 'lock' };
}

/** Undefined: nobody has touched it, it is OPEN. Consistent: it is read to decide. */
export async function readChargeLock(
  table: Pick<Table, 'get'>,
  id: ChargeId,
): Promise<ChargeLock | undefined> {
  return lockOf(await table.get(chargeLockKey(id), { consistent: true }));
}

/** The lock as its own type: nothing but this module writes it. */
export function lockOf(item: Item | undefined): ChargeLock | undefined {
  return item as ChargeLock | undefined;
}

interface Parts {
  readonly ids: Ids;
  readonly clock: Clock;
}

type Facts = ChargeId & { readonly patientId: string } & Pick<Charge, 'payeeId' | 'amountFen'>;

/** The owner's side: nothing is to be paid any more. To be written together with the end of what the charge is for. */
export function withdrawCharge(facts: Facts): TransactOperation {
  return changeLock(facts, 'WITHDRAWN', {});
}

/** The owner's side: what was paid is owed back, whole. Also together with the end of what the charge is for. */
export function demandRefund(
  parts: Parts,
  { owner, chargeId }: ChargeId,
  traceparent?: string,
): TransactOperation {
  const event = eventFor(parts, REFUND_DUE_EVENT, {
    data: { owner, chargeId },
    ...(traceparent === undefined ? {} : { traceparent }),
  });
  return changeLock({ owner, chargeId }, 'REFUND_DUE', { event });
}

/** Payment's side: from this write until it is opened or paid the owner lets nothing go. */
export function claimCharge(parts: Parts, facts: Facts, settlementId: string): TransactOperation {
  return changeLock(facts, 'CLAIMED', { settlementId, event: changed(parts, facts) });
}

/** Payment's side: the claim of this settlement is over; the charge can be paid anew, or withdrawn. */
export function openCharge(
  parts: Parts,
  id: ChargeId & { readonly patientId: string },
  settlementId: string,
): TransactOperation {
  return changeLock(id, 'OPEN', { onlyIf: { settlementId }, event: changed(parts, id) });
}

/** Payment's side: paid by this settlement, whether it had claimed it or finds it open. */
export function markChargePaid(parts: Parts, facts: Facts, settlementId: string): TransactOperation {
  return changeLock(facts, 'PAID', {
    settlementId,
    onlyIf: { $any: [{ status: { ne: 'CLAIMED' } }, { settlementId }] },
    event: changed(parts, facts),
  });
}

/** Payment's side: all of it is with the payer again. */
export function markChargeRefunded(
  parts: Parts,
  id: ChargeId & { readonly patientId: string },
  settlementId: string,
): TransactOperation {
  return changeLock(id, 'REFUNDED', { onlyIf: { settlementId }, event: changed(parts, id) });
}

function changed(parts: Parts, { owner, chargeId, patientId }: ChargeId & { patientId: string }) {
  return eventFor(parts, chargeChangedEvent(owner), { data: { chargeId, patientId } });
}

interface Change {
  readonly settlementId?: string;
  readonly onlyIf?: Condition;
  readonly event?: DomainEvent;
}

function changeLock(
  facts: ChargeId & Partial<Facts>,
  to: ChargeLockStatus,
  { settlementId, onlyIf, event }: Change,
): TransactOperation {
  const before: readonly ChargeLockStatus[] = CHARGE_LOCK_MOVES[to];
  const inState = { status: { in: before } };
  const standsRight = before.includes('OPEN') ? { $any: [{ $exists: false }, inState] } : inState;
  const { owner, chargeId, patientId, payeeId, amountFen } = facts;
  return {
    update: chargeLockKey(facts),
    changes: { set: { owner, chargeId, patientId, payeeId, amountFen, settlementId, status: to } },
    if: onlyIf === undefined ? standsRight : { $all: [standsRight, onlyIf] },
    ...(event === undefined ? {} : { event }),
  };
}
