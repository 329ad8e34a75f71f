import { createSecretKey, privateDecrypt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { residentIdDigest } from '../../shared/wechat/pay/med-ins-request.ts';
import { openResource, sealSensitive } from '../../shared/wechat/pay/resource.ts';
import { verifySigned } from '../../shared/wechat/pay/verification.ts';
import { randomFrom } from '../engines/table/random.ts';
import {
  byCertificate,
  byPublicKey,
  merchant,
  NOW_MS,
  platformKeys,
  sealed,
  signedBy,
  vectors,
} from './wechat-pay-keys.ts';

const { apiV3Key } = merchant;

describe('a sealed resource', () => {
  it.each(vectors.resources.map((vector) => [vector.name, vector] as const))(
    'opens as the vector says: %s',
    (_, { plain, ...resource }) => {
      expect(openResource({ ...resource, algorithm: 'AEAD_AES_256_GCM' }, apiV3Key)).toBe(plain);
    },
  );

  it('is not opened by another key, under another nonce or with other associated data', () => {
    const resource = sealed('{"a":1}', { nonce: '0123456789ab' });
    const other = createSecretKey('another-test-only-key-32-letters', 'latin1');
    expect(openResource(resource, other)).toBeUndefined();
    expect(openResource({ ...resource, nonce: '0123456789ac' }, apiV3Key)).toBeUndefined();
    expect(openResource({ ...resource, associated_data: 'refund' }, apiV3Key)).toBeUndefined();
    expect(openResource({ ...resource, associated_data: '' }, apiV3Key)).toBeUndefined();
  });

  it.each([
    ['a nonce of 11 bytes, though sealed so', sealed('{}', { nonce: '0123456789a' })],
    ['a nonce of 13 bytes, though sealed so', sealed('{}', { nonce: '0123456789abc' })],
    ['no ciphertext', { ciphertext: '' }],
    ['a ciphertext shorter than its tag', { ciphertext: Buffer.alloc(15).toString('base64') }],
    ['what is not Base64', { ciphertext: '***' }],
  ])('is refused with %s', (_, change) => {
    expect(openResource({ ...sealed('{}'), ...change }, apiV3Key)).toBeUndefined();
  });

  it('is refused with its tag cut short', () => {
    const resource = sealed('{"a":1}');
    const whole = Buffer.from(resource.ciphertext, 'base64');
    for (let cut = 1; cut <= 16; cut += 1) {
      const ciphertext = whole.subarray(0, whole.length - cut).toString('base64');
      expect(openResource({ ...resource, ciphertext }, apiV3Key)).toBeUndefined();
    }
  });

  it('is refused with any bit of its ciphertext or tag changed', () => {
    const resource = sealed('{"out_trade_no":"A-0001"}');
    const whole = Buffer.from(resource.ciphertext, 'base64');
    for (let bit = 0; bit < whole.length * 8; bit += 1) {
      const copy = Buffer.from(whole);
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(openResource({ ...resource, ciphertext: copy.toString('base64') }, apiV3Key)).toBeUndefined();
    }
  });
});

describe('encrypt, sign, verify, decrypt', () => {
  it('gives back each of ten thousand texts, over both key modes', () => {
    const random = randomFrom(10_000);
    const letters = ['a', '"', '\\', '\n', '号', '费', '🏥', '\u0000', 'é', ' '];
    for (let n = 0; n < 10_000; n += 1) {
      const text = Array.from({ length: random.int(60) }, () => random.pick(letters)).join('');
      const plain = JSON.stringify({ n, text });
      const associatedData = random.pick(['transaction', 'refund', '']);
      const body = JSON.stringify({ id: `EV-${n}`, resource: sealed(plain, { associatedData }) });
      const signer = random.pick([byPublicKey, byCertificate]);
      const signed = signedBy(body, { signer, nonce: `nonce${n}` });
      if (!verifySigned(signed, platformKeys, NOW_MS).ok) throw new Error(`${n} was not verified`);
      const { resource } = JSON.parse(signed.rawBody.toString('utf8'));
      const opened = openResource(resource, apiV3Key);
      if (opened !== plain) throw new Error(`${n} was not opened`);
    }
  }, 60_000);
});

describe('a sensitive field', () => {
  const { privateKeyPem, publicKeyId } = vectors.testOnlyKeys.platformPublicKey;
  const key = platformKeys.get(publicKeyId);
  if (key === undefined) throw new Error('no key');
  const openedByWeChat = (text: string) =>
    privateDecrypt({ key: privateKeyPem, oaepHash: 'sha1' }, Buffer.from(text, 'base64')).toString('utf8');

  it('is sealed so that only WeChat opens it, differently each time', () => {
    const [one, two] = [sealSensitive('张三', key), sealSensitive('张三', key)];
    expect([openedByWeChat(one), openedByWeChat(two)]).toEqual(['张三', '张三']);
    expect(one).not.toBe(two);
    expect(openedByWeChat(vectors.sensitive.sealed)).toBe(vectors.sensitive.plain);
  });

  it("holds an identity number's digest as WeChat's own example has it", () => {
    expect(residentIdDigest(vectors.sensitive.residentId)).toBe(vectors.sensitive.residentIdDigest);
  });

  it('of 15 digits is digested as the 18 it stands for', () => {
    expect(residentIdDigest('110105491231002')).toBe(residentIdDigest('11010519491231002X'));
  });
});
