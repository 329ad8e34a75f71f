import type { KeyObject } from 'node:crypto';
import { jwtVerify } from 'jose';
import * as z from 'zod/mini';
import type { Clock } from '../kernel/clock.ts';
import type { SessionVerifier } from '../privacy/session-keys.ts';
import { type Actor, ROLES } from './actor.ts';

const staffRole = z.enum(ROLES).check(z.refine((role) => role !== 'resident'));
const claimsSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('resident'),
    accountId: z.string(),
    roles: z.tuple([z.literal('resident')]),
    version: z.int(),
  }),
  z.object({
    kind: z.literal('staff'),
    accountId: z.string(),
    institutionId: z.string(),
    practitionerId: z.optional(z.string()),
    roles: z.array(staffRole),
    secondFactor: z.boolean(),
    version: z.int(),
  }),
]);

/** What a token says: who, and which of the account's sessions that was. */
export interface Claims {
  readonly actor: Actor;
  readonly version: number;
}

/** What a container remembers at most; beyond it begins anew. */
const MOST_TOKENS = 2_000;

/** A token whose signature was found good, by that very key. */
interface Checked {
  readonly claims: Claims;
  readonly kid: string;
  readonly key: KeyObject;
  /** Seconds since the epoch. */
  readonly expires: number;
}

interface TokenParts {
  readonly city: string;
  readonly clock: Clock;
  readonly verifier: SessionVerifier;
}

/**
 * Reads tokens of the city's own; undefined for any other, and for one that has ended. A signature is checked once a
 * container, which is nine tenths of a warm request's work: the same token is as good until it ends, or until its key is
 * withdrawn or read anew. Whether the session still stands is not this function's to say.
 */
export function createTokenReader({
  city,
  clock,
  verifier,
}: TokenParts): (token: string) => Promise<Claims | undefined> {
  const checked = new Map<string, Checked>();

  async function check(token: string): Promise<Checked | undefined> {
    let used: Pick<Checked, 'kid' | 'key'> | undefined;
    const { payload } = await jwtVerify(
      token,
      async ({ kid }) => {
        const key = kid === undefined ? undefined : await verifier.verificationKey(kid);
        if (kid === undefined || key === undefined) throw new UnknownKey();
        used = { kid, key };
        return key;
      },
      {
        algorithms: ['ES256'],
        issuer: city,
        requiredClaims: ['exp'],
        currentDate: new Date(clock.now()),
      },
    );
    const said = claimsSchema.safeParse(payload).data;
    if (said === undefined || used === undefined || payload.exp === undefined) return undefined;
    const { version, ...holder } = said;
    const actor = Object.freeze({ ...withoutUndefined(holder), sessionVersion: version });
    return { claims: { actor, version }, ...used, expires: payload.exp };
  }

  return async (token) => {
    const known = checked.get(token);
    if (known !== undefined) {
      const ended = known.expires <= Math.floor(clock.now() / 1_000);
      if (!ended && (await verifier.verificationKey(known.kid)) === known.key) return known.claims;
      checked.delete(token);
    }
    try {
      const found = await check(token);
      if (found === undefined) return undefined;
      if (checked.size >= MOST_TOKENS) checked.clear();
      checked.set(token, found);
      return found.claims;
    } catch (error) {
      if (error instanceof UnknownKey || (error instanceof Error && 'code' in error && isJose(error.code))) {
        return undefined;
      }
      throw error;
    }
  };
}

class UnknownKey extends Error {}

function isJose(code: unknown): boolean {
  return typeof code === 'string' && /^ERR_J(WT|WS|OSE)_/.test(code);
}

function withoutUndefined(claims: object): Actor {
  // Drops `practitionerId: undefined`, which the parsed type allows and `Actor` does not.
  return Object.fromEntries(
    Object.entries(claims).filter(([, value]) => value !== undefined),
  ) as unknown as Actor;
}
