import { createHmac, generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { Actor } from '../../shared/access/actor.ts';
import { allow, none, ownAccount } from '../../shared/access/grants.ts';
import type { SessionClaims } from '../../shared/access/sessions.ts';
import { route } from '../../shared/context.ts';
import { createMemoryTable } from '../../shared/data/memory-table.ts';
import type { Key, Table } from '../../shared/data/table.ts';
import { testClock } from '../support/deps.ts';
import { call } from './edge.ts';
import { residentToken, sessionOf, staffToken } from './logins.ts';
import { type SmallCity, smallCity } from './small-context.ts';

const MINUTE_MS = 60_000;

let seen: Actor | undefined;

const routes = [
  route({
    method: 'GET',
    path: '/things',
    summary: '读取',
    access: [...allow(['resident', 'nurse'], none), ...allow('clerk', ownAccount)],
    response: z.object({}),
    handle: async (_deps, { actor }) => {
      seen = actor;
      return {};
    },
  }),
  route({
    method: 'GET',
    path: '/things/open',
    summary: '公开',
    access: 'public',
    response: z.object({}),
    handle: async (_deps, { actor }) => {
      seen = actor;
      return {};
    },
  }),
];

function city(options: Parameters<typeof smallCity>[1] = {}): SmallCity {
  seen = undefined;
  return smallCity(routes, options);
}

async function statusWith({ api }: SmallCity, authorization: string, path = '/things'): Promise<number> {
  const answer = await call(api, `GET ${path}`, { headers: { authorization } });
  if (answer.statusCode >= 400) expect(answer.json).toMatchObject({ code: 'UNAUTHENTICATED' });
  return answer.statusCode;
}

const resident: SessionClaims = {
  kind: 'resident',
  accountId: 'resident-1',
  roles: ['resident'],
  version: 1,
};

/** A token of our very key that says what `issue` would never be asked to say. */
async function signed({ deps }: SmallCity, claims: object, header: object = {}): Promise<string> {
  const { kid, privateKey } = await deps.sessionSigner.signingKey();
  const seconds = Math.floor(deps.clock.now() / 1000);
  return new SignJWT({ iss: 'demo', iat: seconds, exp: seconds + 3600, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid, ...header })
    .sign(privateKey);
}

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

describe('a session', () => {
  it('tells the use case who asks', async () => {
    const { api, deps } = city();
    await call(api, 'GET /things', { token: await residentToken(deps) });
    expect(seen).toEqual({
      kind: 'resident',
      accountId: 'resident-1',
      roles: ['resident'],
      sessionVersion: 1,
    });
    await call(api, 'GET /things', {
      token: await staffToken(deps, 'nurse', { practitionerId: 'doctor-1' }),
    });
    expect(seen).toEqual({
      kind: 'staff',
      accountId: 'account-nurse',
      institutionId: 'hospital-1',
      practitionerId: 'doctor-1',
      roles: ['nurse'],
      secondFactor: true,
      sessionVersion: 1,
    });
  });

  it('is asked for by whatever is not public', async () => {
    const answer = await call(city().api, 'GET /things');
    expect(answer).toMatchObject({
      statusCode: 401,
      headers: { 'www-authenticate': 'Bearer' },
      json: { code: 'UNAUTHENTICATED', message: '请先登录' },
    });
  });

  it('is not needed on a public route, but known there', async () => {
    const { api, deps } = city();
    expect((await call(api, 'GET /things/open')).statusCode).toBe(200);
    expect(seen).toBeUndefined();
    await call(api, 'GET /things/open', { token: await residentToken(deps) });
    expect(seen).toMatchObject({ accountId: 'resident-1' });
  });

  it('ends at its time', async () => {
    const small = city();
    const token = await sessionOf(small.deps, resident, 10 * MINUTE_MS);
    small.deps.clock.advance(10 * MINUTE_MS - 1000);
    expect(await statusWith(small, `Bearer ${token}`)).toBe(200);
    small.deps.clock.advance(1000);
    expect(await statusWith(small, `Bearer ${token}`)).toBe(401);
  });

  it('ends everywhere within five seconds of being revoked', async () => {
    const small = city();
    const token = await residentToken(small.deps);
    expect(await statusWith(small, `Bearer ${token}`)).toBe(200);
    await small.deps.table.update({ pk: 'session#resident-1', sk: 'version' }, { add: { version: 1 } });
    small.deps.clock.advance(4_999);
    expect(await statusWith(small, `Bearer ${token}`)).toBe(200);
    small.deps.clock.advance(1);
    expect(await statusWith(small, `Bearer ${token}`)).toBe(401);
    const next = (await small.deps.sessions.issue({ ...resident, version: 2 }, MINUTE_MS)).token;
    expect(await statusWith(small, `Bearer ${next}`)).toBe(200);
  });

  it('ends with its key, although its signature was found good before', async () => {
    const small = city();
    const token = await residentToken(small.deps);
    expect(await statusWith(small, `Bearer ${token}`)).toBe(200);
    await small.deps.table.delete({ pk: 'keys#session-public', sk: 'es256#000001' });
    small.deps.clock.advance(5 * MINUTE_MS);
    expect(await statusWith(small, `Bearer ${token}`)).toBe(401);
  });

  it('ends when another key takes the place of its own', async () => {
    const small = city();
    const token = await residentToken(small.deps);
    expect(await statusWith(small, `Bearer ${token}`)).toBe(200);
    const spki = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
      type: 'spki',
      format: 'der',
    });
    await small.deps.table.put({
      pk: 'keys#session-public',
      sk: 'es256#000001',
      spki: spki.toString('base64'),
    });
    small.deps.clock.advance(5 * MINUTE_MS);
    expect(await statusWith(small, `Bearer ${token}`)).toBe(401);
  });

  it('found good before lends nothing to a token that differs by a letter', async () => {
    const small = city();
    const token = await residentToken(small.deps);
    expect(await statusWith(small, `Bearer ${token}`)).toBe(200);
    // The last letter stands for two bits of the signature, and four that mean nothing.
    for (let at = token.indexOf('.') + 1; at < token.length - 1; at += 7) {
      if (token[at] === '.') continue;
      const other = token[at] === 'A' ? 'B' : 'A';
      const altered = `${token.slice(0, at)}${other}${token.slice(at + 1)}`;
      expect(await statusWith(small, `Bearer ${altered}`)).toBe(401);
    }
    expect(await statusWith(small, `Bearer ${token}`)).toBe(200);
  });

  it('of an account without a version, or with none yet, is none', async () => {
    const small = city();
    const { token } = await small.deps.sessions.issue(resident, MINUTE_MS);
    expect(await statusWith(small, `Bearer ${token}`)).toBe(401);
  });

  it('of a resident says nothing that only staff may say', async () => {
    const small = city();
    await residentToken(small.deps);
    const token = await signed(small, { ...resident, institutionId: 'hospital-1', secondFactor: true });
    expect(await statusWith(small, `Bearer ${token}`)).toBe(200);
    expect(seen).toEqual({
      kind: 'resident',
      accountId: 'resident-1',
      roles: ['resident'],
      sessionVersion: 1,
    });
  });

  it('costs one consistent read of its version in five seconds', async () => {
    const reads: { readonly key: Key; readonly consistent: boolean }[] = [];
    const memory = createMemoryTable({ clock: testClock('2026-03-02T00:00:00.000Z') });
    const table: Table = {
      ...memory,
      get: async (key, options = {}) => {
        if (key.pk.startsWith('session#')) reads.push({ key, consistent: options.consistent === true });
        return memory.get(key, options);
      },
    };
    const small = city({ table });
    const token = await residentToken(small.deps);
    for (let asked = 0; asked < 5; asked += 1) await statusWith(small, `Bearer ${token}`);
    expect(reads).toEqual([{ key: { pk: 'session#resident-1', sk: 'version' }, consistent: true }]);
  });
});

