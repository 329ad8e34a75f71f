import type * as z from 'zod/mini';
import type { Task } from '../../shared/context.ts';
import type { Deps } from '../../shared/deps.ts';
import { activationCode, firstAdministratorTask } from './contracts.ts';
import { inviteStaff } from './create-staff.ts';
import { provideIdentity } from './identity-deps.ts';

/**
 * Somebody has to be first. An operator who may invoke this city's worker (IAM) makes the first administrators; from
 * then on they make the others. Repeating it answers the same code while it is unused.
 */
export const createFirstAdministrator: Task = {
  input: firstAdministratorTask,
  output: activationCode,
  handle: (deps: Deps, input: unknown) => {
    const { role, ...staff } = firstAdministratorTask.parse(input) satisfies z.output<
      typeof firstAdministratorTask
    >;
    return inviteStaff(provideIdentity(deps), { ...staff, roles: [role], requestKey: 'first-administrator' });
  },
};
