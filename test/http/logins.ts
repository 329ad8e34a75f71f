import type { Role, StaffActor } from '../../shared/access/actor.ts';
import { SESSION_PREFIX, type SessionClaims } from '../../shared/access/sessions.ts';
import type { Deps } from '../../shared/deps.ts';

const HOUR_MS = 3_600_000;

/** A session as identity issues it, with the version item that lets it stand. */
export async function sessionOf(deps: Deps, claims: SessionClaims, lifeMs = HOUR_MS): Promise<string> {
  const { accountId, version } = claims;
  await deps.table.put({ pk: `${SESSION_PREFIX}${accountId}`, sk: 'version', version });
  return (await deps.sessions.issue(claims, lifeMs)).token;
}

export function residentToken(deps: Deps, accountId = 'resident-1'): Promise<string> {
  return sessionOf(deps, { kind: 'resident', accountId, roles: ['resident'], version: 1 });
}

export function staffToken(
  deps: Deps,
  role: Exclude<Role, 'resident'>,
  more: Partial<Omit<StaffActor, 'kind' | 'roles'>> = {},
): Promise<string> {
  return sessionOf(deps, {
    kind: 'staff',
    accountId: `account-${role}`,
    institutionId: 'hospital-1',
    secondFactor: true,
    ...more,
    roles: [role],
    version: 1,
  });
}
