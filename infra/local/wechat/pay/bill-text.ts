import { addFen, formatYuan } from '../../../../shared/kernel/fen.ts';
import { billTime } from './numbers.ts';
import type { Entry, Order, RefundRecord } from './records.ts';

/** The text of a bill, in yuan, line by line as WeChat writes it. */

/** Bills of a day are made at ten of the next, and never changed afterwards. */
export const READY_AT = '10:00';

export interface BillLine {
  readonly entry: Entry;
  readonly order: Order;
  readonly refund: RefundRecord | undefined;
}

const TRADE_TITLES =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注';
const TRADE_SUMS =
  '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';

export function tradeBillText(lines: readonly BillLine[], feeBasisPoints: number, madeAt: number): string {
  const rate = `${(feeBasisPoints / 100).toFixed(2)}%`;
  const rows = lines.map(({ entry, order, refund }) => {
    const paid = formatYuan(refund === undefined ? entry.amountFen : 0);
    const back = formatYuan(refund === undefined ? 0 : refund.refundFen);
    return row([
      billTime(entry.at),
      order.appid,
      order.mchid,
      order.subMchid ?? '0',
      '',
      order.transactionId ?? '',
      order.outTradeNo,
      order.openid,
      'JSAPI',
      refund === undefined ? 'SUCCESS' : 'REFUND',
      'CMB_CREDIT',
      'CNY',
      paid,
      '0.00',
      refund?.refundId ?? '0',
      refund?.outRefundNo ?? '0',
      back,
      '0.00',
      refund === undefined ? '' : 'ORIGINAL',
      refund === undefined ? '' : stateAt(refund, madeAt),
      order.description,
      order.attach ?? '',
      `${formatYuan(entry.feeFen)}000`,
      rate,
      paid,
      back,
      '',
    ]);
  });
  const sum = (of: (line: BillLine) => number) => addFen(...lines.map(of));
  const paid = formatYuan(sum(({ entry, refund }) => (refund === undefined ? entry.amountFen : 0)));
  const back = formatYuan(sum(({ refund }) => refund?.refundFen ?? 0));
  const fees = `${formatYuan(sum(({ entry }) => entry.feeFen))}000`;
  const sums = row([String(lines.length), paid, back, '0.00', fees, paid, back]);
  return file([TRADE_TITLES, ...rows, TRADE_SUMS, sums]);
}

const FLOW_TITLES =
  '记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号';
const FLOW_SUMS = '资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额';

const BUSINESS: Readonly<Record<Entry['kind'], string>> = {
  PAYMENT: '交易',
  REFUND: '退款',
  REFUND_RETURNED: '退款退回',
};

export function fundFlowText(lines: readonly BillLine[], openingFen: number): string {
  const flows = lines.flatMap(({ entry, order, refund }) => {
    const business = BUSINESS[entry.kind];
    const businessId = refund?.refundId ?? order.transactionId ?? '';
    const voucher = refund?.outRefundNo ?? order.outTradeNo;
    const flow = { at: entry.at, businessId, business, amountFen: entry.amountFen, voucher };
    const fee = { ...flow, business: '扣除交易手续费', amountFen: -entry.feeFen };
    return entry.feeFen === 0 ? [flow] : [flow, fee];
  });
  let balance = openingFen;
  const rows = flows.map(({ at, businessId, business, amountFen, voucher }, index) => {
    balance = addFen(balance, amountFen);
    return row([
      billTime(at),
      businessId,
      `${businessId}${String(index).padStart(6, '0')}`,
      business,
      business,
      amountFen > 0 ? '收入' : '支出',
      formatYuan(Math.abs(amountFen)),
      formatYuan(balance),
      'system',
      '',
      voucher,
    ]);
  });
  const incomes = flows.flatMap(({ amountFen }) => (amountFen > 0 ? [amountFen] : []));
  const expenses = flows.flatMap(({ amountFen }) => (amountFen > 0 ? [] : [-amountFen]));
  const count = (flowCount: number) => flowCount.toFixed(1);
  const sums = row([
    count(flows.length),
    count(incomes.length),
    formatYuan(addFen(...incomes)),
    count(expenses.length),
    formatYuan(addFen(...expenses)),
  ]);
  return file([FLOW_TITLES, ...rows, FLOW_SUMS, sums]);
}

function stateAt({ ends }: RefundRecord, instant: number): RefundRecord['state'] {
  return ends.findLast(({ at }) => at <= instant)?.state ?? 'PROCESSING';
}

/** Each value behind a backtick, so that Excel leaves long numbers alone. */
function row(values: readonly string[]): string {
  return `\`${values.map((value) => value.replace(/[\r\n`]/g, ' ')).join(',`')}`;
}

function file(lines: readonly string[]): string {
  return `\uFEFF${lines.map((line) => `${line}\r\n`).join('')}`;
}
