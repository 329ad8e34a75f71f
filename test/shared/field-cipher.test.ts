import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalKms, startKms } from '../../infra/local/kms/server.ts';
import { createMemoryTable } from '../../shared/data/memory-table.ts';
import { systemClock } from '../../shared/kernel/clock.ts';
import { type BlindKind, createBlindIndex } from '../../shared/privacy/blind-index.ts';
import { createFieldCipher, FieldSealError } from '../../shared/privacy/field-cipher.ts';
import { createKeyRing, type KeyRing } from '../../shared/privacy/key-ring.ts';
import { createKms, createKmsClient, type KmsClient } from '../../shared/privacy/kms.ts';
import { localAws } from '../support/local-aws.ts';

let server: LocalKms;
let client: KmsClient;
let ring: KeyRing;
let otherCity: KeyRing;

beforeAll(async () => {
  server = await startKms();
  client = createKmsClient({ ...localAws, endpoint: server.endpoint });
  const kms = createKms({ client, keyId: 'alias/city' });
  const ringOf = (city: string) =>
    createKeyRing({ city, table: createMemoryTable(), kms, clock: systemClock });
  ring = ringOf('pingdingshan');
  otherCity = ringOf('minhang');
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

/** One key for every scope and purpose: shows what the texts are bound to besides their key. */
function oneKey(city: string, fill: number): KeyRing {
  const key = { version: 1, bytes: new Uint8Array(32).fill(fill) };
  return {
    city,
    newest: async () => key,
    version: async () => key,
    all: async () => [key],
    rotate: async () => 1,
  };
}

const place = { item: 'identity#p1|patient', field: 'name' };

async function reasonOf(opening: Promise<string>): Promise<string> {
  return opening.then(
    () => 'opened',
    (error: unknown) => (error instanceof FieldSealError ? error.reason : 'another error'),
  );
}

describe('a sealed field', () => {
  it('opens where it was sealed, whatever the text', async () => {
    const cipher = createFieldCipher(ring);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
        const sealed = await cipher.seal('identity', place, text);
        expect(sealed).toMatch(/^v1\.1\.[A-Za-z0-9_-]+$/);
        expect(await cipher.open('identity', place, sealed)).toBe(text);
      }),
    );
  });

  it('is another text every time and holds nothing of the plaintext', async () => {
    const cipher = createFieldCipher(ring);
    const sealed = await Promise.all(
      Array.from({ length: 50 }, () => cipher.seal('identity', place, '张三')),
    );
    expect(new Set(sealed).size).toBe(50);
    expect(sealed.some((text) => Buffer.from(text.slice(5), 'base64url').includes('张三'))).toBe(false);
  });

  it.each([
    ['another item', 'identity', { ...place, item: 'identity#p2|patient' }],
    ['another field', 'identity', { ...place, field: 'phone' }],
    ['a place whose parts only join to the same', 'identity', { item: 'identity#p1|patientn', field: 'ame' }],
    ['another scope', 'referral', place],
  ])('stays shut in %s', async (_, scope, moved) => {
    const cipher = createFieldCipher(ring);
    await cipher.seal('referral', place, 'so that the scope has a key');
    const sealed = await cipher.seal('identity', place, '张三');
    expect(await reasonOf(cipher.open(scope, moved, sealed))).toBe('NOT_AUTHENTIC');
  });

  it('stays shut in another city', async () => {
    await createFieldCipher(otherCity).seal('identity', place, 'so that the city has a key');
    const sealed = await createFieldCipher(ring).seal('identity', place, '张三');
    expect(await reasonOf(createFieldCipher(otherCity).open('identity', place, sealed))).toBe(
      'NOT_AUTHENTIC',
    );
  });

  it.each([
    ['city', 'minhang', 'identity'],
    ['scope', 'pingdingshan', 'referral'],
  ])('is bound to its %s even under one key', async (_, city, scope) => {
    const sealed = await createFieldCipher(oneKey('pingdingshan', 7)).seal('identity', place, '张三');
    const opening = createFieldCipher(oneKey(city, 7)).open(scope, place, sealed);
    expect(await reasonOf(opening)).toBe('NOT_AUTHENTIC');
  });

  it('stays shut after any byte of it was altered', async () => {
    const cipher = createFieldCipher(ring);
    const sealed = await cipher.seal('identity', place, '张三');
    const raw = Buffer.from(sealed.slice(5), 'base64url');
    for (let i = 0; i < raw.length; i += 1) {
      const altered = Buffer.from(raw);
      altered[i] = (altered[i] ?? 0) ^ 0x80;
      expect(await reasonOf(cipher.open('identity', place, `v1.1.${altered.toString('base64url')}`))).toBe(
        'NOT_AUTHENTIC',
      );
    }
  });

  it.each([
    ['', 'MALFORMED'],
    ['张三', 'MALFORMED'],
    ['v1.1.AAAA', 'MALFORMED'],
    ['v2.1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'MALFORMED'],
    ['v1.0.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'MALFORMED'],
    ['v1.77.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'UNKNOWN_KEY'],
  ])('%j is none', async (text, reason) => {
    expect(await reasonOf(createFieldCipher(ring).open('identity', place, text))).toBe(reason);
  });

  it('tells nothing in its error', async () => {
    const cipher = createFieldCipher(ring);
    const sealed = await cipher.seal('identity', place, '张三');
    const error: unknown = await cipher
      .open('identity', { ...place, item: 'identity#110105|x' }, sealed)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FieldSealError);
    const told = JSON.stringify([error, String(error), error instanceof Error && error.stack]);
    for (const secret of ['张三', sealed.slice(5), '110105']) expect(told).not.toContain(secret);
  });

  it('still opens after its key was rotated, and new ones use the new key', async () => {
    const cipher = createFieldCipher(ring);
    const old = await cipher.seal('signing', place, '旧');
    await ring.rotate('signing', 'field');
    const fresh = await cipher.seal('signing', place, '新');
    expect([old.slice(0, 5), fresh.slice(0, 5)]).toEqual(['v1.1.', 'v1.2.']);
    expect(await cipher.open('signing', place, old)).toBe('旧');
    expect(await cipher.open('signing', place, fresh)).toBe('新');
    expect(await reasonOf(cipher.open('signing', place, old.replace('v1.1', 'v1.2')))).toBe('NOT_AUTHENTIC');
  });
});

describe('a blind index', () => {
  it.each<[BlindKind, string, string]>([
    ['resident-id', ' 11010519491231002x ', '11010519491231002X'],
    ['resident-id', '１１０１０５１９４９１２３１００２Ｘ', '11010519491231002X'],
    ['phone', '+86 138-1234-1234', '13812341234'],
    ['insurance-number', 'h41a', 'H41A'],
  ])('of %s is the same for %j and %j', async (kind, one, other) => {
    const index = createBlindIndex(ring);
    expect(await index.of('identity', kind, one)).toBe(await index.of('identity', kind, other));
  });

  it('tells openids apart by case', async () => {
    const index = createBlindIndex(ring);
    expect(await index.of('identity', 'openid', 'oAbc')).not.toBe(
      await index.of('identity', 'openid', 'oabc'),
    );
  });

  it('differs by value, kind, scope and city', async () => {
    const index = createBlindIndex(ring);
    const all = await Promise.all([
      index.of('identity', 'resident-id', '11010519491231002X'),
      index.of('identity', 'resident-id', '440524188001010014'),
      index.of('identity', 'insurance-number', '11010519491231002X'),
      index.of('signing', 'resident-id', '11010519491231002X'),
      createBlindIndex(otherCity).of('identity', 'resident-id', '11010519491231002X'),
    ]);
    expect(new Set(all).size).toBe(all.length);
  });

  it.each([
    ['city', oneKey('minhang', 7), 'identity'],
    ['scope', oneKey('pingdingshan', 7), 'referral'],
    ['key', oneKey('pingdingshan', 8), 'identity'],
  ])('changes with the %s alone', async (_, other, scope) => {
    const here = await createBlindIndex(oneKey('pingdingshan', 7)).of('identity', 'phone', '13812341234');
    expect(await createBlindIndex(other).of(scope, 'phone', '13812341234')).not.toBe(here);
  });

  it('is keyed: neither the value nor a plain digest of it', async () => {
    const value = '11010519491231002X';
    const stored = await createBlindIndex(ring).of('identity', 'resident-id', value);
    expect(stored).toMatch(/^1\.[A-Za-z0-9_-]{43}$/);
    for (const digest of ['md5', 'sha1', 'sha256']) {
      expect(stored).not.toContain(createHash(digest).update(value).digest('base64url'));
    }
  });

  it('is looked up under every key after a rotation, newest first', async () => {
    const index = createBlindIndex(ring);
    const old = await index.of('payment', 'phone', '13812341234');
    await ring.rotate('payment', 'blind');
    const fresh = await index.of('payment', 'phone', '13812341234');
    expect(fresh).not.toBe(old);
    expect(await index.candidates('payment', 'phone', '13812341234')).toEqual([fresh, old]);
  });
});