describe('a session that is issued', () => {
  it('says when it began and when it ends, to its holder in the same words', async () => {
    const { deps } = city();
    const { token, expiresAt } = await deps.sessions.issue(resident, 10 * MINUTE_MS);
    const now = deps.clock.now();
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ iat: now / 1000, exp: now / 1000 + 600 });
    expect(expiresAt).toBe(new Date(now + 10 * MINUTE_MS).toISOString());
  });

  it('is not called false when the keys cannot be read', async () => {
    const memory = createMemoryTable({ clock: testClock('2026-03-02T00:00:00.000Z') });
    let broken = false;
    const table: Table = {
      ...memory,
      query: async (asked) => {
        if (broken && asked.pk === 'keys#session-public')
          throw Object.assign(new Error('not today'), { code: 'ERR_OTHER' });
        return memory.query(asked);
      },
    };
    const small = city({ table });
    const token = await residentToken(small.deps);
    broken = true;
    const answer = await call(small.api, 'GET /things', { headers: { authorization: `Bearer ${token}` } });
    expect(answer.statusCode).toBe(500);
    broken = false;
    expect(await statusWith(small, `Bearer ${token}`)).toBe(200);
  });
});

describe('no session is', () => {
  it('a token with any character changed', async () => {
    const small = city();
    const token = await residentToken(small.deps);
    expect(await statusWith(small, `Bearer ${token}`)).toBe(200);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const accepted: string[] = [];
    for (let at = 0; at < token.length; at += 1) {
      const character = token[at] ?? '';
      // Far off in the alphabet: the low bits of a part's last character are unused.
      const other = alphabet[(alphabet.indexOf(character) + 17) % alphabet.length] ?? '';
      const changed =
        character === '.'
          ? `${token.slice(0, at)}${token.slice(at + 1)}`
          : `${token.slice(0, at)}${other}${token.slice(at + 1)}`;
      if ((await statusWith(small, `Bearer ${changed}`)) !== 401)
        accepted.push(`${at} ${character} → ${other}`);
    }
    expect(accepted).toEqual([]);
  });

  it('a token of another city, though our key signed it', async () => {
    const small = city();
    await residentToken(small.deps);
    expect(await statusWith(small, `Bearer ${await signed(small, { ...resident, iss: 'demo' })}`)).toBe(200);
    expect(await statusWith(small, `Bearer ${await signed(small, { ...resident, iss: 'hechi' })}`)).toBe(401);
    expect(await statusWith(small, `Bearer ${await signed(small, { ...resident, iss: undefined })}`)).toBe(
      401,
    );
  });

  it("a token of another city's key", async () => {
    const [small, other] = [city(), city()];
    const { token } = await other.deps.sessions.issue(resident, MINUTE_MS);
    await residentToken(small.deps);
    expect(await statusWith(small, `Bearer ${token}`)).toBe(401);
  });

  it('a token that never ends', async () => {
    const small = city();
    await residentToken(small.deps);
    expect(await statusWith(small, `Bearer ${await signed(small, { ...resident, exp: undefined })}`)).toBe(
      401,
    );
  });

  it('a token that is not signed', async () => {
    const small = city();
    const token = await residentToken(small.deps);
    const [header = '', payload = '', signature = ''] = token.split('.');
    const unsigned = part({ alg: 'none' });
    for (const forged of [
      `${unsigned}.${payload}.`,
      `${unsigned}.${payload}.${signature}`,
      `${header}.${payload}.`,
      `${part({ alg: 'None', kid: 's1' })}.${payload}.AA`,
    ]) {
      expect(await statusWith(small, `Bearer ${forged}`), forged).toBe(401);
    }
  });

  it('a token whose signature is a hash under our public key', async () => {
    const small = city();
    const token = await residentToken(small.deps);
    const [, payload = ''] = token.split('.');
    const publicKey = small.deps.all().find(({ pk }) => pk === 'keys#session-public');
    const spki = Buffer.from(String(publicKey?.['spki']), 'base64');
    const pem = `-----BEGIN PUBLIC KEY-----\n${spki.toString('base64').replace(/(.{64})/g, '$1\n')}\n-----END PUBLIC KEY-----\n`;
    for (const secret of [spki, Buffer.from(pem), Buffer.from(spki.toString('base64'))]) {
      const content = `${part({ alg: 'HS256', kid: 's1' })}.${payload}`;
      const forged = `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
      expect(await statusWith(small, `Bearer ${forged}`)).toBe(401);
    }
  });

  it.each([['s2'], ['s0'], [''], ['../s1'], [7], [null], [{ s: 1 }], [['s1']]])(
    'a token of the key %j',
    async (kid) => {
      const small = city();
      const [, payload, signature] = (await residentToken(small.deps)).split('.');
      expect(await statusWith(small, `Bearer ${part({ alg: 'ES256', kid })}.${payload}.${signature}`)).toBe(
        401,
      );
    },
  );

  it('a token that brings its own key', async () => {
    const small = city();
    const [, payload, signature] = (await residentToken(small.deps)).split('.');
    const header = {
      alg: 'ES256',
      jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' },
      jku: 'http://127.0.0.1:9/',
    };
    expect(await statusWith(small, `Bearer ${part(header)}.${payload}.${signature}`)).toBe(401);
  });

  it.each<[string, object]>([
    ['a resident with the role of a nurse', { ...resident, roles: ['nurse'] }],
    ['a resident with that role besides', { ...resident, roles: ['resident', 'nurse'] }],
    ['a resident without a role', { ...resident, roles: [] }],
    [
      'staff with the role of a resident',
      {
        kind: 'staff',
        accountId: 'resident-1',
        institutionId: 'h',
        roles: ['nurse', 'resident'],
        secondFactor: true,
        version: 1,
      },
    ],
    [
      'staff of no institution',
      { kind: 'staff', accountId: 'resident-1', roles: ['nurse'], secondFactor: true, version: 1 },
    ],
    [
      'staff that says nothing of a second factor',
      { kind: 'staff', accountId: 'resident-1', institutionId: 'h', roles: ['nurse'], version: 1 },
    ],
    [
      'a role nobody knows',
      {
        kind: 'staff',
        accountId: 'resident-1',
        institutionId: 'h',
        roles: ['root'],
        secondFactor: true,
        version: 1,
      },
    ],
    ['a kind nobody knows', { ...resident, kind: 'root' }],
    ['a version that is no number', { ...resident, version: '1' }],
    ['nothing at all', {}],
  ])('a token that we signed and that claims %s', async (_, claims) => {
    const small = city();
    await residentToken(small.deps);
    expect(await statusWith(small, `Bearer ${await signed(small, claims)}`)).toBe(401);
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Bearer a.b',
    'Bearer a.b.c.d',
    'Basic YTpi',
    'Bearer a.b.c, Bearer a.b.c',
    'Bearer ..',
    'Bearer 张.三.李',
    `Bearer ${'a'.repeat(9_000)}.b.c`,
  ])('the header %j, on a public route neither', async (authorization) => {
    expect(await statusWith(city(), authorization)).toBe(401);
    expect(await statusWith(city(), authorization, '/things/open')).toBe(401);
  });
});

describe('staff without a second factor', () => {
  const half = { secondFactor: false };

  it('is asked for it', async () => {
    const { api, deps } = city();
    const answer = await call(api, 'GET /things', { token: await staffToken(deps, 'nurse', half) });
    expect(answer).toMatchObject({ statusCode: 401, json: { code: 'SECOND_FACTOR_REQUIRED' } });
  });

  it('reaches the own account, where the second factor is given', async () => {
    const { api, deps } = city();
    expect(
      (await call(api, 'GET /things', { token: await staffToken(deps, 'clerk', half) })).statusCode,
    ).toBe(200);
  });

  it('is told nothing of a second factor where none of its roles has a grant', async () => {
    const { api, deps } = city();
    const answer = await call(api, 'GET /things', { token: await staffToken(deps, 'practitioner', half) });
    expect(answer).toMatchObject({ statusCode: 403, json: { code: 'FORBIDDEN' } });
  });
});

describe('the scheme', () => {
  it.each(['Bearer', 'bearer', 'BEARER'])('may be written %s', async (scheme) => {
    const small = city();
    expect(await statusWith(small, `${scheme} ${await residentToken(small.deps)}`)).toBe(200);
  });
});
