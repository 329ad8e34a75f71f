import type { StaffActor } from '../../shared/access/actor.ts';
import type { StaffRole } from './contracts.ts';
import { identityErrors } from './errors.ts';
import { mayAssign, needsPractitioner } from './rules.ts';

/** Rules R1 and R2 for what an administrator is about to grant. @throws ROLE_NOT_ASSIGNABLE, PRACTITIONER_REQUIRED */
export function checkRoles(
  by: StaffActor,
  granted: { readonly roles: readonly StaffRole[]; readonly practitionerId?: string | undefined },
): void {
  if (!mayAssign(by.roles, granted.roles)) throw identityErrors.refusal('ROLE_NOT_ASSIGNABLE');
  if (granted.practitionerId === undefined && needsPractitioner(granted.roles)) {
    throw identityErrors.refusal('PRACTITIONER_REQUIRED');
  }
}

/** R3 Nobody changes, suspends or renews their own account: it takes two. @throws OWN_STAFF_ACCOUNT */
export function refuseOwn(by: StaffActor, accountId: string): void {
  if (by.accountId === accountId) throw identityErrors.refusal('OWN_STAFF_ACCOUNT');
}
