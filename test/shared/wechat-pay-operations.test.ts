import { describe, expect, it } from 'vitest';
import type { Payee } from '../../shared/wechat/pay/merchant.ts';
import { InvalidPayRequestError } from '../../shared/wechat/pay/pay-errors.ts';
import { createWeChatPay } from '../../shared/wechat/pay/wechat-pay.ts';
import { scriptedWeChat } from './wechat-pay-server.ts';

const direct: Payee = { mode: 'direct', appid: 'wx1', mchid: '1900000109' };
const partner: Payee = {
  mode: 'partner',
  spAppid: 'wx1',
  spMchid: '1900000109',
  subMchid: '1900000222',
};
const withApp: Payee = { ...partner, subAppid: 'wx2' };

const order = {
  outTradeNo: 'A-0001',
  description: '挂号费',
  totalFen: 1250,
  payerOpenid: 'o-1',
  notifyUrl: 'https://example.org/pay',
  payBy: '2026-11-23T16:00:00.999Z',
};

const paid = {
  appid: 'wx1',
  mchid: '1900000109',
  out_trade_no: 'A-0001',
  transaction_id: '4200000001',
  trade_type: 'JSAPI',
  trade_state: 'SUCCESS',
  trade_state_desc: '支付成功',
  bank_type: 'CMB_CREDIT',
  success_time: '2026-11-23T08:00:01+08:00',
  payer: { openid: 'o-1' },
  amount: { total: 1250, payer_total: 1200, currency: 'CNY', payer_currency: 'CNY' },
};

const refund = {
  refund_id: '5030000001',
  out_refund_no: 'R-1',
  transaction_id: '4200000001',
  out_trade_no: 'A-0001',
  channel: 'ORIGINAL',
  user_received_account: '招商银行信用卡0403',
  create_time: '2026-11-23T08:00:01+08:00',
  status: 'PROCESSING',
  amount: { total: 1250, refund: 50, payer_total: 1250, payer_refund: 50, currency: 'CNY' },
};

const refusal = (code: string, status = 400) => ({ status, body: { code, message: '' } });

describe('an order', () => {
  it.each([
    [
      'a merchant',
      direct,
      '/v3/pay/transactions/jsapi',
      { appid: 'wx1', mchid: '1900000109' },
      { openid: 'o-1' },
    ],
    [
      'a provider',
      partner,
      '/v3/pay/partner/transactions/jsapi',
      { sp_appid: 'wx1', sp_mchid: '1900000109', sub_mchid: '1900000222' },
      { sp_openid: 'o-1' },
    ],
    [
      "a provider in its sub-merchant's app",
      withApp,
      '/v3/pay/partner/transactions/jsapi',
      { sp_appid: 'wx1', sp_mchid: '1900000109', sub_mchid: '1900000222', sub_appid: 'wx2' },
      { sub_openid: 'o-1' },
    ],
  ])('is placed by %s in WeChat words', async (_, payee, url, sides, payer) => {
    const { asked, connection } = await scriptedWeChat({ body: { prepay_id: 'wx26' } });
    await createWeChatPay(connection).prepay(payee, order);
    expect(asked[0]?.url).toBe(url);
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      ...sides,
      description: '挂号费',
      out_trade_no: 'A-0001',
      time_expire: '2026-11-24T00:00:00+08:00',
      notify_url: 'https://example.org/pay',
      amount: { total: 1250, currency: 'CNY' },
      payer,
    });
  });

  it.each([
    ['ORDERPAID', 'PAID'],
    ['ORDER_PAID', 'PAID'],
    ['ORDER_CLOSED', 'CLOSED'],
  ])('that WeChat refuses with %s is %s', async (code, status) => {
    const { connection } = await scriptedWeChat(refusal(code));
    expect(await createWeChatPay(connection).prepay(direct, order)).toEqual({ status });
  });

  it.each([
    ['outTradeNo', { outTradeNo: 'A 0001' }],
    ['outTradeNo', { outTradeNo: 'A-1' }],
    ['outTradeNo', { outTradeNo: 'A'.repeat(33) }],
    ['description', { description: '' }],
    ['description', { description: '号'.repeat(128) }],
    ['totalFen', { totalFen: 0 }],
    ['totalFen', { totalFen: 12.5 }],
    ['notifyUrl', { notifyUrl: 'https://example.org/pay?a=1' }],
    ['notifyUrl', { notifyUrl: 'ftp://example.org/' }],
    ['payBy', { payBy: '2026-11-24' }],
  ])('is not sent with a wrong %s (%j)', async (field, change) => {
    const { asked, connection } = await scriptedWeChat({ body: { prepay_id: 'wx26' } });
    const call = createWeChatPay(connection).prepay(direct, { ...order, ...change });
    await expect(call).rejects.toThrow(InvalidPayRequestError);
    await expect(call).rejects.toMatchObject({ field });
    expect(asked).toEqual([]);
  });

  it('is not signed for another merchant', async () => {
    const { asked, connection } = await scriptedWeChat({ body: { prepay_id: 'wx26' } });
    const other: Payee = { ...direct, mchid: '1900000999' };
    await expect(createWeChatPay(connection).prepay(other, order)).rejects.toMatchObject({ field: 'payee' });
    expect(asked).toEqual([]);
  });

  it('launches with the app id of whoever the payer is known to', async () => {
    const { connection } = await scriptedWeChat({});
    const wechat = createWeChatPay(connection);
    expect(wechat.launch(withApp, 'wx26').package).toBe('prepay_id=wx26');
    const nonces = { ...connection, nonce: () => 'n' };
    const sign = (payee: Payee | string) => createWeChatPay(nonces).launch(payee, 'wx26').paySign;
    expect(sign(withApp)).toBe(sign('wx2'));
    expect(sign(partner)).toBe(sign('wx1'));
    expect(sign(direct)).toBe(sign('wx1'));
    expect(sign(withApp)).not.toBe(sign(partner));
  });
});

