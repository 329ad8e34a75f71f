import { describe, expect, it } from 'vitest';
import { InvalidPayKeyError } from '../../shared/wechat/pay/merchant.ts';
import { readPlatformKeys } from '../../shared/wechat/pay/platform-keys.ts';
import { type Signed, verifySigned } from '../../shared/wechat/pay/verification.ts';
import { randomFrom } from '../engines/table/random.ts';
import { byCertificate, byPublicKey, NOW_MS, platformKeys, signedBy, vectors } from './wechat-pay-keys.ts';

const TRUE = { ok: true };
const no = (reason: string) => ({ ok: false, reason });

function verdict(signed: Signed, nowMs = NOW_MS) {
  return verifySigned(signed, platformKeys, nowMs);
}

function changed(body: string, headers: Record<string, string | string[] | undefined>): Signed {
  const signed = signedBy(body);
  return { ...signed, headers: { ...signed.headers, ...headers } };
}

describe('a signed answer', () => {
  it.each(vectors.answers.map((vector) => [vector.name, vector] as const))(
    'is known by the vector: %s',
    (_, { serial, timestamp, nonce, body, signature }) => {
      const headers = {
        'Wechatpay-Serial': serial,
        'Wechatpay-Timestamp': timestamp,
        'Wechatpay-Nonce': nonce,
        'Wechatpay-Signature': signature,
      };
      expect(verdict({ headers, rawBody: Buffer.from(body) })).toEqual(TRUE);
    },
  );

  it.each(['', '{}', '{"描述":"挂号费 🏥"}', '{"a":1}\n', '\n\n', ' { "a" : 1 } '])(
    'is taken over its bytes, whatever they are: %j',
    (body) => {
      expect(verdict(signedBy(body))).toEqual(TRUE);
    },
  );

  it('is taken over bytes that are no text', () => {
    expect(verdict(signedBy(Buffer.from([0xff, 0xfe, 0x00, 0x80])))).toEqual(TRUE);
  });

  it('is refused when the same JSON comes in other bytes', () => {
    const { headers } = signedBy('{"a":1}');
    expect(verdict({ headers, rawBody: Buffer.from('{"a": 1}') })).toEqual(no('SIGNATURE'));
  });

  it.each(['wechatpay-', 'WECHATPAY-', 'Wechatpay-', 'WeChatPay-'])('is found under %s…', (prefix) => {
    const { headers, rawBody } = signedBy('{}');
    const renamed = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.replace('Wechatpay-', prefix), value]),
    );
    expect(verdict({ headers: renamed, rawBody })).toEqual(TRUE);
    expect(verdict({ headers: new Headers(renamed), rawBody })).toEqual(TRUE);
  });

  it.each(['Wechatpay-Timestamp', 'Wechatpay-Nonce', 'Wechatpay-Signature', 'Wechatpay-Serial'])(
    'is refused without %s, and when it is said twice',
    (name) => {
      expect(verdict(changed('{}', { [name]: undefined }))).toEqual(no('HEADERS'));
      const { headers } = signedBy('{}');
      const value = headers[name] ?? '';
      expect(verdict(changed('{}', { [name]: [value, value] })).ok).toBe(false);
      expect(verdict(changed('{}', { [name.toLowerCase()]: value })).ok).toBe(false);
      const doubled = new Headers(headers);
      doubled.append(name, value);
      expect(verdict({ headers: doubled, rawBody: Buffer.from('{}') }).ok).toBe(false);
    },
  );

  it('is refused as a probe, whatever else it says', () => {
    const probe = { 'Wechatpay-Signature': 'WECHATPAY/SIGNTEST/MTIzNDU2' };
    expect(verdict(changed('{}', probe))).toEqual(no('PROBE'));
    expect(verdict(changed('{}', { ...probe, 'Wechatpay-Serial': undefined }))).toEqual(no('PROBE'));
  });

  it('is refused when somebody else signed it in our name or theirs', () => {
    const forger = { serial: byPublicKey.serial, privateKey: byCertificate.privateKey };
    expect(verdict(signedBy('{}', { signer: forger }))).toEqual(no('SIGNATURE'));
    const stranger = { serial: 'PUB_KEY_ID_0000', privateKey: byCertificate.privateKey };
    expect(verdict(signedBy('{}', { signer: stranger }))).toEqual(no('UNKNOWN_KEY'));
    expect(verdict(changed('{}', { 'Wechatpay-Serial': '__proto__' }))).toEqual(no('UNKNOWN_KEY'));
  });

  it('is refused when the end of the nonce was moved into the body', () => {
    const { headers } = signedBy('b\nc', { nonce: 'a' });
    const moved = { ...headers, 'Wechatpay-Nonce': 'a\nb' };
    expect(verdict({ headers: moved, rawBody: Buffer.from('c') })).toEqual(no('HEADERS'));
  });

  it.each(['', '01795392000', '1795392000.0', '1.795392e9', ' 1795392000', '-1795392000', 'NaN'])(
    'is refused with the time %j, though signed so',
    (timestamp) => {
      expect(verdict(signedBy('{}', { timestamp }))).toEqual(no('HEADERS'));
    },
  );
});

