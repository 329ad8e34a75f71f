import * as z from 'zod/mini';
import type { Announcement } from './draft.ts';
import type { TemplateName } from './templates.ts';

const settled = z.object({ settlementId: z.string(), patientId: z.string(), totalFen: z.int() });
const refunded = z.object({ refundNo: z.string(), patientId: z.string(), amountFen: z.int() });

function refund(event: string, template: TemplateName): Announcement {
  return {
    event,
    tell: ({ data, at }) => {
      const { refundNo: subject, patientId, amountFen } = refunded.parse(data);
      return { template, patientId, subject, said: { amount: { fen: amountFen }, time: { at } } };
    },
  };
}

export const paymentAnnouncements: readonly Announcement[] = [
  {
    event: 'payment.settlement-paid',
    tell: ({ data, at }) => {
      const { settlementId: subject, patientId, totalFen } = settled.parse(data);
      const said = { amount: { fen: totalFen }, time: { at } };
      return { template: 'PAYMENT_RECEIVED', patientId, subject, said };
    },
  },
  refund('payment.refund-succeeded', 'PAYMENT_REFUNDED'),
  refund('payment.refund-failed', 'REFUND_FAILED'),
];
