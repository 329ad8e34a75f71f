import type { Signing } from './store.ts';
import type { SigningStatus } from './transitions.ts';

/** What a team works on. A desk's list is read from the index `lookup`; no step is decided on it. */
export const DESKS = [
  'review',
  'signatures',
  'payment',
  'active',
  'renewal',
  'suspended',
  'termination',
] as const;
export type Desk = (typeof DESKS)[number];

export const DESKS_IN_FORCE: readonly Desk[] = ['active', 'renewal', 'suspended', 'termination'];

const DESK_OF: Partial<Record<SigningStatus, Desk>> = {
  TEAM_REVIEW: 'review',
  SIGNING: 'signatures',
  PAYING: 'payment',
  ACTIVE: 'active',
  RENEWAL: 'renewal',
  RENEWAL_PAYING: 'renewal',
  SUSPENDED: 'suspended',
  TERMINATING: 'termination',
};

export function deskKey(careTeamId: string, desk: Desk): string {
  return `signing#desk#${careTeamId}#${desk}`;
}

/** Index attributes: what ends soonest comes first. None: it has ended. */
export function deskLink({ status, careTeamId, signingId, waitUntil, term }: Signing): {
  lookupPk?: string;
  lookupSk?: string;
} {
  const desk = DESK_OF[status];
  if (desk === undefined) return {};
  return { lookupPk: deskKey(careTeamId, desk), lookupSk: `${waitUntil ?? term?.until ?? ''}#${signingId}` };
}
