import * as z from 'zod/mini';
import { REFUND_DUE_EVENT, readChargeLock } from '../../shared/charges/charge-lock.ts';
import type { Subscription } from '../../shared/context.ts';
import { auditEntry } from '../../shared/privacy/audit.ts';
import type { PaymentDeps } from './payment-deps.ts';
import { giveBack } from './receive-payment.ts';
import { askRefund } from './request-refund.ts';
import { settlements } from './store.ts';

const refundDue = z.object({ owner: z.string(), chargeId: z.string() });
const ofSettlement = z.object({ settlementId: z.string(), patientId: z.string() });

/** The owner has called off what was paid for. The lock says which settlement paid it. */
const refundCalledOff: Subscription<PaymentDeps> = {
  event: REFUND_DUE_EVENT,
  handle: async (deps, event) => {
    const id = refundDue.parse(event.data);
    const lock = await readChargeLock(deps.table, id);
    if (lock?.status !== 'REFUND_DUE' || lock.settlementId === undefined) return;
    const request = { chargeId: id.chargeId, key: 'due', reason: '取消退款', by: 'system' };
    await askRefund(deps, lock.settlementId, request);
  },
};

/** Finishes what the request that took in a late payment may have left undone. */
const lateGivenBack: Subscription<PaymentDeps> = {
  event: 'payment.settlement-paid',
  handle: (deps, event) => giveBack(deps, ofSettlement.parse(event.data).settlementId),
};

const AUDITED = [
  'settlement-opened',
  'settlement-paid',
  'settlement-closed',
  'refund-requested',
  'refund-succeeded',
  'refund-failed',
] as const;

/** Every movement is written down for its patient, once: the entry's id is the event's. */
const auditMovements: readonly Subscription[] = AUDITED.map((what) => ({
  event: `payment.${what}`,
  handle: async ({ table }, { id, at, data, traceparent }) => {
    const { settlementId, patientId } = ofSettlement.parse(data);
    const settlement = await settlements.get(table, settlementId);
    const by = what === 'settlement-opened' ? (settlement?.openedBy ?? 'system') : 'system';
    const entry = auditEntry(id, {
      actor: { accountId: by, role: by === 'system' ? 'system' : 'account' },
      action: 'WRITE',
      patientId,
      subject: { kind: 'settlement', id: settlementId },
      purpose: `payment-${what}`,
      at,
      requestId: traceparent?.split('-')[1] ?? 'none',
    });
    await table.put(entry, { if: { $exists: false } });
  },
}));

export const subscriptions: readonly Subscription<PaymentDeps>[] = [
  refundCalledOff,
  lateGivenBack,
  ...auditMovements,
];
