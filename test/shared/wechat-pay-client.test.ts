import { describe, expect, it } from 'vitest';
import { callPay } from '../../shared/wechat/pay/client.ts';
import type { Payee } from '../../shared/wechat/pay/merchant.ts';
import { WeChatPayError } from '../../shared/wechat/pay/pay-errors.ts';
import { readPlatformKeys } from '../../shared/wechat/pay/platform-keys.ts';
import { createWeChatPay } from '../../shared/wechat/pay/wechat-pay.ts';
import { byCertificate, byPublicKey, platformKeys, vectors } from './wechat-pay-keys.ts';
import { type Scripted, scriptedWeChat } from './wechat-pay-server.ts';

const payee: Payee = { mode: 'direct', appid: 'wx1', mchid: '1900000109' };
const order = {
  outTradeNo: 'A-0001',
  description: '挂号费 🏥',
  totalFen: 1250,
  payerOpenid: 'o-1',
  notifyUrl: 'https://example.org/pay/1900000109',
};
const prepaid: Scripted = { body: { prepay_id: 'wx26' } };
const refusal = (code: string, status: number, more: object = {}): Scripted => ({
  status,
  body: { code, message: '…' },
  ...more,
});

async function failureOf(call: Promise<unknown>): Promise<WeChatPayError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof WeChatPayError)) throw new Error('no WeChatPayError');
  return error;
}

describe('a call', () => {
  it('is signed over what goes over the wire, and asks for an answer under the key it holds', async () => {
    const { asked, connection } = await scriptedWeChat(prepaid);
    expect(await createWeChatPay(connection).prepay(payee, order)).toEqual({
      status: 'READY',
      prepayId: 'wx26',
    });
    expect(asked).toMatchObject([
      { method: 'POST', url: '/v3/pay/transactions/jsapi', isSigned: true, nonce: 'nonce1' },
    ]);
    expect(asked[0]?.headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/json',
      'user-agent': 'tiered-care',
      'wechatpay-serial': byPublicKey.serial,
    });
  });

  it('without a body is signed with the empty line, and says nothing of content', async () => {
    const { asked, connection } = await scriptedWeChat(refusal('ORDER_NOT_EXIST', 404));
    await createWeChatPay(connection).queryOrder(payee, { outTradeNo: 'A|00*1' });
    expect(asked).toMatchObject([
      { method: 'GET', url: '/v3/pay/transactions/out-trade-no/A%7C00*1?mchid=1900000109', body: '' },
    ]);
    expect(asked[0]?.isSigned).toBe(true);
    expect(asked[0]?.headers).not.toHaveProperty('content-type');
  });

  it.each([
    ['the connection drops', 'drop' as const],
    ['WeChat has an error', refusal('SYSTEM_ERROR', 500)],
    ['a gateway has one', { status: 502, text: '<html>', signed: 'not' as const }],
    ['calls come too fast', refusal('FREQUENCY_LIMITED', 429)],
    ['the answer is not signed', { ...prepaid, signed: 'not' as const }],
    ['the answer is a probe', { ...prepaid, headers: { 'Wechatpay-Signature': 'WECHATPAY/SIGNTEST/x' } }],
  ])('is repeated with the same body and a new signature when %s', async (_, first) => {
    const { asked, connection, pauses } = await scriptedWeChat(first, prepaid);
    expect(await createWeChatPay(connection).prepay(payee, order)).toMatchObject({ status: 'READY' });
    expect(asked.map(({ isSigned }) => isSigned)).toEqual([true, true]);
    expect(asked.map(({ nonce }) => nonce)).toEqual(['nonce1', 'nonce2']);
    expect(asked[1]?.body).toBe(asked[0]?.body);
    expect(pauses).toEqual([200]);
  });

  it('gives up after three attempts', async () => {
    const { asked, connection, pauses } = await scriptedWeChat('drop');
    const error = await failureOf(createWeChatPay(connection).prepay(payee, order));
    expect(error).toMatchObject({ fault: 'UNAVAILABLE', retryable: true, outcomeUnknown: true });
    expect(asked).toHaveLength(3);
    expect(pauses).toEqual([200, 400]);
  });

  it('gives up an answer that never comes', async () => {
    const { connection } = await scriptedWeChat('never');
    const hasty = { ...connection, timeoutMs: 50 };
    const error = await failureOf(createWeChatPay(hasty).prepay(payee, order));
    expect(error).toMatchObject({ fault: 'UNAVAILABLE', outcomeUnknown: true });
  });

  it('that nobody answers ends before the function of an API does, after two attempts of four seconds', async () => {
    const { connection } = await scriptedWeChat('drop');
    const began = connection.clock.now();
    let nowMs = began;
    let attempts = 0;
    const silent = {
      ...connection,
      timeoutMs: 4_000,
      clock: { now: () => nowMs },
      fetch: async () => {
        attempts += 1;
        nowMs += 4_000;
        throw new Error('nothing came in time');
      },
      sleep: async (ms: number) => {
        nowMs += ms;
      },
    };
    const error = await failureOf(createWeChatPay(silent).prepay(payee, order));
    expect(error).toMatchObject({ fault: 'UNAVAILABLE', outcomeUnknown: true });
    expect([attempts, nowMs - began]).toEqual([2, 8_200]);
  });

  it('that could double is not repeated', async () => {
    const { asked, connection } = await scriptedWeChat('drop', { status: 204 });
    const call = { api: 'POST /v3/x', method: 'POST', path: '/v3/x', answer: 'nothing' } as const;
    const error = await failureOf(callPay(connection, { ...call, body: {}, repeatable: false }));
    expect(error).toMatchObject({ fault: 'UNAVAILABLE', outcomeUnknown: true });
    expect(asked).toHaveLength(1);
  });

  it('follows no redirect', async () => {
    const elsewhere = { status: 302, headers: { Location: '/v3/elsewhere' } };
    const { asked, connection } = await scriptedWeChat(elsewhere);
    await failureOf(createWeChatPay(connection).prepay(payee, order));
    expect(new Set(asked.map(({ url }) => url))).toEqual(new Set(['/v3/pay/transactions/jsapi']));
  });
});