describe('a question after an order', () => {
  it('tells who paid what and when, and nothing of the bank', async () => {
    const { asked, connection } = await scriptedWeChat({ body: paid });
    expect(await createWeChatPay(connection).queryOrder(direct, { transactionId: '4200000001' })).toEqual({
      appid: 'wx1',
      mchid: '1900000109',
      outTradeNo: 'A-0001',
      state: 'SUCCESS',
      transactionId: '4200000001',
      paidAt: '2026-11-23T00:00:01.000Z',
      payerOpenid: 'o-1',
      totalFen: 1250,
      payerTotalFen: 1200,
    });
    expect(asked[0]?.url).toBe('/v3/pay/transactions/id/4200000001?mchid=1900000109');
  });

  it("names both merchants of a provider's order", async () => {
    const { appid, mchid, ...rest } = paid;
    const sides = { sp_appid: appid, sp_mchid: mchid, sub_mchid: '1900000222' };
    const { asked, connection } = await scriptedWeChat({
      body: { ...rest, ...sides, payer: { sp_openid: 'o-1', sub_openid: 'o-2' } },
    });
    expect(await createWeChatPay(connection).queryOrder(withApp, { outTradeNo: 'A-0001' })).toMatchObject({
      subMchid: '1900000222',
      payerOpenid: 'o-2',
    });
    expect(asked[0]?.url).toBe(
      '/v3/pay/partner/transactions/out-trade-no/A-0001?sp_mchid=1900000109&sub_mchid=1900000222',
    );
  });

  it.each(['NOTPAY', 'USERPAYING', 'PAYERROR', 'CLOSED', 'REVOKED'])('knows the state %s', async (state) => {
    const { appid, mchid, out_trade_no } = paid;
    const body = { appid, mchid, out_trade_no, trade_state: state, amount: { total: 1250 } };
    const { connection } = await scriptedWeChat({ body });
    expect(await createWeChatPay(connection).queryOrder(direct, { outTradeNo: 'A-0001' })).toEqual({
      appid,
      mchid,
      outTradeNo: 'A-0001',
      state,
    });
  });

  it.each([
    ['another number', { out_trade_no: 'A-0002' }],
    ['another merchant', { mchid: '1900000999' }],
    ['another app', { appid: 'wx9' }],
    ['a state nobody knows', { trade_state: 'PAID' }],
    ['a payment without time', { success_time: undefined }],
    ['a payment without payer', { payer: {} }],
    ['a payment without transaction', { transaction_id: undefined }],
    ['a payment without amount', { amount: undefined }],
    ['broken fen', { amount: { ...paid.amount, total: 12.5 } }],
    ['a time without zone', { success_time: '2026-11-23T08:00:01' }],
  ])('refuses %s', async (_, change) => {
    const { connection } = await scriptedWeChat({ body: { ...paid, ...change } });
    const call = createWeChatPay(connection).queryOrder(direct, { outTradeNo: 'A-0001' });
    await expect(call).rejects.toMatchObject({ fault: 'MALFORMED' });
  });

  it.each(['ORDER_NOT_EXIST', 'ORDERNOTEXIST'])('finds nothing by %s', async (code) => {
    const { connection } = await scriptedWeChat(refusal(code, 404));
    const found = createWeChatPay(connection).queryOrder(direct, { outTradeNo: 'A-0001' });
    expect(await found).toBeUndefined();
  });
});

