import type { Role } from '../../shared/access/actor.ts';
import type { Call } from '../../shared/context.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import type { Doer } from './signing-event.ts';

type Caller = Pick<Call, 'actor' | 'traceparent'>;

/** The resident, or whoever acts for the patient at home. */
export function residentOf({ actor, traceparent }: Caller): Doer {
  if (actor?.kind !== 'resident') throw houseErrors.refusal('FORBIDDEN');
  return { by: actor.accountId, role: 'resident', traceparent };
}

/**
 * Staff, in the first of the step’s roles that they have. A signing is worked on by the very institution of its team:
 * standing above it in the tree opens lists and steps to nobody.
 */
export function staffOf(
  { actor, traceparent }: Caller,
  roles: readonly Role[],
  institutionId?: string,
): Doer & { readonly institutionId: string } {
  if (actor?.kind !== 'staff') throw houseErrors.refusal('FORBIDDEN');
  if (institutionId !== undefined && actor.institutionId !== institutionId)
    throw houseErrors.refusal('FORBIDDEN');
  const held: readonly Role[] = actor.roles;
  const role = roles.find((one) => held.includes(one));
  if (role === undefined) throw houseErrors.refusal('FORBIDDEN');
  return {
    by: actor.accountId,
    role,
    institutionId: actor.institutionId,
    ...(actor.practitionerId === undefined ? {} : { practitionerId: actor.practitionerId }),
    traceparent,
  };
}
