import type { PayAnswer } from './answers.ts';
import type { BillDesk } from './bills.ts';
import { closeCombined, placeCombined, showCombined } from './combined.ts';
import type { Desk } from './desk.ts';
import type { PayMerchant } from './merchants.ts';
import { closeOrder, findOrder, placeOrder, showOrder } from './orders.ts';
import { refund, showRefund } from './refunds.ts';

export interface Call {
  readonly merchant: PayMerchant;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined where there was none. */
  readonly body: unknown;
  /** The path's one variable part, decoded. */
  readonly number: string;
}

export interface Outcome {
  readonly answer: PayAnswer;
  /** Notifications to send before it is answered. */
  readonly early: readonly string[];
}

export interface Endpoint {
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  readonly handle: (call: Call) => Outcome;
}

/** Every call that the stand-in takes, but for the bill's file, which goes out unsigned. */
export function endpointsOf(desk: Desk, bills: BillDesk): readonly Endpoint[] {
  return [
    ...orderEndpoints(desk, '/v3/pay/transactions', 'direct'),
    ...orderEndpoints(desk, '/v3/pay/partner/transactions', 'partner'),
    endpoint('POST', '/v3/combine-transactions/jsapi', ({ merchant, body }) =>
      placeCombined(desk, merchant, body),
    ),
    endpoint('GET', '/v3/combine-transactions/out-trade-no/{}', ({ merchant, number }) =>
      showCombined(desk, merchant, number),
    ),
    endpoint('POST', '/v3/combine-transactions/out-trade-no/{}/close', ({ merchant, number, body }) =>
      closeCombined(desk, merchant, number, body),
    ),
    {
      method: 'POST',
      path: pattern('/v3/refund/domestic/refunds'),
      handle: ({ merchant, body }) => refund(desk, merchant, body),
    },
    endpoint('GET', '/v3/refund/domestic/refunds/{}', ({ merchant, number, query }) =>
      showRefund(desk, merchant, number, query),
    ),
    endpoint('GET', '/v3/bill/tradebill', ({ merchant, query }) => bills.tradeBill(merchant, query)),
    endpoint('GET', '/v3/bill/fundflowbill', ({ merchant, query }) => bills.fundFlowBill(merchant, query)),
  ];
}

function orderEndpoints(desk: Desk, base: string, mode: 'direct' | 'partner'): readonly Endpoint[] {
  return [
    endpoint('POST', `${base}/jsapi`, ({ merchant, body }) => placeOrder(desk, merchant, body, mode)),
    endpoint('GET', `${base}/out-trade-no/{}`, ({ merchant, number, query }) =>
      showOrder(desk, findOrder(desk, merchant, { outTradeNo: number }, query, mode)),
    ),
    endpoint('GET', `${base}/id/{}`, ({ merchant, number, query }) =>
      showOrder(desk, findOrder(desk, merchant, { transactionId: number }, query, mode)),
    ),
    endpoint('POST', `${base}/out-trade-no/{}/close`, ({ merchant, number, body }) =>
      closeOrder(desk, merchant, number, body, mode),
    ),
  ];
}

function endpoint(method: Endpoint['method'], path: string, handle: (call: Call) => PayAnswer): Endpoint {
  return { method, path: pattern(path), handle: (call) => ({ answer: handle(call), early: [] }) };
}

function pattern(path: string): RegExp {
  return new RegExp(`^${path.replace('{}', '([^/]+)')}$`);
}
