import { describe, expect, it } from 'vitest';
import { readMerchant } from '../../shared/wechat/pay/merchant.ts';
import {
  type NotificationOutcome,
  notificationAnswer,
  readNotification,
} from '../../shared/wechat/pay/notifications.ts';
import type { Signed } from '../../shared/wechat/pay/verification.ts';
import {
  byCertificate,
  merchant,
  NOW_MS,
  platformKeys,
  type SignedParts,
  sealed,
  signedBy,
  vectors,
} from './wechat-pay-keys.ts';

const paid = {
  appid: 'wx1',
  mchid: '1900000109',
  out_trade_no: 'A-0001',
  transaction_id: '4200000001',
  trade_type: 'JSAPI',
  trade_state: 'SUCCESS',
  bank_type: 'CMB_CREDIT',
  success_time: '2026-11-23T08:00:00+08:00',
  payer: { openid: 'o-1' },
  amount: { total: 1250, payer_total: 1250, currency: 'CNY', payer_currency: 'CNY' },
};

const refunded = {
  mchid: '1900000109',
  out_trade_no: 'A-0001',
  transaction_id: '4200000001',
  out_refund_no: 'R-1',
  refund_id: '5030000001',
  refund_status: 'SUCCESS',
  success_time: '2026-11-23T08:00:00+08:00',
  user_received_account: '招商银行信用卡0403',
  amount: { total: 1250, refund: 50, payer_total: 1250, payer_refund: 50 },
};

const medIns = {
  mix_trade_no: 'M1',
  mix_pay_status: 'MIX_PAY_SUCCESS',
  self_pay_status: 'SELF_PAY_SUCCESS',
  med_ins_pay_status: 'MED_INS_PAY_SUCCESS',
  paid_time: '2026-11-23T08:00:00+08:00',
  mix_pay_type: 'CASH_AND_INSURANCE',
  order_type: 'REG_PAY',
  appid: 'wx1',
  openid: 'o-1',
  out_trade_no: 'A-0001',
  serial_no: 'S1',
  pay_auth_no: 'marker-auth',
  geo_location: 'marker-place',
  total_fee: 300,
  med_ins_gov_fee: 200,
  med_ins_self_fee: 0,
  med_ins_other_fee: 0,
  med_ins_cash_fee: 100,
  wechat_pay_cash_fee: 100,
};

function notice(eventType: string, resource: unknown, parts: SignedParts = {}): Signed {
  const body = {
    id: 'EV-1',
    create_time: '2026-11-23T08:00:00+08:00',
    resource_type: 'encrypt-resource',
    event_type: eventType,
    summary: '支付成功',
    resource: { original_type: 'transaction', ...sealed(JSON.stringify(resource)) },
  };
  return signedBy(JSON.stringify(body), parts);
}

function read(signed: Signed): NotificationOutcome {
  return readNotification(signed, { merchant, platformKeys, nowMs: NOW_MS });
}

const no = (reason: string) => ({ ok: false, reason });

