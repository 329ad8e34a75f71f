import type * as z from 'zod/mini';
import type { Call } from '../../shared/context.ts';
import type { Condition } from '../../shared/data/table.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { staffOf } from './acting.ts';
import type {
  institutionParams,
  staffBindingRequest,
  staffMember,
  staffParams,
  staffRolesRequest,
} from './contracts.ts';
import { identityErrors } from './errors.ts';
import type { IdentityDeps } from './identity-deps.ts';
import { staffMemberOf } from './list-staff.ts';
import { checkGranted, refuseOwn, refuseUnassignable } from './roles.ts';
import { statesBefore } from './rules.ts';
import { raisedVersion } from './sessions.ts';
import { type Binding, findStaff, staffAccounts, staffAt, staffEntries } from './staff-store.ts';

type Member = z.input<typeof staffMember>;
type StaffCall = Call<z.output<typeof staffParams>>;

/** Somebody who works elsewhere in the city too. Credentials stay with the home institution. */
export async function bindStaff(
  deps: IdentityDeps,
  call: Call<z.output<typeof institutionParams>, undefined, z.output<typeof staffBindingRequest>>,
): Promise<Member> {
  await checkGranted(deps, staffOf(call), { ...call.body, ...call.params });
  const { account } = await findStaff(deps, call.body.loginName);
  if (account === undefined) throw identityErrors.refusal('STAFF_NOT_FOUND');
  refuseOwn(staffOf(call), account.accountId);
  const at = { institutionId: call.params.institutionId, accountId: account.accountId };
  // A repeat, or a binding that is there: its roles are for the route of roles to change.
  if (account.bindings[at.institutionId] !== undefined)
    return staffMemberOf(deps, await staffAt(deps, at), at);
  await deps.table.transact([
    staffAccounts.updateOperation(
      at.accountId,
      { set: { [`bindings.${at.institutionId}`]: { ...bindingOf(call.body, 'ACTIVE') } } },
      { if: { $exists: true, [`bindings.${at.institutionId}`]: { exists: false } } },
    ),
    staffEntries.putOperation(at, { accountId: at.accountId }),
  ]);
  return staffMemberOf(deps, await staffAt(deps, at), at);
}

export async function changeStaffRoles(
  deps: IdentityDeps,
  call: Call<z.output<typeof staffParams>, undefined, z.output<typeof staffRolesRequest>>,
): Promise<Member> {
  await checkGranted(deps, staffOf(call), { ...call.body, ...call.params });
  const { binding } = await staffAt(deps, call.params);
  refuseUnassignable(staffOf(call), binding.roles);
  return changeBinding(deps, call, bindingOf(call.body, binding.status), binding.status);
}

/** S3 Takes hold at once: the sessions end with the same write. */
export async function suspendStaff(deps: IdentityDeps, call: StaffCall): Promise<Member> {
  return changeStatus(deps, call, 'SUSPENDED');
}

/** R4 holds anew: a doctor who has left meanwhile does not come back as one. */
export async function reinstateStaff(deps: IdentityDeps, call: StaffCall): Promise<Member> {
  return changeStatus(deps, call, 'ACTIVE');
}

async function changeStatus(deps: IdentityDeps, call: StaffCall, status: Binding['status']): Promise<Member> {
  const { binding } = await staffAt(deps, call.params);
  if (status === 'ACTIVE') await checkGranted(deps, staffOf(call), { ...binding, ...call.params });
  else refuseUnassignable(staffOf(call), binding.roles);
  return changeBinding(
    deps,
    call,
    { ...binding, status },
    { in: [...statesBefore('binding', status), status] },
  );
}

/** Every change of a binding ends the account's sessions, because they carry its roles. */
async function changeBinding(
  deps: IdentityDeps,
  call: StaffCall,
  binding: Binding,
  status: Condition[string],
): Promise<Member> {
  const { accountId, institutionId } = call.params;
  refuseOwn(staffOf(call), accountId);
  const path = `bindings.${institutionId}`;
  const outcome = await deps.table.transact([
    staffAccounts.updateOperation(
      accountId,
      { set: { [path]: { ...binding } } },
      { if: { [path]: { exists: true }, [`${path}.status`]: status } },
    ),
    raisedVersion(accountId),
  ]);
  if (!outcome.ok) throw houseErrors.refusal('CONFLICT');
  return staffMemberOf(deps, await staffAt(deps, call.params), call.params);
}

function bindingOf(
  { roles, practitionerId }: z.output<typeof staffRolesRequest>,
  status: Binding['status'],
): Binding {
  return { roles, status, ...(practitionerId === undefined ? {} : { practitionerId }) };
}