describe('an answer', () => {
  it('under an unknown key is refused, and no key is fetched', async () => {
    const stranger = { serial: 'PUB_KEY_ID_9', privateKey: byPublicKey.privateKey };
    const { asked, connection } = await scriptedWeChat({ ...prepaid, signed: { signer: stranger } });
    const error = await failureOf(createWeChatPay(connection).prepay(payee, order));
    expect(error).toMatchObject({ fault: 'UNTRUSTED', status: 200, outcomeUnknown: true });
    expect(new Set(asked.map(({ url }) => url))).toEqual(new Set(['/v3/pay/transactions/jsapi']));
  });

  it('of the new key is taken as soon as that is held, in the middle of a call', async () => {
    const { certificatePem } = vectors.testOnlyKeys.platformCertificate;
    const { publicKeyId, pem } = vectors.testOnlyKeys.platformPublicKey;
    const old = readPlatformKeys([{ certificatePem }]);
    const both = readPlatformKeys([{ publicKeyId, pem }, { certificatePem }]);
    let held = old;
    const { asked, connection } = await scriptedWeChat(prepaid);
    const rotating = {
      ...connection,
      platformKeys: () => held,
      sleep: async () => {
        held = both;
      },
    };
    expect(await createWeChatPay(rotating).prepay(payee, order)).toMatchObject({ status: 'READY' });
    expect(asked.map(({ headers }) => headers['wechatpay-serial'])).toEqual([
      byCertificate.serial,
      byPublicKey.serial,
    ]);
  });

  it.each([
    ['five minutes old', { timestamp: '1795391700' }],
    ['signed by another', { signer: { serial: byPublicKey.serial, privateKey: byCertificate.privateKey } }],
  ])('%s is refused', async (_, signed) => {
    const { connection } = await scriptedWeChat({ ...prepaid, signed });
    expect(await failureOf(createWeChatPay(connection).prepay(payee, order))).toMatchObject({
      fault: 'UNTRUSTED',
      retryable: true,
    });
  });

  it.each([
    ['lacks a field', { body: {} }],
    ['has a field of another type', { body: { prepay_id: 26 } }],
    ['is no JSON', { text: 'wx26' }],
  ])('that %s is malformed, and not asked for again', async (_, answer) => {
    const { asked, connection } = await scriptedWeChat(answer);
    const error = await failureOf(createWeChatPay(connection).prepay(payee, order));
    expect(error).toMatchObject({ fault: 'MALFORMED', retryable: false, outcomeUnknown: true });
    expect(asked).toHaveLength(1);
  });

  it('may say more than we know of', async () => {
    const { connection } = await scriptedWeChat({ body: { prepay_id: 'wx26', news: [1] } });
    expect(await createWeChatPay(connection).prepay(payee, order)).toMatchObject({ prepayId: 'wx26' });
  });

  it('that refuses is told apart by its code', async () => {
    const { asked, connection } = await scriptedWeChat(
      refusal('INVALID_REQUEST', 400, { headers: { 'Request-ID': '08F5-1' } }),
    );
    const error = await failureOf(createWeChatPay(connection).prepay(payee, order));
    expect(error).toMatchObject({
      api: 'POST /v3/pay/transactions/jsapi',
      fault: 'REFUSED',
      code: 'INVALID_REQUEST',
      status: 400,
      requestId: '08F5-1',
      retryable: false,
      outcomeUnknown: false,
    });
    expect(asked).toHaveLength(1);
  });

  it('that says "not now" may be asked for again later', async () => {
    const { connection } = await scriptedWeChat(refusal('NOT_ENOUGH', 403));
    const refund = { outTradeNo: 'A-0001', outRefundNo: 'R-1', refundFen: 1, totalFen: 1250 };
    expect(await failureOf(createWeChatPay(connection).refund(payee, refund))).toMatchObject({
      code: 'NOT_ENOUGH',
      retryable: true,
      outcomeUnknown: false,
    });
  });

  it('that nobody signed decides nothing, be it a plain "no such order"', async () => {
    const { connection } = await scriptedWeChat(refusal('ORDER_NOT_EXIST', 404, { signed: 'not' }));
    const wechat = createWeChatPay(connection);
    expect(await failureOf(wechat.queryOrder(payee, { outTradeNo: 'A-0001' }))).toMatchObject({
      fault: 'UNTRUSTED',
      code: 'ORDER_NOT_EXIST',
    });
    expect(await failureOf(wechat.closeOrder(payee, 'A-0001'))).toMatchObject({ fault: 'UNTRUSTED' });
  });
});