describe('a notification', () => {
  it('of a payment says who paid what', () => {
    expect(read(notice('TRANSACTION.SUCCESS', paid))).toEqual({
      ok: true,
      notification: {
        kind: 'PAID',
        id: 'EV-1',
        trade: {
          appid: 'wx1',
          mchid: '1900000109',
          outTradeNo: 'A-0001',
          state: 'SUCCESS',
          transactionId: '4200000001',
          paidAt: '2026-11-23T00:00:00.000Z',
          payerOpenid: 'o-1',
          totalFen: 1250,
          payerTotalFen: 1250,
        },
      },
    });
  });

  it("of a provider's payment names the sub-merchant", () => {
    const { appid, mchid, payer, ...rest } = paid;
    const sides = { sp_appid: appid, sp_mchid: mchid, sub_mchid: '1900000222' };
    const signed = notice('TRANSACTION.SUCCESS', { ...rest, ...sides, payer: { sp_openid: payer.openid } });
    expect(read(signed)).toMatchObject({
      notification: { kind: 'PAID', trade: { subMchid: '1900000222', payerOpenid: 'o-1' } },
    });
  });

  it('of a combined payment is told from a plain one', () => {
    const { out_trade_no, transaction_id, success_time, trade_state } = paid;
    const sub = { out_trade_no, transaction_id, success_time, trade_state };
    const amount = { total_amount: 1250, payer_amount: 1250, currency: 'CNY' };
    const combined = {
      combine_appid: 'wx1',
      combine_mchid: '1900000109',
      combine_out_trade_no: 'C-0001',
      combine_payer_info: { openid: 'o-1' },
      sub_orders: [{ ...sub, mchid: '1900000333', amount }],
    };
    expect(read(notice('TRANSACTION.SUCCESS', combined))).toMatchObject({
      notification: {
        kind: 'COMBINED_PAID',
        trade: { combineOutTradeNo: 'C-0001', subOrders: [{ mchid: '1900000333', totalFen: 1250 }] },
      },
    });
  });

  it.each(['SUCCESS', 'ABNORMAL', 'CLOSED'])('of a refund says %s, and nothing of the card', (state) => {
    const outcome = read(notice(`REFUND.${state}`, { ...refunded, refund_status: state }));
    expect(outcome).toMatchObject({
      notification: { kind: 'REFUND', refund: { outRefundNo: 'R-1', state, refundFen: 50 } },
    });
    expect(JSON.stringify(outcome)).not.toContain('0403');
  });

  it("of a provider's refund names the sub-merchant", () => {
    const { mchid, ...rest } = refunded;
    const signed = notice('REFUND.SUCCESS', { ...rest, sp_mchid: mchid, sub_mchid: '1900000222' });
    expect(read(signed)).toMatchObject({
      notification: { refund: { mchid: '1900000109', subMchid: '1900000222' } },
    });
  });

  it('of an insurance payment gives the shares, and nothing of authorisation or place', () => {
    const outcome = read(notice('MEDICAL_INSURANCE.SUCCESS', medIns));
    expect(outcome).toMatchObject({
      notification: {
        kind: 'MED_INS_PAID',
        order: {
          mixTradeNo: 'M1',
          mixPayStatus: 'MIX_PAY_SUCCESS',
          amounts: { totalFen: 300, pooledFundFen: 200, wechatPayCashFen: 100, addedFen: [] },
        },
      },
    });
    expect(JSON.stringify(outcome)).not.toContain('marker');
  });

  it('of another kind is told to be one', () => {
    expect(read(notice('PAYSCORE.USER_PAID', { anything: 1 }))).toEqual({
      ok: true,
      notification: { kind: 'OTHER', id: 'EV-1' },
    });
  });

  it.each([
    ['no time', { success_time: undefined }],
    ['no payer', { payer: undefined }],
    ['a state that is no payment', { trade_state: 'NOTPAY' }],
    ['broken fen', { amount: { ...paid.amount, total: '1250' } }],
  ])('of a payment with %s is malformed', (_, change) => {
    expect(read(notice('TRANSACTION.SUCCESS', { ...paid, ...change }))).toEqual(no('MALFORMED'));
  });

  it('that says one thing outside the seal and another inside is malformed', () => {
    expect(read(notice('REFUND.CLOSED', refunded))).toEqual(no('MALFORMED'));
    expect(read(notice('TRANSACTION.SUCCESS', refunded))).toEqual(no('MALFORMED'));
  });

  it.each(['', 'null', '[]', '{}', '{"id":"EV-1"', '\ufeff{}'])(
    'with the signed body %j is malformed',
    (body) => {
      expect(read(signedBy(body))).toEqual(no('MALFORMED'));
    },
  );

  it("of another merchant's money is refused", () => {
    const signed = notice('TRANSACTION.SUCCESS', { ...paid, mchid: '1900000333' });
    expect(read(signed)).toEqual(no('OTHER_MERCHANT'));
  });

  it('sealed for another merchant is refused', () => {
    const other = readMerchant({
      ...vectors.testOnlyKeys.merchant,
      apiV3Key: 'another-test-only-key-32-letters',
    });
    const reader = { merchant: other, platformKeys, nowMs: NOW_MS };
    expect(readNotification(notice('TRANSACTION.SUCCESS', paid), reader)).toEqual(no('SEALED'));
  });

  it('is judged by its signature before anything in it is looked at', () => {
    const signed = notice('TRANSACTION.SUCCESS', paid);
    const rawBody = Buffer.from('no JSON at all');
    expect(read({ ...signed, rawBody })).toEqual(no('SIGNATURE'));
    const probe = { ...signed.headers, 'wechatpay-signature': undefined };
    const asked = { ...probe, 'Wechatpay-Signature': 'WECHATPAY/SIGNTEST/x' };
    expect(read({ headers: asked, rawBody })).toEqual(no('PROBE'));
  });

  it('is taken in either key mode', () => {
    const signed = notice('TRANSACTION.SUCCESS', paid, { signer: byCertificate });
    expect(read(signed)).toMatchObject({ ok: true });
  });
});

describe('the answer to a notification', () => {
  it('is empty when it was taken', () => {
    expect(notificationAnswer(read(notice('TRANSACTION.SUCCESS', paid)))).toEqual({ status: 204 });
  });

  it.each([
    ['PROBE', 401],
    ['SIGNATURE', 401],
    ['UNKNOWN_KEY', 401],
    ['STALE', 401],
    ['HEADERS', 401],
    ['OTHER_MERCHANT', 401],
    ['MALFORMED', 400],
    ['SEALED', 400],
  ] as const)('to %s is %i, so that WeChat comes again', (reason, status) => {
    expect(notificationAnswer({ ok: false, reason })).toEqual({
      status,
      body: { code: 'FAIL', message: '失败' },
    });
  });
});
