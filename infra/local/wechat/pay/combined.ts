import { type PayAnswer, Refused } from './answers.ts';
import { type Desk, merchantOf, recordId } from './desk.ts';
import type { PayMerchant } from './merchants.ts';
import { fingerprint } from './numbers.ts';
import { combinedTradeOf } from './order-views.ts';
import { again, assertClosable, prepaid } from './orders.ts';
import { asOf, payableWindow } from './payable.ts';
import type { CombinedOrder, Order } from './records.ts';
import { combinedClose, combinedOrder, parsed } from './requests.ts';

/** 合单支付: placed, shown and closed only as a whole. */

export function placeCombined(desk: Desk, merchant: PayMerchant, body: unknown): PayAnswer {
  const given = parsed(combinedOrder, body);
  if (given.combine_mchid !== merchant.mchid) throw new Refused('SIGN_ERROR');
  const appid = given.combine_appid;
  if (!merchant.appIds.includes(appid)) throw new Refused('APPID_MCHID_NOT_MATCH');
  const id = recordId(merchant.mchid, given.combine_out_trade_no);
  const now = desk.clock.now();
  const asked = { fingerprint: fingerprint(given) };
  const known = desk.books.get('combined', id);
  if (known !== undefined) {
    again(asOf(known, now), asked, now);
    return prepaid(desk, {}, 'combined', id);
  }
  const common = {
    appid,
    openid: given.combine_payer_info.openid,
    notifyUrl: given.notify_url,
    createdAt: now,
    ...payableWindow(now, given.time_expire),
    ...asked,
    state: 'NOTPAY' as const,
  };
  const orders = given.sub_orders.map((sub): readonly [string, Order] => {
    if (!merchantOf(desk, sub.mchid).appIds.includes(appid)) throw new Refused('APPID_MCHID_NOT_MATCH');
    const subId = recordId(sub.mchid, sub.out_trade_no);
    if (desk.books.get('order', subId) !== undefined) throw new Refused('OUT_TRADE_NO_USED');
    const order: Order = {
      ...common,
      mode: 'combined',
      mchid: sub.mchid,
      ...(sub.sub_mchid === undefined ? {} : { subMchid: sub.sub_mchid }),
      outTradeNo: sub.out_trade_no,
      description: sub.description,
      attach: sub.attach,
      totalFen: sub.amount.total_amount,
      refundedFen: 0,
      refunds: 0,
      combined: id,
    };
    return [subId, order];
  });
  const subOrders = orders.map(([subId]) => subId);
  if (new Set(subOrders).size < subOrders.length) throw new Refused('OUT_TRADE_NO_USED');
  const { mchid } = merchant;
  const combined = { ...common, mchid, outTradeNo: given.combine_out_trade_no, subOrders };
  return prepaid(desk, { combined: new Map([[id, combined]]), order: new Map(orders) }, 'combined', id);
}

export function showCombined(desk: Desk, merchant: PayMerchant, number: string): PayAnswer {
  const { combined } = found(desk, merchant, number);
  return { status: 200, body: combinedTradeOf(combined, subOrdersOf(desk, combined)) };
}

export function closeCombined(desk: Desk, merchant: PayMerchant, number: string, body: unknown): PayAnswer {
  const given = parsed(combinedClose, body);
  const { id, combined } = found(desk, merchant, number);
  const orders = subOrdersOf(desk, combined);
  const named = given.sub_orders.map((sub) => [sub.mchid, sub.sub_mchid, sub.out_trade_no].join());
  const placed = orders.map((order) => [order.mchid, order.subMchid, order.outTradeNo].join());
  const isSame = named.toSorted().join(' ') === placed.toSorted().join(' ');
  if (given.combine_appid !== combined.appid || !isSame) throw new Refused('SUB_ORDERS');
  assertClosable(combined.state);
  desk.books.write(withState(combined, id, orders, 'CLOSED'));
  return { status: 204 };
}

export function subOrdersOf({ books }: Pick<Desk, 'books'>, { subOrders }: CombinedOrder): readonly Order[] {
  return subOrders.flatMap((id) => books.get('order', id) ?? []);
}

/** The whole and its parts in one state. */
export function withState(
  combined: CombinedOrder,
  id: string,
  orders: readonly Order[],
  state: CombinedOrder['state'],
) {
  return {
    combined: new Map([[id, { ...combined, state }]]),
    order: new Map(orders.map((order) => [recordId(order.mchid, order.outTradeNo), { ...order, state }])),
  };
}

function found(desk: Desk, merchant: PayMerchant, number: string) {
  const id = recordId(merchant.mchid, number);
  const known = desk.books.get('combined', id);
  if (known === undefined) throw new Refused('ORDER_NOT_EXIST');
  return { id, combined: asOf(known, desk.clock.now()) };
}