describe('closing', () => {
  it.each([
    ['204', { status: 204 }, 'UNPAYABLE'],
    ['closed before', refusal('ORDER_CLOSED'), 'UNPAYABLE'],
    ['paid', refusal('ORDERPAID'), 'PAID'],
    ['202, the payer at it', refusal('USERPAYING', 202), 'PAYING'],
    ['202 in the new spelling', refusal('USER_PAYING', 202), 'PAYING'],
    ['no such order', refusal('ORDER_NOT_EXIST', 404), 'UNKNOWN'],
  ])('on %s answers what is now so', async (_, answer, outcome) => {
    const { asked, connection } = await scriptedWeChat(answer);
    expect(await createWeChatPay(connection).closeOrder(direct, 'A-0001')).toBe(outcome);
    expect(asked[0]).toMatchObject({
      method: 'POST',
      url: '/v3/pay/transactions/out-trade-no/A-0001/close',
      body: '{"mchid":"1900000109"}',
    });
  });

  it('takes an unknown success for none', async () => {
    const { connection } = await scriptedWeChat({ status: 202, body: { message: 'ok' } });
    const call = createWeChatPay(connection).closeOrder(direct, 'A-0001');
    await expect(call).rejects.toMatchObject({ fault: 'REFUSED', status: 202 });
  });

  it("names both merchants of a provider's order", async () => {
    const { asked, connection } = await scriptedWeChat({ status: 204 });
    await createWeChatPay(connection).closeOrder(partner, 'A-0001');
    expect(asked[0]).toMatchObject({
      url: '/v3/pay/partner/transactions/out-trade-no/A-0001/close',
      body: '{"sp_mchid":"1900000109","sub_mchid":"1900000222"}',
    });
  });
});

describe('a refund', () => {
  const asking = { outTradeNo: 'A-0001', outRefundNo: 'R-1', refundFen: 50, totalFen: 1250 };

  it('is asked for with its own number and both amounts', async () => {
    const { asked, connection } = await scriptedWeChat({ body: refund });
    const notifyUrl = 'https://example.org/refund';
    const given = { ...asking, reason: '停诊', notifyUrl };
    expect(await createWeChatPay(connection).refund(direct, given)).toEqual({
      refundId: '5030000001',
      outRefundNo: 'R-1',
      transactionId: '4200000001',
      outTradeNo: 'A-0001',
      state: 'PROCESSING',
      acceptedAt: '2026-11-23T00:00:01.000Z',
      refundedAt: undefined,
      totalFen: 1250,
      refundFen: 50,
      payerRefundFen: 50,
    });
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      out_trade_no: 'A-0001',
      out_refund_no: 'R-1',
      reason: '停诊',
      notify_url: notifyUrl,
      amount: { refund: 50, total: 1250, currency: 'CNY' },
    });
  });

  it.each([
    ['another refund number', { out_refund_no: 'R-2' }],
    ['another order', { out_trade_no: 'A-0002' }],
    ['another amount', { amount: { ...refund.amount, refund: 51 } }],
    ['a state nobody knows', { status: 'DONE' }],
  ])('is not believed with %s', async (_, change) => {
    const { connection } = await scriptedWeChat({ body: { ...refund, ...change } });
    const call = createWeChatPay(connection).refund(direct, asking);
    await expect(call).rejects.toMatchObject({ fault: 'MALFORMED', outcomeUnknown: true });
  });

  it("of a sub-merchant's order names it, in the question too", async () => {
    const { asked, connection } = await scriptedWeChat({ body: refund });
    const wechat = createWeChatPay(connection);
    await wechat.refund(partner, asking);
    await wechat.queryRefund(partner, 'R-1');
    expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject({ sub_mchid: '1900000222' });
    expect(asked[1]?.url).toBe('/v3/refund/domestic/refunds/R-1?sub_mchid=1900000222');
  });

  it('that nobody asked for is not found', async () => {
    const { connection } = await scriptedWeChat(refusal('RESOURCE_NOT_EXISTS', 404));
    expect(await createWeChatPay(connection).queryRefund(direct, 'R@1')).toBeUndefined();
  });

  it.each([{ refundFen: 0 }, { outRefundNo: 'R 1' }, { reason: '因'.repeat(27) }])(
    'is not sent with %j',
    async (change) => {
      const { asked, connection } = await scriptedWeChat({ body: refund });
      const call = createWeChatPay(connection).refund(direct, { ...asking, ...change });
      await expect(call).rejects.toThrow(InvalidPayRequestError);
      expect(asked).toEqual([]);
    },
  );
});

