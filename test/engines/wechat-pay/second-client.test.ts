import { describe, expect, it, onTestFinished } from 'vitest';
import { Wechatpay } from 'wechatpay-axios-plugin';
import { registered } from '../../../infra/local/wechat/pay/merchants.ts';
import { startWeChatPay, type WeChatPayStandIn } from '../../../infra/local/wechat/pay/server.ts';
import { systemClock } from '../../../shared/kernel/clock.ts';
import { vectors } from '../../shared/wechat-pay-keys.ts';
import { APPID, HOSPITAL, platformRing } from './scene.ts';

/** A client that others wrote after the same documentation: what it takes for WeChat Pay is not just our own echo. */

const keys = vectors.testOnlyKeys;

async function realTimeStandIn(): Promise<WeChatPayStandIn> {
  const facts = { name: '郏县人民医院', appIds: [APPID] };
  const standIn = await startWeChatPay({
    clock: systemClock,
    merchants: [registered({ ...keys.merchant, mchid: HOSPITAL }, facts)],
    keys: platformRing(),
    folder: undefined,
  });
  onTestFinished(() => standIn.stop());
  return standIn;
}

function axiosClient(standIn: WeChatPayStandIn) {
  return new Wechatpay({
    baseURL: standIn.url,
    mchid: HOSPITAL,
    serial: keys.merchant.serial,
    privateKey: keys.merchant.privateKeyPem,
    certs: {
      [keys.platformPublicKey.publicKeyId]: keys.platformPublicKey.pem,
      [keys.platformCertificate.serial]: keys.platformCertificate.certificatePem,
    },
  });
}

const order = {
  appid: APPID,
  mchid: HOSPITAL,
  description: '挂号费 🏥',
  out_trade_no: 'A|0001',
  notify_url: 'https://example.org/pay',
  amount: { total: 1250, currency: 'CNY' },
  payer: { openid: 'o-payer' },
};

describe('wechatpay-axios-plugin', () => {
  it('orders, asks, refunds and closes at the stand-in', async () => {
    const standIn = await realTimeStandIn();
    const client = axiosClient(standIn);
    const placed = await client.chain('v3/pay/transactions/jsapi').post(order);
    expect(placed.data).toEqual({ prepay_id: expect.stringMatching(/^wx\d+$/) });
    // The plugin gives an answer the type of its question.
    const { prepay_id } = placed.data as unknown as { prepay_id: string };
    expect(await standIn.payer.pay(prepay_id)).toMatchObject({ outcome: 'PAID' });
    const asked = await client
      .chain('v3/pay/transactions/out-trade-no/{out_trade_no}')
      .get({ params: { mchid: HOSPITAL }, out_trade_no: 'A|0001' });
    expect(asked.data).toMatchObject({ trade_state: 'SUCCESS', amount: { total: 1250 } });
    const refunded = await client.chain('v3/refund/domestic/refunds').post({
      out_trade_no: 'A|0001',
      out_refund_no: 'R@1',
      amount: { refund: 50, total: 1250, currency: 'CNY' },
    });
    expect(refunded.data).toMatchObject({ status: 'PROCESSING', out_refund_no: 'R@1' });
    await client.chain('v3/pay/transactions/jsapi').post({ ...order, out_trade_no: 'A-0002' });
    const closed = await client
      .chain('v3/pay/transactions/out-trade-no/{out_trade_no}/close')
      .post({ mchid: HOSPITAL }, { out_trade_no: 'A-0002' });
    expect(closed.status).toBe(204);
  });

  it('hears the refusals, and does not take a wrong signature', async () => {
    const standIn = await realTimeStandIn();
    const place = (change: object) =>
      axiosClient(standIn)
        .chain('v3/pay/transactions/jsapi')
        .post({ ...order, ...change });
    await place({});
    await expect(place({ amount: { total: 1, currency: 'CNY' } })).rejects.toMatchObject({
      response: { status: 400, data: { code: 'INVALID_REQUEST' } },
    });
    standIn.knobs.set({ wrongSignatures: 1 });
    await expect(place({})).rejects.toThrow('Verify the response');
    await expect(place({})).resolves.toMatchObject({ status: 200 });
  });

  it('is not taken with a key that is not the merchant’s', async () => {
    const standIn = await realTimeStandIn();
    const forger = new Wechatpay({
      baseURL: standIn.url,
      mchid: HOSPITAL,
      serial: keys.merchant.serial,
      privateKey: keys.platformPublicKey.privateKeyPem,
      certs: { [keys.platformPublicKey.publicKeyId]: keys.platformPublicKey.pem },
    });
    await expect(forger.chain('v3/pay/transactions/jsapi').post(order)).rejects.toMatchObject({
      response: { status: 401, data: { code: 'SIGN_ERROR' } },
    });
  });
});
