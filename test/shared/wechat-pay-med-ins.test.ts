import { privateDecrypt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { NewMedInsOrder } from '../../shared/wechat/pay/med-ins-request.ts';
import type { Payee } from '../../shared/wechat/pay/merchant.ts';
import { createWeChatPay } from '../../shared/wechat/pay/wechat-pay.ts';
import { vectors } from './wechat-pay-keys.ts';
import { scriptedWeChat } from './wechat-pay-server.ts';

const direct: Payee = { mode: 'direct', appid: 'wx1', mchid: '1900000109' };
const partner: Payee = { mode: 'partner', spAppid: 'wx1', spMchid: '1900000109', subMchid: '1900000222' };

const order: NewMedInsOrder = {
  orderType: 'REG_PAY',
  payerOpenid: 'o-1',
  payer: { name: '张三', residentId: '11010519491231002x' },
  outTradeNo: 'A-0001',
  serialNo: 'S1',
  institution: { name: '郏县人民医院', code: 'H41042500001', wechatCityId: '410425' },
  preSettlement: {
    payOrderId: 'ORD1',
    payAuthNo: 'AUTH1',
    geoLocation: '113.21,33.97',
    createdAt: '2026-11-22T23:59:00.000Z',
  },
  amounts: {
    type: 'CASH_AND_INSURANCE',
    totalFen: 202_000,
    pooledFundFen: 100_000,
    personalAccountFen: 45_000,
    otherInsuranceFen: 5_000,
    insuranceCashFen: 50_000,
    wechatPayCashFen: 42_000,
    added: [{ fen: 2_000, type: 'FREIGHT' }],
    reduced: [{ fen: 10_000, type: 'DEFAULT_REDUCE_TYPE' }],
  },
  notifyUrl: 'https://example.org/med-ins',
  prepayId: 'wx26',
  isTest: false,
};

const answer = {
  mix_trade_no: 'M1',
  mix_pay_status: 'MIX_PAY_CREATED',
  self_pay_status: 'SELF_PAY_CREATED',
  med_ins_pay_status: 'MED_INS_PAY_CREATED',
  mix_pay_type: 'CASH_AND_INSURANCE',
  order_type: 'REG_PAY',
  appid: 'wx1',
  out_trade_no: 'A-0001',
  serial_no: 'S1',
  total_fee: 202_000,
  med_ins_gov_fee: 100_000,
  med_ins_self_fee: 45_000,
  med_ins_other_fee: 5_000,
  med_ins_cash_fee: 50_000,
  wechat_pay_cash_fee: 42_000,
  cash_add_detail: [{ cash_add_fee: 2_000, cash_add_type: 'FREIGHT' }],
  cash_reduce_detail: [{ cash_reduce_fee: 10_000, cash_reduce_type: 'DEFAULT_REDUCE_TYPE' }],
};

function opened(sealedText: string): string {
  const { privateKeyPem } = vectors.testOnlyKeys.platformPublicKey;
  const key = { key: privateKeyPem, oaepHash: 'sha1' };
  return privateDecrypt(key, Buffer.from(sealedText, 'base64')).toString('utf8');
}

describe('an insurance order', () => {
  it('goes out with names and digests sealed, under the key it names', async () => {
    const { asked, connection } = await scriptedWeChat({ body: answer });
    expect(await createWeChatPay(connection).placeMedInsOrder(direct, order)).toMatchObject({
      mixTradeNo: 'M1',
      amounts: { totalFen: 202_000, addedFen: [2_000], reducedFen: [10_000] },
    });
    const [request] = asked;
    const { payer, ...body } = JSON.parse(request?.body ?? '');
    expect(request?.headers['wechatpay-serial']).toBe(vectors.testOnlyKeys.platformPublicKey.publicKeyId);
    expect(request?.body).not.toMatch(/张三|11010519491231002/);
    expect([opened(payer.name), payer.card_type]).toEqual(['张三', 'ID_CARD']);
    expect(opened(payer.id_digest)).toMatch(/^[0-9a-f]{32}$/);
    expect(body).toEqual({
      mix_pay_type: 'CASH_AND_INSURANCE',
      order_type: 'REG_PAY',
      appid: 'wx1',
      openid: 'o-1',
      pay_for_relatives: false,
      out_trade_no: 'A-0001',
      serial_no: 'S1',
      pay_order_id: 'ORD1',
      pay_auth_no: 'AUTH1',
      geo_location: '113.21,33.97',
      med_ins_order_create_time: '2026-11-23T07:59:00+08:00',
      city_id: '410425',
      med_inst_name: '郏县人民医院',
      med_inst_no: 'H41042500001',
      total_fee: 202_000,
      med_ins_gov_fee: 100_000,
      med_ins_self_fee: 45_000,
      med_ins_other_fee: 5_000,
      med_ins_cash_fee: 50_000,
      wechat_pay_cash_fee: 42_000,
      cash_add_detail: [{ cash_add_fee: 2_000, cash_add_type: 'FREIGHT' }],
      cash_reduce_detail: [{ cash_reduce_fee: 10_000, cash_reduce_type: 'DEFAULT_REDUCE_TYPE' }],
      callback_url: 'https://example.org/med-ins',
      prepay_id: 'wx26',
      med_ins_test_env: false,
    });
  });

  it("of a provider names the institution's merchant, and the relative whose visit it is", async () => {
    const { asked, connection } = await scriptedWeChat({ body: answer });
    const relative = { name: '张小', residentId: '110105491231002' };
    await createWeChatPay(connection).placeMedInsOrder(partner, { ...order, relative });
    const body = JSON.parse(asked[0]?.body ?? '');
    expect(body).toMatchObject({ appid: 'wx1', sub_mchid: '1900000222', pay_for_relatives: true });
    expect(opened(body.relative.name)).toBe('张小');
    expect(opened(body.relative.id_digest)).toBe(opened(body.payer.id_digest));
  });

  it('is never repeated by itself, since WeChat does not promise that twice is once', async () => {
    const { asked, connection } = await scriptedWeChat('drop', { body: answer });
    const call = createWeChatPay(connection).placeMedInsOrder(direct, order);
    await expect(call).rejects.toMatchObject({ fault: 'UNAVAILABLE', outcomeUnknown: true });
    expect(asked).toHaveLength(1);
  });

  const { preSettlement: _settled, ...unsettled } = order;
  const { prepayId: _prepaid, ...unpaid } = order;
  it.each<[string, string, NewMedInsOrder]>([
    ['amounts that break an equation', 'amounts.TOTAL_BY_PAYERS', withAmounts({ totalFen: 202_001 })],
    ['no pre-settlement though insured', 'preSettlement', unsettled],
    ['no prepay id though cash is due', 'prepayId', unpaid],
    ['a pre-settlement though cash only', 'preSettlement', withAmounts(cashOnly())],
    ['a prepay id though no cash is due', 'prepayId', withAmounts(insuranceOnly())],
    [
      'a number that is no identity',
      'payer.residentId',
      { ...order, payer: { name: '张', residentId: '1' } },
    ],
  ])('is not sent with %s', async (_, field, given) => {
    const { asked, connection } = await scriptedWeChat({ body: answer });
    const call = createWeChatPay(connection).placeMedInsOrder(direct, given);
    await expect(call).rejects.toMatchObject({ name: 'InvalidPayRequestError', field });
    expect(asked).toEqual([]);
  });

  it('is asked for by either number', async () => {
    const { asked, connection } = await scriptedWeChat({ body: answer });
    const wechat = createWeChatPay(connection);
    expect(await wechat.queryMedInsOrder(direct, { mixTradeNo: 'M1' })).toMatchObject({
      outTradeNo: 'A-0001',
    });
    await wechat.queryMedInsOrder(partner, { outTradeNo: 'A-0001' });
    expect(asked.map(({ url }) => url)).toEqual([
      '/v3/med-ins/orders/mix-trade-no/M1',
      '/v3/med-ins/orders/out-trade-no/A-0001?sub_mchid=1900000222',
    ]);
  });

  it('with a state nobody knows is not believed', async () => {
    const { connection } = await scriptedWeChat({
      body: { ...answer, mix_pay_status: 'UNKNOWN_MIX_PAY_STATUS' },
    });
    const call = createWeChatPay(connection).queryMedInsOrder(direct, { mixTradeNo: 'M1' });
    await expect(call).rejects.toMatchObject({ fault: 'MALFORMED' });
  });
});

describe('a refund by the insurance', () => {
  it('is told to WeChat, by us', async () => {
    const { asked, connection } = await scriptedWeChat({ status: 204 });
    await createWeChatPay(connection).notifyMedInsRefund(partner, {
      mixTradeNo: 'M1',
      outRefundNo: 'R-1',
      pooledFundFen: 100,
      personalAccountFen: 20,
      otherInsuranceFen: 3,
      refundedAt: '2026-11-23T00:00:00.000Z',
    });
    expect(asked[0]?.url).toBe('/v3/med-ins/refunds/notify?mix_trade_no=M1');
    expect(asked[0]?.isSigned).toBe(true);
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      sub_mchid: '1900000222',
      med_refund_total_fee: 123,
      med_refund_gov_fee: 100,
      med_refund_self_fee: 20,
      med_refund_other_fee: 3,
      refund_time: '2026-11-23T08:00:00+08:00',
      out_refund_no: 'R-1',
    });
  });
});

function withAmounts(change: Partial<NewMedInsOrder['amounts']>): NewMedInsOrder {
  return { ...order, amounts: { ...order.amounts, ...change } };
}

function cashOnly(): NewMedInsOrder['amounts'] {
  return {
    type: 'CASH_ONLY',
    totalFen: 100,
    pooledFundFen: 0,
    personalAccountFen: 0,
    otherInsuranceFen: 0,
    insuranceCashFen: 0,
    wechatPayCashFen: 100,
    added: [{ fen: 100, type: 'OTHER_MEDICAL_EXPENSES' }],
    reduced: [],
  };
}

function insuranceOnly(): NewMedInsOrder['amounts'] {
  return {
    ...cashOnly(),
    type: 'INSURANCE_ONLY',
    pooledFundFen: 100,
    wechatPayCashFen: 0,
    added: [],
  };
}
