import { SignJWT } from 'jose';
import type { Table } from '../data/table.ts';
import type { Clock } from '../kernel/clock.ts';
import type { SessionSigner, SessionVerifier } from '../privacy/session-keys.ts';
import type { Actor } from './actor.ts';
import { createTokenReader } from './read-token.ts';

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
  const readToken = createTokenReader({ city, clock, verifier });
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
      const claims = await readToken(token);
      if (claims === undefined) return undefined;
      const { actor, version } = claims;
      return (await versionOf(actor.accountId)) === version ? actor : undefined;
    },
  };
}
