import type { Deps } from '../../shared/deps.ts';
import type { SettlementView } from './contracts.ts';
import { type Refund, refunds, type Settlement } from './store.ts';
import type { RefundStatus } from './transitions.ts';

const REFUND_TEXT: Readonly<Record<RefundStatus, string>> = {
  REQUESTED: '退款已受理',
  PROCESSING: '退款处理中，一般一至三个工作日到账',
  SUCCESS: '退款已到账',
  ABNORMAL: '退款账户异常，工作人员正在处理',
  CLOSED: '退款未成功，工作人员正在处理',
  REPLACED: '已重新发起退款',
};

/** A settlement with its refunds, as its payer sees it. */
export async function viewOf(
  { table }: Pick<Deps, 'table'>,
  settlement: Settlement,
): Promise<SettlementView> {
  const { pk, sk } = refunds.key({ settlementId: settlement.settlementId, refundNo: '' });
  const hasRefunds = settlement.lines.some(({ refundAskedFen }) => refundAskedFen > 0);
  const asked = hasRefunds
    ? (await refunds.query(table, { pk, sk: { beginsWith: sk }, consistent: true })).items
    : [];
  const { lines, orders } = settlement;
  return {
    ...settlement,
    lines: lines.map((line) => {
      const { transactionId } = orders.find(({ outTradeNo }) => outTradeNo === line.outTradeNo) ?? {};
      return { ...line, ...(transactionId === undefined ? {} : { transactionId }) };
    }),
    refunds: asked.map(refundViewOf),
  };
}

export function refundViewOf(refund: Refund): SettlementView['refunds'][number] {
  return { ...refund, statusText: REFUND_TEXT[refund.status] };
}
