import { describe, expect, it } from 'vitest';
import { MalformedBillError } from '../../shared/wechat/pay/bill-table.ts';
import { parseFundFlowBill } from '../../shared/wechat/pay/fund-flow-bill.ts';
import { parseTradeBill } from '../../shared/wechat/pay/trade-bill.ts';

const TITLES =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注';
const SUMS = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';
const PAID =
  '`2026-11-23 08:00:01,`wx1,`1900000109,`0,`,`4200000001,`A-0001,`o-marker,`JSAPI,`SUCCESS,`CMB_CREDIT,`CNY,`12.50,`0.00,`0,`0,`0.00,`0.00,`,`,`挂号费, 内科, "专家",`,`0.07500,`0.60%,`12.50,`0.00,`';
const REFUNDED =
  '`2026-11-23 23:59:59,`wx1,`1900000109,`1900000222,`,`4200000002,`A-0002,`o-marker,`JSAPI,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`5030000001,`R-1,`0.10,`0.00,`ORIGINAL,`PROCESSING,`检查费,`,`-0.00060,`0.60%,`0.00,`0.10,`';
const SUM = '`2,`12.50,`0.10,`0.00,`0.07440,`12.50,`0.10';

const bill = (...lines: string[]) => `${lines.join('\r\n')}\r\n`;

describe('a trade bill', () => {
  it('is read in fen and by the names of its columns', () => {
    expect(parseTradeBill(`\uFEFF${bill(TITLES, PAID, REFUNDED, SUMS, SUM)}`)).toEqual({
      entries: [
        {
          kind: 'PAYMENT',
          at: '2026-11-23T00:00:01.000Z',
          appid: 'wx1',
          mchid: '1900000109',
          subMchid: undefined,
          transactionId: '4200000001',
          outTradeNo: 'A-0001',
          orderFen: 1250,
          settledFen: 1250,
          refund: undefined,
          feeMilliFen: 7500,
        },
        {
          kind: 'REFUND',
          at: '2026-11-23T15:59:59.000Z',
          appid: 'wx1',
          mchid: '1900000109',
          subMchid: '1900000222',
          transactionId: '4200000002',
          outTradeNo: 'A-0002',
          orderFen: 0,
          settledFen: 0,
          refund: {
            refundId: '5030000001',
            outRefundNo: 'R-1',
            appliedFen: 10,
            refundFen: 10,
            state: 'PROCESSING',
          },
          feeMilliFen: -60,
        },
      ],
      tradeCount: 2,
      settledFen: 1250,
      refundFen: 10,
      feeMilliFen: 7440,
    });
  });

  it('is the same with its columns in another order and lines ended by a line feed alone', () => {
    const turned = (line: string, mark: string) =>
      `${mark}${line.slice(mark.length).split(`,${mark}`).reverse().join(`,${mark}`)}`;
    const other = [turned(TITLES, ''), turned(PAID, '`'), turned(REFUNDED, '`'), SUMS, SUM].join('\n');
    expect(parseTradeBill(other)).toEqual(parseTradeBill(bill(TITLES, PAID, REFUNDED, SUMS, SUM)));
  });

  it('repeats neither payer nor bank nor goods', () => {
    const read = JSON.stringify(parseTradeBill(bill(TITLES, PAID, REFUNDED, SUMS, SUM)));
    expect(read).not.toMatch(/marker|CMB|内科|检查/);
  });

  it.each([
    ['an entry is missing', [TITLES, PAID, SUMS, SUM], 4],
    [
      'an amount was changed',
      [TITLES, PAID.replace('`12.50,`0.00,`', '`12.51,`0.00,`'), REFUNDED, SUMS, SUM],
      5,
    ],
    ['a sum was changed', [TITLES, PAID, REFUNDED, SUMS, SUM.replace('0.07440', '0.07441')], 5],
    ['an amount has three decimals', [TITLES, PAID.replace('12.50', '12.500'), REFUNDED, SUMS, SUM], 2],
    ['an amount is no number', [TITLES, PAID, REFUNDED.replace('0.10', 'marker'), SUMS, SUM], 3],
    ['a fee has six decimals', [TITLES, PAID.replace('0.07500', '0.075000'), REFUNDED, SUMS, SUM], 2],
    ['a line is cut', [TITLES, PAID.slice(0, 40), REFUNDED, SUMS, SUM], 2],
    ['a line says more than the titles', [TITLES, `${PAID},\`x`, REFUNDED, SUMS, SUM], 2],
    ['a state is unknown', [TITLES, PAID.replace('SUCCESS', 'marker'), REFUNDED, SUMS, SUM], 2],
    ['a time is none', [TITLES, PAID.replace('2026-11-23', '2026-13-23'), REFUNDED, SUMS, SUM], 2],
    ['a column is missing', [TITLES.replace('订单金额', '其他'), PAID, REFUNDED, SUMS, SUM], 2],
    ['the summary is missing', [TITLES, PAID, REFUNDED], 2],
    ['it is empty', [''], 1],
    ['it is a message', ['{"code":"NO_STATEMENT_EXIST"}'], 1],
  ])('is refused when %s, naming the line and nothing in it', (_, lines, line) => {
    const read = () => parseTradeBill(bill(...lines));
    expect(read).toThrow(MalformedBillError);
    try {
      read();
    } catch (error) {
      expect(error).toMatchObject({ line });
      expect(String((error as Error).stack)).not.toContain('marker');
    }
  });
});

describe('a fund flow bill', () => {
  const titles =
    '记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号';
  const sums = '资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额';
  const paid = '`2026-11-23 08:00:01,`4200000001,`F1,`交易,`交易,`收入,`12.50,`112.50,`system,`,`A-0001';
  const refunded = '`2026-11-23 09:00:00,`5030000001,`F2,`退款,`退款,`支出,`0.02,`112.48,`system,`缺货,`R-1';
  const sum = '`2.0,`1.0,`12.50,`1.0,`0.02';

  it('is read in fen, expenses below zero', () => {
    const { entries, incomeFen, expenseFen } = parseFundFlowBill(bill(titles, paid, refunded, sums, sum));
    expect({ incomeFen, expenseFen }).toEqual({ incomeFen: 1250, expenseFen: 2 });
    expect(entries[1]).toEqual({
      at: '2026-11-23T01:00:00.000Z',
      businessId: '5030000001',
      flowId: 'F2',
      business: '退款',
      kind: '退款',
      amountFen: -2,
      balanceFen: 11248,
      voucher: 'R-1',
    });
  });

  it.each([
    ['an income is missing', [titles, refunded, sums, sum]],
    ['an expense is missing', [titles, paid, sums, sum]],
    ['a direction is unknown', [titles, paid.replace('收入', '其他'), refunded, sums, sum]],
  ])('is refused when %s', (_, lines) => {
    expect(() => parseFundFlowBill(bill(...lines))).toThrow(MalformedBillError);
  });
});
