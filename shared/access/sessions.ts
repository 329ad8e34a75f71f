import { jwtVerify, SignJWT } from 'jose';
import * as z from 'zod/mini';
import type { Table } from '../data/table.ts';
import type { Clock } from '../kernel/clock.ts';
import type { SessionSigner, SessionVerifier } from '../privacy/session-keys.ts';
import { type Actor, ROLES } from './actor.ts';

export const SESSION_PREFIX = 'session#';

/** A revocation takes hold everywhere within this time. */
const VERSION_CACHE_MS = 5_000;
/** What a container remembers at most; beyond it begins anew. */
const MOST_VERSIONS = 10_000;

/** What a session says of its holder; `version` must equal the account's at every use. */
export type SessionClaims = Actor & { readonly version: number };

export interface Sessions {
  /** An ES256 token that ends after `lifeMs`. */
  issue(
    claims: SessionClaims,
    lifeMs: number,
  ): Promise<{ readonly token: string; readonly expiresAt: string }>;
  /** Undefined: not ours, altered, ended or revoked. Never says which. */
  verify(token: string): Promise<Actor | undefined>;
}

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

interface SessionParts {
  readonly city: string;
  readonly table: Table;
  readonly clock: Clock;
  readonly signer: SessionSigner;
  readonly verifier: SessionVerifier;
}

/**
 * Login sessions. The account's current session version stands in the shared view
 * (pk `session#<accountId>`, sk `version`), written by identity; raising it ends every session of the account.
 */
export function createSessions({ city, table, clock, signer, verifier }: SessionParts): Sessions {
  const versions = new Map<string, { readonly version: unknown; readonly until: number }>();

  async function versionOf(accountId: string): Promise<unknown> {
    const known = versions.get(accountId);
    if (known !== undefined && known.until > clock.now()) return known.version;
    const item = await table.get(
      { pk: `${SESSION_PREFIX}${accountId}`, sk: 'version' },
      { consistent: true },
    );
    if (versions.size >= MOST_VERSIONS) versions.clear();
    versions.set(accountId, { version: item?.['version'], until: clock.now() + VERSION_CACHE_MS });
    return item?.['version'];
  }

  return {
    async issue(claims, lifeMs) {
      const { kid, privateKey } = await signer.signingKey();
      const now = clock.now();
      const expires = Math.floor((now + lifeMs) / 1000);
      const token = await new SignJWT({ ...claims })
        .setProtectedHeader({ alg: 'ES256', kid })
        .setIssuer(city)
        .setIssuedAt(Math.floor(now / 1000))
        .setExpirationTime(expires)
        .sign(privateKey);
      return { token, expiresAt: new Date(expires * 1000).toISOString() };
    },

    async verify(token) {
      const claims = await readToken(token, city, clock, verifier);
      if (claims === undefined) return undefined;
      const { version, ...actor } = claims;
      if ((await versionOf(claims.accountId)) !== version) return undefined;
      return { ...withoutUndefined(actor), sessionVersion: version };
    },
  };
}

async function readToken(
  token: string,
  city: string,
  clock: Clock,
  verifier: SessionVerifier,
): Promise<z.output<typeof claimsSchema> | undefined> {
  try {
    const { payload } = await jwtVerify(
      token,
      async ({ kid }) => {
        const key = kid === undefined ? undefined : await verifier.verificationKey(kid);
        if (key === undefined) throw new UnknownKey();
        return key;
      },
      {
        algorithms: ['ES256'],
        issuer: city,
        requiredClaims: ['exp'],
        currentDate: new Date(clock.now()),
      },
    );
    return claimsSchema.safeParse(payload).data;
  } catch (error) {
    if (error instanceof UnknownKey || (error instanceof Error && 'code' in error && isJose(error.code))) {
      return undefined;
    }
    throw error;
  }
}

class UnknownKey extends Error {}

function isJose(code: unknown): boolean {
  return typeof code === 'string' && /^ERR_J(WT|WS|OSE)_/.test(code);
}

function withoutUndefined(claims: Omit<z.output<typeof claimsSchema>, 'version'>): Actor {
  // Drops `practitionerId: undefined`, which the parsed type allows and `Actor` does not.
  return Object.fromEntries(
    Object.entries(claims).filter(([, value]) => value !== undefined),
  ) as unknown as Actor;
}