describe('the window of five minutes', () => {
  it.each([
    [-301, false],
    [-300, false],
    [-299, true],
    [0, true],
    [299, true],
    [300, false],
    [301, false],
  ])('takes an answer %i seconds from now: %s', (seconds, taken) => {
    const timestamp = String(NOW_MS / 1000 + seconds);
    expect(verdict(signedBy('{}', { timestamp }))).toEqual(taken ? TRUE : no('STALE'));
  });

  it('counts milliseconds of our clock', () => {
    expect(verdict(signedBy('{}'), NOW_MS + 299_999)).toEqual(TRUE);
    expect(verdict(signedBy('{}'), NOW_MS + 300_000)).toEqual(no('STALE'));
  });

  it('refuses an old message played again, and the same with a newer time', () => {
    const old = signedBy('{"paid":true}');
    const later = NOW_MS + 301_000;
    expect(verdict(old, later)).toEqual(no('STALE'));
    const headers = { ...old.headers, 'Wechatpay-Timestamp': String(later / 1000) };
    expect(verdict({ ...old, headers }, later)).toEqual(no('SIGNATURE'));
  });
});

describe('a rotation of keys', () => {
  const { publicKeyId, pem } = vectors.testOnlyKeys.platformPublicKey;
  const { certificatePem } = vectors.testOnlyKeys.platformCertificate;

  it('takes both key modes while both are held, and either alone', () => {
    for (const signer of [byPublicKey, byCertificate]) {
      expect(verdict(signedBy('{}', { signer }))).toEqual(TRUE);
    }
    const only = readPlatformKeys([{ certificatePem }]);
    expect(verifySigned(signedBy('{}', { signer: byCertificate }), only, NOW_MS)).toEqual(TRUE);
    expect(verifySigned(signedBy('{}'), only, NOW_MS)).toEqual(no('UNKNOWN_KEY'));
  });

  it('ends a certificate with its time', () => {
    const at = (iso: string) => {
      const nowMs = Date.parse(iso);
      const signed = signedBy('{}', { signer: byCertificate, timestamp: String(nowMs / 1000) });
      return verdict(signed, nowMs);
    };
    expect(at('2025-12-31T23:59:59Z')).toEqual(no('UNKNOWN_KEY'));
    expect(at('2026-01-01T00:00:00Z')).toEqual(TRUE);
    expect(at('2030-12-31T23:59:59Z')).toEqual(TRUE);
    expect(at('2031-01-01T00:00:00Z')).toEqual(no('UNKNOWN_KEY'));
  });

  it.each([
    ['publicKeyId', { publicKeyId: 'marker', pem }],
    ['pem', { publicKeyId, pem: 'marker' }],
    ['certificatePem', { certificatePem: 'marker' }],
  ])('refuses a wrong %s, which is not repeated', (part, text) => {
    const read = () => readPlatformKeys([text]);
    expect(read).toThrow(InvalidPayKeyError);
    try {
      read();
    } catch (error) {
      expect(error).toMatchObject({ part });
      expect(`${error} ${(error as Error).stack}`).not.toContain('marker');
    }
  });
});

describe('one bit', () => {
  const body = '{"id":"EV-1","resource":{"ciphertext":"c2VhbGVk","描述":"挂号费"},"amount":{"total":1250}}';

  /** Every bit of every header's value and of the body, and then some at random over many messages. */
  it('changed anywhere in body, time, nonce, signature or serial is refused', () => {
    const signed = signedBy(body);
    let tried = 0;
    const refusedAt = (headers: Record<string, string>, rawBody: Buffer) => {
      tried += 1;
      return !verdict({ headers, rawBody }).ok;
    };
    const missed: string[] = [];
    for (let bit = 0; bit < signed.rawBody.length * 8; bit += 1) {
      if (!refusedAt(signed.headers, flipped(signed.rawBody, bit))) missed.push(`body ${bit}`);
    }
    for (const [name, value] of Object.entries(signed.headers)) {
      for (let bit = 0; bit < value.length * 8; bit += 1) {
        const other = flipped(Buffer.from(value, 'latin1'), bit).toString('latin1');
        if (!refusedAt({ ...signed.headers, [name]: other }, signed.rawBody)) missed.push(`${name} ${bit}`);
      }
    }
    expect(missed).toEqual([]);
    expect(tried).toBeGreaterThan(2_000);
  });

  it('changed in two thousand other places of a hundred other messages is refused', () => {
    const random = randomFrom(20261123);
    for (let n = 0; n < 100; n += 1) {
      const message = signedBy(`{"n":${n},"x":"${'挂号'.repeat(random.int(20))}"}`, {
        signer: random.pick([byPublicKey, byCertificate]),
        nonce: `n${n}`,
      });
      for (let times = 0; times < 20; times += 1) {
        const rawBody = flipped(message.rawBody, random.int(message.rawBody.length * 8));
        expect(verdict({ ...message, rawBody })).toEqual(no('SIGNATURE'));
      }
    }
  });

  function flipped(bytes: Buffer, bit: number): Buffer {
    const copy = Buffer.from(bytes);
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return copy;
  }
});
