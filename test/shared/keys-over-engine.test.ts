import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Table } from '../../shared/data/table.ts';
import { systemClock } from '../../shared/kernel/clock.ts';
import { randomIds } from '../../shared/kernel/ids.ts';
import { createFieldCipher } from '../../shared/privacy/field-cipher.ts';
import { createKeyRing } from '../../shared/privacy/key-ring.ts';
import type { Kms } from '../../shared/privacy/kms.ts';
import { createSessionSigner, createSessionVerifier } from '../../shared/privacy/session-keys.ts';
import { createTokenStore } from '../../shared/wechat/token-store.ts';
import { startTableEngine, type TableEngine } from '../support/table-engine.ts';

/** No network to KMS here: wraps by turning the bytes round. */
const turning: Kms = {
  wrap: async (plain) => Buffer.from(plain).reverse().toString('base64'),
  unwrap: async (wrapped) => Buffer.from(wrapped, 'base64').reverse(),
};

let engine: TableEngine;
let table: Table;
beforeAll(async () => {
  engine = await startTableEngine();
  table = engine.table;
});
afterAll(() => engine.stop());

const ring = (city = 'pingdingshan') => createKeyRing({ city, table, kms: turning, clock: systemClock });

describe('over the real engine', () => {
  it('containers that start together agree on one data key', async () => {
    const keys = await Promise.all(Array.from({ length: 10 }, () => ring().newest('identity', 'field')));
    expect(new Set(keys.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).size).toBe(1);
  });

  it('signers that start together agree on one pair, which the verifier knows', async () => {
    const signers = Array.from({ length: 6 }, () =>
      createSessionSigner({ city: 'pingdingshan', table, kms: turning, clock: systemClock }),
    );
    const keys = await Promise.all(signers.map((signer) => signer.signingKey()));
    expect(
      new Set(keys.map(({ privateKey }) => privateKey.export({ type: 'pkcs8', format: 'pem' }))).size,
    ).toBe(1);
    const known = await createSessionVerifier({ table, clock: systemClock }).verificationKey('s1');
    expect(known?.asymmetricKeyType).toBe('ec');
  });

  it("the token's lease has one holder at a time, and only the holder stores", async () => {
    const store = createTokenStore({
      appId: 'wx1',
      table,
      cipher: createFieldCipher(ring()),
      clock: systemClock,
    });
    const holders = Array.from({ length: 10 }, () => randomIds.next());
    const leases = await Promise.all(holders.map((holder) => store.takeLease(holder)));
    const won = holders.filter((_, i) => leases[i] !== undefined);
    expect(won).toHaveLength(1);
    const stored = { token: 'token-1', validUntil: systemClock.now() + 7_200_000 };
    const loser = holders.find((holder) => holder !== won[0]) ?? '';
    await store.release(loser, { stored: { ...stored, token: 'not-mine' }, forced: false });
    expect(await store.read()).toBeUndefined();
    await store.release(won[0] ?? '', { stored, forced: true });
    expect(await store.read()).toEqual(stored);
    const next = await store.takeLease('next');
    expect(next?.stored).toEqual(stored);
    expect(next?.forcedAt).toBeTypeOf('number');
    await store.release('next');
    expect(await store.read()).toEqual(stored);
  });
});
