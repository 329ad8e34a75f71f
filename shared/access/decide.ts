import type { Deps } from '../deps.ts';
import { instant } from '../kernel/clock.ts';
import type { Actor } from './actor.ts';
import { hasRelation } from './care-relations.ts';
import type { Grant, Relation } from './grants.ts';

export type Decision =
  | { readonly allowed: true; readonly grant: Grant }
  | { readonly allowed: false; readonly code: 'FORBIDDEN' | 'SECOND_FACTOR_REQUIRED' };

/** What cannot be an id stands in no relation, and never becomes part of a key. */
const SUBJECT_ID = /^[\w-]{1,64}$/;

/**
 * The first grant whose role the actor has and whose relation stands. The answer never tells whether the subject
 * exists. Without a second factor staff reach their own account and nothing else.
 */
export async function decide(
  deps: Pick<Deps, 'table' | 'clock' | 'institutionTree'>,
  grants: readonly Grant[],
  actor: Actor,
  params: Readonly<Record<string, string>>,
): Promise<Decision> {
  const roles: readonly string[] = actor.roles;
  const ofRole = grants.filter((grant) => roles.includes(grant.role));
  const provenTwice = actor.kind === 'resident' || actor.secondFactor;
  const open = provenTwice ? ofRole : ofRole.filter(({ relation }) => relation.kind === 'own-account');
  for (const grant of open) {
    if (await stands(deps, grant.relation, actor, params)) return { allowed: true, grant };
  }
  return { allowed: false, code: open.length < ofRole.length ? 'SECOND_FACTOR_REQUIRED' : 'FORBIDDEN' };
}

async function stands(
  { table, clock, institutionTree }: Pick<Deps, 'table' | 'clock' | 'institutionTree'>,
  relation: Relation,
  actor: Actor,
  params: Readonly<Record<string, string>>,
): Promise<boolean> {
  if (relation.kind === 'none' || relation.kind === 'own-account') return true;
  const subjectId = params[relation.param];
  if (subjectId === undefined || !SUBJECT_ID.test(subjectId)) return false;
  switch (relation.kind) {
    case 'patient': {
      if (actor.kind !== 'resident') return false;
      const holderId = actor.accountId;
      const keys = relation.kinds.map((kind) => ({ patientId: subjectId, kind, holderId }));
      return hasRelation(table, keys, instant(clock));
    }
    case 'signed': {
      if (actor.kind !== 'staff' || actor.practitionerId === undefined) return false;
      const holderId = actor.practitionerId;
      return hasRelation(table, [{ patientId: subjectId, kind: 'SIGNED', holderId }], instant(clock));
    }
    case 'institution': {
      if (actor.kind !== 'staff') return false;
      if (actor.institutionId === subjectId) return true;
      return (await institutionTree.ancestorsOf(subjectId)).includes(actor.institutionId);
    }
  }
}
