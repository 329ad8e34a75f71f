import fc from 'fast-check';
import { jwtVerify, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalKms, startKms } from '../../infra/local/kms/server.ts';
import { createMemoryTable } from '../../shared/data/memory-table.ts';
import type { Table } from '../../shared/data/table.ts';
import { createKeyRing, type KeyRing } from '../../shared/privacy/key-ring.ts';
import {
  createKms,
  createKmsClient,
  type Kms,
  type KmsClient,
  WrappedKeyError,
} from '../../shared/privacy/kms.ts';
import { createSessionSigner, createSessionVerifier } from '../../shared/privacy/session-keys.ts';
import { KeyMissingError } from '../../shared/privacy/wrapped-keys.ts';
import { localAws } from '../support/local-aws.ts';

let server: LocalKms;
let client: KmsClient;
let kms: Kms;
let table: Table;
const clock = { at: Date.parse('2026-11-22T00:00:00Z'), now: () => clock.at };

beforeAll(async () => {
  server = await startKms();
  client = createKmsClient({ ...localAws, endpoint: server.endpoint });
  kms = createKms({ client, keyId: 'alias/city' });
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});
beforeEach(() => {
  table = createMemoryTable();
});

const ring = (city = 'pingdingshan'): KeyRing => createKeyRing({ city, table, kms, clock });
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

describe('the key ring', () => {
  it('generates a key of 32 bytes when it is first asked and keeps it', async () => {
    const first = await ring().newest('identity', 'field');
    expect(first.bytes.length).toBe(32);
    expect(await ring().newest('identity', 'field')).toEqual(first);
  });

  it('gives containers that start together the same key', async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => ring().newest('identity', 'field')));
    expect(new Set(keys.map(({ bytes }) => text(bytes))).size).toBe(1);
    expect((await table.query({ pk: 'keys#identity' })).items).toHaveLength(1);
  });

  it('has a key of its own for each scope and purpose', async () => {
    const one = ring();
    const keys = await Promise.all([
      one.newest('identity', 'field'),
      one.newest('identity', 'blind'),
      one.newest('booking', 'blind'),
      one.newest('referral', 'field'),
    ]);
    expect(new Set(keys.map(({ bytes }) => text(bytes))).size).toBe(4);
  });

  it('leaves no key in clear in the table', async () => {
    const { bytes } = await ring().newest('identity', 'field');
    const stored = JSON.stringify((await table.query({ pk: 'keys#identity' })).items);
    for (const form of ['base64', 'base64url', 'hex'] as const) {
      expect(stored).not.toContain(Buffer.from(bytes).toString(form));
    }
  });

  it('encrypts with the newest version and still opens the older', async () => {
    const one = ring();
    const before = await one.newest('identity', 'field');
    expect(await one.rotate('identity', 'field')).toBe(2);
    const after = await one.newest('identity', 'field');
    expect([before.version, after.version]).toEqual([1, 2]);
    expect(text(after.bytes)).not.toBe(text(before.bytes));
    expect(await one.version('identity', 'field', 1)).toEqual(before);
    expect((await one.all('identity', 'field')).map(({ version }) => version)).toEqual([2, 1]);
  });

  it('sorts the tenth version after the ninth', async () => {
    const one = ring();
    for (let i = 0; i < 10; i += 1) await one.rotate('identity', 'field');
    expect((await ring().newest('identity', 'field')).version).toBe(10);
  });

  it('rotates once when two rotate together', async () => {
    await ring().newest('identity', 'field');
    expect(
      await Promise.all([ring().rotate('identity', 'field'), ring().rotate('identity', 'field')]),
    ).toEqual([2, 2]);
  });

  it('follows a rotation made elsewhere within five minutes, and can open its texts at once', async () => {
    const here = ring();
    await here.newest('identity', 'field');
    await ring().rotate('identity', 'field');
    expect((await here.version('identity', 'field', 2)).version).toBe(2);
    clock.at += 299_000;
    expect((await here.newest('identity', 'field')).version).toBe(1);
    clock.at += 1_000;
    expect((await here.newest('identity', 'field')).version).toBe(2);
  });

  it('asks KMS and the table once for callers that come together, and then no more', async () => {
    await ring().newest('identity', 'field');
    let unwrapped = 0;
    const counting: Kms = {
      wrap: kms.wrap,
      unwrap: (wrapped, context) => {
        unwrapped += 1;
        return kms.unwrap(wrapped, context);
      },
    };
    const one = createKeyRing({ city: 'pingdingshan', table, kms: counting, clock });
    await Promise.all(Array.from({ length: 5 }, () => one.newest('identity', 'field')));
    await one.version('identity', 'field', 1);
    expect(unwrapped).toBe(1);
  });

  it('asks again after a failure', async () => {
    let broken = true;
    const recovering: Kms = {
      wrap: kms.wrap,
      unwrap: (wrapped, context) =>
        broken ? Promise.reject(new Error('away')) : kms.unwrap(wrapped, context),
    };
    const one = createKeyRing({ city: 'pingdingshan', table, kms: recovering, clock });
    await expect(one.newest('identity', 'field')).rejects.toThrow('away');
    broken = false;
    expect((await one.newest('identity', 'field')).version).toBe(1);
  });

  it('does not open a wrapped key that was moved to another scope or city', async () => {
    await ring().newest('identity', 'field');
    const item = await table.get({ pk: 'keys#identity', sk: 'field#000001' });
    await table.put({ ...item, pk: 'keys#referral', sk: 'field#000001' });
    await expect(ring().newest('referral', 'field')).rejects.toThrow(WrappedKeyError);
    await expect(ring('minhang').newest('identity', 'field')).rejects.toThrow(WrappedKeyError);
  });

  it.each([
    ['identity', 7],
    ['identity', 0],
    ['identity', 1.5],
    ['Identity', 1],
    ['a#b', 1],
  ])('has no key %s version %d', async (scope, version) => {
    await expect(ring().version(scope, 'field', version)).rejects.toThrow(KeyMissingError);
  });
});

