import type { Deps } from '../deps.ts';
import { instant } from '../kernel/clock.ts';
import type { Actor } from './actor.ts';
import { hasRelation } from './care-relations.ts';
import type { Grant, Relation } from './grants.ts';

export type Decision =
  | { readonly allowed: true; readonly grant: Grant }
  | { readonly allowed: false; readonly code: 'FORBIDDEN' | 'SECOND_FACTOR_REQUIRED' };

/** The first grant whose role the actor has and whose relation stands. The answer never tells whether the subject exists. */
export async function decide(
  deps: Pick<Deps, 'table' | 'clock' | 'institutionTree'>,
  grants: readonly Grant[],
  actor: Actor,
  params: Readonly<Record<string, string>>,
): Promise<Decision> {
  const roles: readonly string[] = actor.roles;
  const candidates = grants.filter((grant) => roles.includes(grant.role));
  if (
    actor.kind === 'staff' &&
    !actor.secondFactor &&
    candidates.some(({ relation }) => relation.kind !== 'own-account')
  ) {
    return { allowed: false, code: 'SECOND_FACTOR_REQUIRED' };
  }
  for (const grant of candidates) {
    if (await stands(deps, grant.relation, actor, params)) return { allowed: true, grant };
  }
  return { allowed: false, code: 'FORBIDDEN' };
}

async function stands(
  deps: Pick<Deps, 'table' | 'clock' | 'institutionTree'>,
  relation: Relation,
  actor: Actor,
  params: Readonly<Record<string, string>>,
): Promise<boolean> {
  switch (relation.kind) {
    case 'none':
    case 'own-account':
      return true;
    case 'patient': {
      const patientId = params[relation.param];
      if (patientId === undefined || actor.kind !== 'resident') return false;
      const keys = relation.kinds.map((kind) => ({ patientId, kind, holderId: actor.accountId }));
      return hasRelation(deps.table, keys, instant(deps.clock));
    }
    case 'signed': {
      const patientId = params[relation.param];
      if (patientId === undefined || actor.kind !== 'staff' || actor.practitionerId === undefined)
        return false;
      return hasRelation(
        deps.table,
        [{ patientId, kind: 'SIGNED', holderId: actor.practitionerId }],
        instant(deps.clock),
      );
    }
    case 'institution': {
      const institutionId = params[relation.param];
      if (institutionId === undefined || actor.kind !== 'staff') return false;
      if (actor.institutionId === institutionId) return true;
      return (await deps.institutionTree.ancestorsOf(institutionId)).includes(actor.institutionId);
    }
  }
}