describe('what is secret or personal', () => {
  const markers = ['marker', vectors.testOnlyKeys.merchant.apiV3Key, 'PRIVATE KEY'];
  const personal = {
    ...order,
    description: 'marker-description',
    payerOpenid: 'marker-openid',
    outTradeNo: 'marker-order',
  };

  it.each<[string, Scripted]>([
    [
      'refused',
      { status: 400, body: { code: 'PARAM_ERROR', message: 'marker', detail: { value: 'marker' } } },
    ],
    ['refused with a strange code', { status: 400, body: { code: 'marker of a person' } }],
    ['unavailable', { status: 500, body: { code: 'SYSTEM_ERROR', message: 'marker' } }],
    ['dropped', 'drop'],
    ['untrusted', { body: { prepay_id: 'marker' }, signed: 'not' }],
    ['malformed', { body: { prepay: 'marker' } }],
    ['strangely numbered', { status: 400, body: { code: 'X_Y' }, headers: { 'Request-ID': 'a marker b' } }],
  ])('stands in no error of a call that was %s', async (_, answer) => {
    const { connection } = await scriptedWeChat(answer);
    const error = await failureOf(createWeChatPay(connection).prepay(payee, personal));
    const { inspect } = await import('node:util');
    const shown = `${inspect(error, { depth: 9, showHidden: true })} ${JSON.stringify(error)} ${error.stack}`;
    for (const marker of markers) expect(shown).not.toContain(marker);
    expect(error.cause).toBeUndefined();
  });

  it('stands in no address', async () => {
    const { asked, connection } = await scriptedWeChat(prepaid);
    await createWeChatPay(connection).prepay(payee, personal);
    expect(asked[0]?.url).toBe('/v3/pay/transactions/jsapi');
  });

  it('stands in no picture of the connection or the client', async () => {
    const { connection } = await scriptedWeChat(prepaid);
    const { inspect } = await import('node:util');
    const pictured = { connection, client: createWeChatPay(connection), keys: [...platformKeys] };
    const shown = `${inspect(pictured, { depth: 9, showHidden: true })} ${JSON.stringify(pictured)}`;
    for (const marker of markers) expect(shown).not.toContain(marker);
    expect(shown).not.toContain(vectors.testOnlyKeys.merchant.privateKeyPem.split('\n')[1]);
  });
});
