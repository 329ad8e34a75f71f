import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { pathOf, signedHeader } from '../../shared/wechat/pay/client.ts';
import { InvalidPayKeyError, readMerchant } from '../../shared/wechat/pay/merchant.ts';
import {
  authorization,
  launchMessage,
  launchParameters,
  requestMessage,
  signMessage,
} from '../../shared/wechat/pay/signing.ts';
import { merchant, vectors } from './wechat-pay-keys.ts';

const publicKey = createPublicKey(vectors.testOnlyKeys.merchant.publicKeyPem);
type Method = 'GET' | 'POST';

describe('a request', () => {
  it.each(vectors.requests.map((vector) => [vector.name, vector] as const))(
    'is five lines, signed as the vector says: %s',
    (_, { message, signature, ...request }) => {
      const signed = { ...request, method: request.method as Method };
      expect(requestMessage(signed)).toBe(message);
      expect(message.split('\n').length).toBeGreaterThanOrEqual(6);
      expect(signMessage(message, merchant.privateKey)).toBe(signature);
    },
  );

  it('names merchant, certificate, time, nonce and signature in one line', () => {
    const [vector] = vectors.requests;
    if (vector === undefined) throw new Error('no vector');
    expect(authorization(merchant, { ...vector, method: 'POST' })).toBe(
      `WECHATPAY2-SHA256-RSA2048 mchid="1900000109",nonce_str="${vector.nonce}",` +
        `timestamp="${vector.timestampSeconds}",serial_no="${merchant.serial}",signature="${vector.signature}"`,
    );
  });

  it('is signed over path and query exactly as they go over the wire', () => {
    const url = new URL(
      pathOf('/v3/pay/transactions/out-trade-no/{0}', 'A|1*挂号 /?'),
      'https://api.mch.weixin.qq.com',
    );
    url.search = new URLSearchParams({ mchid: '1900000109', note: '号 +&' }).toString();
    const nonce = () => 'n';
    const header = signedHeader(
      { merchant, clock: { now: () => 1_795_392_000_999 }, nonce },
      {
        method: 'GET',
        url,
        body: '',
      },
    );
    const signature = /signature="([^"]+)"/.exec(header)?.[1] ?? '';
    const wire =
      '/v3/pay/transactions/out-trade-no/A%7C1*%E6%8C%82%E5%8F%B7%20%2F%3F?mchid=1900000109&note=%E5%8F%B7+%2B%26';
    expect(url.href).toBe(`https://api.mch.weixin.qq.com${wire}`);
    const message = Buffer.from(`GET\n${wire}\n1795392000\nn\n\n`);
    expect(verify('sha256', message, publicKey, Buffer.from(signature, 'base64'))).toBe(true);
  });
});

describe('launch parameters', () => {
  const { message, paySign, ...launch } = vectors.launch;

  it('are four lines, signed as the vector says', () => {
    expect(launchMessage(launch)).toBe(message);
    expect(launchParameters(merchant, launch)).toEqual({
      timeStamp: '1795392000',
      nonceStr: launch.nonce,
      package: `prepay_id=${launch.prepayId}`,
      signType: 'RSA',
      paySign,
    });
  });
});

describe("a merchant's secrets", () => {
  const secrets = vectors.testOnlyKeys.merchant;

  it.each([
    ['mchid', { mchid: '19x' }],
    ['serial', { serial: 'not hex' }],
    ['apiV3Key', { apiV3Key: 'marker-too-short' }],
    ['privateKeyPem', { privateKeyPem: 'marker-no-key' }],
    ['privateKeyPem', { privateKeyPem: secrets.publicKeyPem }],
  ])('are refused for a wrong %s, which is not repeated', (part, change) => {
    const read = () => readMerchant({ ...secrets, ...change });
    expect(read).toThrow(new InvalidPayKeyError(part));
    try {
      read();
    } catch (error) {
      expect(error).toMatchObject({ part });
      expect(String(error)).not.toContain('marker');
      expect((error as Error).cause).toBeUndefined();
    }
  });
});
