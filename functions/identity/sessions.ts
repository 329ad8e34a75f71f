import type { Actor } from '../../shared/access/actor.ts';
import { SESSION_PREFIX } from '../../shared/access/sessions.ts';
import type { Key, TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';

const HOUR_MS = 3_600_000;

export const FIRST_VERSION = 1;

interface IssuedSession {
  readonly token: string;
  readonly expiresAt: string;
}

function versionKey(accountId: string): Key {
  return { pk: `${SESSION_PREFIX}${accountId}`, sk: 'version' };
}

/** With the account itself: no session can be issued before. */
export function firstVersion(accountId: string): TransactOperation {
  return { put: { ...versionKey(accountId), version: FIRST_VERSION }, if: { $exists: false } };
}

/** Ends every session of the account. */
export function raisedVersion(accountId: string): TransactOperation {
  return {
    update: versionKey(accountId),
    changes: { add: { version: 1 } },
    if: { $exists: true },
  };
}

/**
 * After credentials were proven in this very request. What ended the account's sessions since `version` was read ends
 * this one too.
 */
export function issueSession(
  deps: Deps,
  actor: Actor & { readonly version: number },
  lifeHours: number,
): Promise<IssuedSession> {
  return deps.sessions.issue(actor, lifeHours * HOUR_MS);
}

/**
 * In exchange for the session shown. A function may take a revoked session for good for some seconds; a stolen one
 * must not turn itself into a good one meanwhile, so the version is compared with the table's.
 */
export async function exchangeSession(deps: Deps, actor: Actor, lifeHours: number): Promise<IssuedSession> {
  const { sessionVersion, ...claims } = actor;
  const version = await versionOf(deps, actor.accountId);
  if (sessionVersion !== version) throw houseErrors.refusal('UNAUTHENTICATED');
  return deps.sessions.issue({ ...claims, version }, lifeHours * HOUR_MS);
}

/** @throws UNAUTHENTICATED where there is none, as for no account. */
export async function versionOf({ table }: Pick<Deps, 'table'>, accountId: string): Promise<number> {
  const item = await table.get(versionKey(accountId), { consistent: true });
  if (item === undefined) throw houseErrors.refusal('UNAUTHENTICATED');
  return Number(item['version']);
}
