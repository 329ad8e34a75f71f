import type { StaffActor } from '../../shared/access/actor.ts';
import type { Deps } from '../../shared/deps.ts';
import type { StaffRole } from './contracts.ts';
import { identityErrors } from './errors.ts';
import { practisesAt } from './practitioners.ts';
import { mayAssign, needsPractitioner } from './rules.ts';

interface Granted {
  readonly institutionId: string;
  readonly roles: readonly StaffRole[];
  readonly practitionerId?: string | undefined;
}

/**
 * What an administrator is about to grant. R4: a doctor's id opens that doctor's signed patients, so it is taken
 * only for a doctor whom the directory has at this very institution.
 * @throws ROLE_NOT_ASSIGNABLE, PRACTITIONER_REQUIRED, PRACTITIONER_NOT_HERE
 */
export async function checkGranted(
  deps: Pick<Deps, 'table'>,
  by: StaffActor,
  { institutionId, roles, practitionerId }: Granted,
): Promise<void> {
  refuseUnassignable(by, roles);
  if (practitionerId === undefined) {
    if (needsPractitioner(roles)) throw identityErrors.refusal('PRACTITIONER_REQUIRED');
  } else if (!(await practisesAt(deps, practitionerId, institutionId))) {
    throw identityErrors.refusal('PRACTITIONER_NOT_HERE');
  }
}

/** R1 Who may not grant a role may not take it away or get at its holder's credentials either. */
export function refuseUnassignable(by: StaffActor, roles: readonly StaffRole[]): void {
  if (!mayAssign(by.roles, roles)) throw identityErrors.refusal('ROLE_NOT_ASSIGNABLE');
}

/** R3 Nobody changes, suspends or renews their own account: it takes two. @throws OWN_STAFF_ACCOUNT */
export function refuseOwn(by: StaffActor, accountId: string): void {
  if (by.accountId === accountId) throw identityErrors.refusal('OWN_STAFF_ACCOUNT');
}
