import * as z from 'zod/mini';
import { REFUND_DUE_EVENT, readChargeLock } from '../../shared/charges/charge-lock.ts';
import type { Subscription } from '../../shared/context.ts';
import { auditEvent } from '../../shared/privacy/audit-event.ts';
import { settlementPaid } from './contracts.ts';
import type { PaymentDeps } from './payment-deps.ts';
import { giveBack } from './receive-payment.ts';
import { askRefund } from './request-refund.ts';

const refundDue = z.object({ owner: z.string(), chargeId: z.string() });
/** `by`: left out where WeChat or time did it. */
const ofSettlement = z.object({
  settlementId: z.string(),
  patientId: z.string(),
  by: z.optional(z.string()),
});

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
  handle: async (deps, event) => {
    const { settlementId, late } = settlementPaid.parse(event.data);
    if (late === 'GIVEN_BACK') await giveBack(deps, settlementId);
  },
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
  handle: ({ table }, event) => {
    const { settlementId, patientId, by = 'system' } = ofSettlement.parse(event.data);
    const subject = { kind: 'settlement', id: settlementId };
    return auditEvent(table, event, { by, patientId, subject, purpose: `payment-${what}` });
  },
}));

export const subscriptions: readonly Subscription<PaymentDeps>[] = [
  refundCalledOff,
  lateGivenBack,
  ...auditMovements,
];