describe('session keys', () => {
  const signer = () => createSessionSigner({ city: 'pingdingshan', table, kms, clock });
  const verifier = () => createSessionVerifier({ table, clock });

  async function token(by = signer()): Promise<{ kid: string; jwt: string }> {
    const { kid, privateKey } = await by.signingKey();
    return {
      kid,
      jwt: await new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid }).setSubject('a').sign(privateKey),
    };
  }

  async function accepts({ kid, jwt }: { kid: string; jwt: string }, by = verifier()): Promise<boolean> {
    const key = await by.verificationKey(kid);
    return key !== undefined && (await jwtVerify(jwt, key)).payload.sub === 'a';
  }

  it('sign ES256 tokens that a verifier without KMS accepts', async () => {
    expect(await accepts(await token())).toBe(true);
  });

  it('are the same for signers that start together', async () => {
    const tokens = await Promise.all(Array.from({ length: 5 }, () => token()));
    expect(new Set(tokens.map(({ kid }) => kid))).toEqual(new Set(['s1']));
    for (const each of tokens) expect(await accepts(each)).toBe(true);
  });

  it('stand in clear only with their public half, in a partition of its own', async () => {
    await token();
    const shown = (await table.query({ pk: 'keys#session-public' })).items;
    expect(shown.map((item) => Object.keys(item).toSorted())).toEqual([['pk', 'sk', 'spki']]);
    const hidden = (await table.query({ pk: 'keys#session' })).items;
    expect(hidden.map((item) => Object.keys(item).toSorted())).toEqual([
      ['createdAt', 'pk', 'sk', 'wrapped'],
    ]);
  });

  it('rotate: new tokens by the new key, old ones still accepted, by a running verifier too', async () => {
    const [by, check] = [signer(), verifier()];
    const old = await token(by);
    expect(await accepts(old, check)).toBe(true);
    clock.at += 1_000;
    expect(await by.rotate()).toBe('s2');
    const fresh = await token(by);
    expect(fresh.kid).toBe('s2');
    expect(await accepts(fresh, check)).toBe(true);
    expect(await accepts(old, check)).toBe(true);
  });

  it('are read again at most once a second however many unknown ids are made up', async () => {
    await token();
    let reads = 0;
    const counted: Table = {
      ...table,
      query: (spec) => {
        reads += 1;
        return table.query(spec);
      },
    };
    const check = createSessionVerifier({ table: counted, clock });
    for (let i = 10; i < 30; i += 1) expect(await check.verificationKey(`s${i}`)).toBeUndefined();
    expect(reads).toBe(1);
    clock.at += 1_000;
    await check.verificationKey('s99');
    expect(reads).toBe(2);
  });

  it('stop being accepted within five minutes after their public half is deleted', async () => {
    const check = verifier();
    const old = await token();
    expect(await accepts(old, check)).toBe(true);
    await table.delete({ pk: 'keys#session-public', sk: 'es256#000001' });
    clock.at += 300_000;
    expect(await accepts(old, check)).toBe(false);
  });
});

describe('versions', () => {
  it('of random rotations by several containers stay gapless', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(2), { maxLength: 6 }), async (turns) => {
        table = createMemoryTable();
        const rings = [ring(), ring(), ring()];
        await Promise.all(turns.map((turn) => rings[turn]?.rotate('identity', 'blind')));
        const all = await ring().all('identity', 'blind');
        expect(all.map(({ version }) => version)).toEqual(all.map((_, i) => all.length - i));
      }),
      { numRuns: 15 },
    );
  });
});