describe('a combined order', () => {
  const subOrders = [
    { mchid: '1900000109', outTradeNo: 'S-0001', attach: 'a', description: '挂号费', totalFen: 1250 },
    { mchid: '1900000333', outTradeNo: 'S-0002', attach: 'b', description: '检查费', totalFen: 9900 },
  ];
  const combined = {
    appid: 'wx1',
    mchid: '1900000109',
    combineOutTradeNo: 'C-0001',
    payerOpenid: 'o-1',
    notifyUrl: 'https://example.org/pay',
    subOrders,
  };
  const wire = {
    combine_appid: 'wx1',
    combine_mchid: '1900000109',
    combine_out_trade_no: 'C-0001',
    combine_payer_info: { openid: 'o-1' },
    sub_orders: subOrders.map(({ mchid, outTradeNo, totalFen }, index) => ({
      mchid,
      out_trade_no: outTradeNo,
      trade_state: 'SUCCESS',
      transaction_id: `420000000${index}`,
      success_time: '2026-11-23T08:00:01+08:00',
      bank_type: 'CMB_CREDIT',
      amount: { total_amount: totalFen, payer_amount: totalFen, currency: 'CNY' },
    })),
  };

  it('is placed over all payees at once', async () => {
    const { asked, connection } = await scriptedWeChat({ body: { prepay_id: 'wx27' } });
    expect(await createWeChatPay(connection).prepayCombined(combined)).toMatchObject({ prepayId: 'wx27' });
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      combine_appid: 'wx1',
      combine_mchid: '1900000109',
      combine_out_trade_no: 'C-0001',
      combine_payer_info: { openid: 'o-1' },
      sub_orders: [
        {
          mchid: '1900000109',
          out_trade_no: 'S-0001',
          attach: 'a',
          amount: { total_amount: 1250, currency: 'CNY' },
          description: '挂号费',
        },
        {
          mchid: '1900000333',
          out_trade_no: 'S-0002',
          attach: 'b',
          amount: { total_amount: 9900, currency: 'CNY' },
          description: '检查费',
        },
      ],
      notify_url: 'https://example.org/pay',
    });
  });

  it('is paid as a whole', async () => {
    const { connection } = await scriptedWeChat({ body: wire });
    const trade = await createWeChatPay(connection).queryCombined('C-0001');
    expect(trade).toMatchObject({
      isPaid: true,
      payerOpenid: 'o-1',
      subOrders: [
        { outTradeNo: 'S-0001', totalFen: 1250 },
        { outTradeNo: 'S-0002', totalFen: 9900 },
      ],
    });
    expect(JSON.stringify(trade)).not.toContain('CMB');
  });

  it('is unpaid as a whole', async () => {
    const { combine_payer_info: _, ...rest } = wire;
    const sub_orders = subOrders.map(({ mchid, outTradeNo }) => ({
      mchid,
      out_trade_no: outTradeNo,
      trade_state: 'NOTPAY',
    }));
    const { connection } = await scriptedWeChat({ body: { ...rest, sub_orders } });
    expect(await createWeChatPay(connection).queryCombined('C-0001')).toMatchObject({
      isPaid: false,
      subOrders: [{ state: 'NOTPAY' }, { state: 'NOTPAY' }],
    });
  });

  it('that is paid in part is not believed', async () => {
    const [one, two] = wire.sub_orders;
    const sub_orders = [one, { ...two, trade_state: 'NOTPAY' }];
    const { connection } = await scriptedWeChat({ body: { ...wire, sub_orders } });
    const call = createWeChatPay(connection).queryCombined('C-0001');
    await expect(call).rejects.toMatchObject({ fault: 'MALFORMED' });
  });

  it('is closed with all its parts', async () => {
    const { asked, connection } = await scriptedWeChat({ status: 204 });
    expect(await createWeChatPay(connection).closeCombined(combined)).toBe('UNPAYABLE');
    expect(asked[0]?.url).toBe('/v3/combine-transactions/out-trade-no/C-0001/close');
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      combine_appid: 'wx1',
      sub_orders: [
        { mchid: '1900000109', out_trade_no: 'S-0001' },
        { mchid: '1900000333', out_trade_no: 'S-0002' },
      ],
    });
  });

  it('has at least two parts and one signer', async () => {
    const { asked, connection } = await scriptedWeChat({ body: { prepay_id: 'wx27' } });
    const wechat = createWeChatPay(connection);
    const alone = { ...combined, subOrders: subOrders.slice(0, 1) };
    await expect(wechat.prepayCombined(alone)).rejects.toMatchObject({ field: 'subOrders' });
    const foreign = { ...combined, mchid: '1900000333' };
    await expect(wechat.prepayCombined(foreign)).rejects.toMatchObject({ field: 'mchid' });
    expect(asked).toEqual([]);
  });
});
